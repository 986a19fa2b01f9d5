// What groups say and store: from the groups that the fuzzers of traffic begin with.
#include "crypto/mls/forgery/cast.h"
#include "crypto/mls/group/lone_member.h"
#include "tests/fuzzing/seeds.h"

namespace samband::fuzzing {
namespace {

using namespace samband::mls;
using forgery::Cast;
using forgery::Opening;

const std::string structure = "crypto.mls.wire.structure_fuzz";

// A message whole, and its parts by themselves.
void add_message(Seeds& seeds, BytesView wire) {
  seeds.add("crypto.mls.wire.message_fuzz", wire);
  const auto message = parse_mls_message(wire).value();
  if (const auto* handshake = std::get_if<PublicMessage>(&message)) {
    seeds.add(structure, encode(*handshake));
    seeds.add(structure, encode(to_authenticated_content(*handshake)));
    const auto& commit = std::get<Commit>(handshake->content.content);
    seeds.add(structure, encode(commit));
    seeds.add(structure, encode(PrivateMessageContent{commit, handshake->auth, 3}));
    if (commit.path) seeds.add(structure, encode(*commit.path));
  }
  if (const auto* sealed = std::get_if<PrivateMessage>(&message)) seeds.add(structure, encode(*sealed));
  if (const auto* welcome = std::get_if<Welcome>(&message)) seeds.add(structure, encode(*welcome));
  if (const auto* info = std::get_if<GroupInfo>(&message)) seeds.add(structure, encode(*info));
  if (const auto* key_package = std::get_if<KeyPackage>(&message)) seeds.add(structure, encode(*key_package));
}

void add_public_state(Seeds& seeds, const PublicGroup& group) {
  const Bytes tree = encode_ratchet_tree(group.tree().nodes());
  seeds.add("crypto.mls.public.stored_group_fuzz", group.encode());
  seeds.add("crypto.mls.tree.tree_fuzz", tree);
  seeds.add(structure, tree);
  seeds.add(structure, encode(group.context()));
  group.tree().for_each_leaf([&](LeafIndex, const LeafNode& leaf) { seeds.add(structure, encode(leaf)); });
}

void add_traffic(Seeds& seeds, const Cast& cast, Opening& opening) {
  SeededRandom random{1};
  Group& group = *opening.members.front().group;
  add_message(seeds, group.group_info());
  add_message(seeds, group.protect(Bytes{1, 2, 3}, Bytes{4}, 5, random).value());
  CommitOptions options{.psks = {cast.material.psks.front()}, .force_path = true};
  options.adds = {cast.devices.back().bundle.key_package};
  options.removes = {LeafIndex{1}};
  const OutgoingCommit outgoing = group.create_commit(options, cast.services(), random).value();
  add_message(seeds, outgoing.message());
  for (const AddressedWelcome& welcome : outgoing.make_welcomes({}, TreeDelivery::in_group_info, random).value()) {
    add_message(seeds, welcome.message);
  }
  group.clear_pending();
}

void add_proposals(Seeds& seeds, const Cast& cast, const PublicGroup& group) {
  SeededRandom random{2};
  forgery::Forger forger{cast.material, random};
  for (std::uint8_t kind = 0; kind < 8; ++kind) {
    const Bytes choices{1, kind, 1, 1, 1, 1, 1, 1};
    Script script{choices};
    seeds.add(structure, encode(forger.draw_proposal(group, script)));
  }
}

void add_small_structures(Seeds& seeds, const Cast& cast) {
  const PreSharedKeyID resumption{ResumptionPSK{ResumptionPSKUsage::branch, {1}, Epoch{2}}, Bytes(32, 3)};
  seeds.add(structure, encode(cast.material.psks.front()));
  seeds.add(structure, encode(resumption));
  seeds.add(structure,
            encode_group_secrets({SecretBytes{std::size_t{32}}, SecretBytes{std::size_t{32}}, {resumption}}).view());
  seeds.add(structure, encode(SenderData{LeafIndex{1}, Generation{2}, {3, 4, 5, 6}}));
  seeds.add(structure, encode(Credential{X509Credential{{{1, 2}, {3}}}}));
  seeds.add(structure, encode(RequiredCapabilities{{ExtensionType{10}}, {ProposalType{11}}, {CredentialType::basic}}));
  seeds.add(structure, encode(ExternalPub{Bytes(32, 1)}));
  seeds.add(structure, encode_external_senders({{Bytes(32, 1), BasicCredential{{2}}}}));
  seeds.add(structure, encode(PrivateMessageContent{ApplicationData{{1, 2}}, {Bytes(64, 1), {}}, 2}));
  seeds.add(structure,
            encode(ParentNode{ShortBytes{Bytes(32, 1)}, ShortBytes{Bytes(32, 2)}, {LeafIndex{0}, LeafIndex{3}}}));
}

void add_stores(Seeds& seeds) {
  const std::string target = "crypto.mls.group.stored_fuzz";
  LoneMember member;
  const TrustingService authentication;
  const NoPreSharedKeys psks;
  seeds.add(target, member.stored.view());
  seeds.add(target, member.bundle.encode().view());
  for (const SecretTreeRecord& record : member.records) seeds.add(target, record.value.view());
  const auto commit =
      member.group.create_commit({.force_path = true}, {authentication, psks, std::nullopt}, member.random);
  seeds.add(target, commit ? member.group.encode_pending().view() : BytesView{});
  member.group.merge_pending();
  (void)member.group.protect(Bytes{1}, {}, 0, member.random);
  for (const SecretTreeRecord& record : member.group.take_secret_tree_changes()) seeds.add(target, record.value.view());
}

}  // namespace

void add_mls_seeds(Seeds& seeds) {
  Cast cast;
  for (Opening& opening : cast.openings) {
    add_public_state(seeds, opening.group);
    add_traffic(seeds, cast, opening);
    add_proposals(seeds, cast, opening.group);
  }
  for (const KeyPackage& key_package : cast.material.key_packages) add_message(seeds, encode_mls_message(key_package));
  add_small_structures(seeds, cast);
  add_stores(seeds);
  seeds.add_scripts("crypto.mls.forgery.members_fuzz");
  seeds.add_scripts("crypto.mls.forgery.public_fuzz");
}

}  // namespace samband::fuzzing
