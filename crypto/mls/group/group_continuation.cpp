// What a group leaves to others, and setting up a group that continues one.
// Source: RFC 9420 §11.2, §11.3, §12.4.1.
#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"

namespace samband::mls {
namespace {

std::vector<Credential> credentials_of(const RatchetTree& tree) {
  std::vector<Credential> credentials;
  tree.for_each_leaf([&](LeafIndex, const LeafNode& leaf) { credentials.push_back(leaf.credential); });
  return credentials;
}

// The PSK is told apart from its other uses by a fresh nonce (§8.4).
PreSharedKeyID psk_of(const Continuation& continues, CipherSuite suite, RandomSource& random) {
  PreSharedKeyID id{continues.id, Bytes(suite.hash_bytes())};
  random.fill(id.psk_nonce);
  return id;
}

ContinuationRefusal to_continuation_refusal(const CommitRefusal& refusal) {
  return std::visit([](auto error) -> ContinuationRefusal { return error; }, refusal);
}

}  // namespace

std::optional<GroupParameters> parameters_of(const ReInit& reinit, LeafIdentity creator, Lifetime lifetime) {
  const auto suite = CipherSuite::of(reinit.cipher_suite);
  if (!suite || reinit.version != ProtocolVersion::mls10) return std::nullopt;
  return GroupParameters{.suite = *suite,
                         .group_id = reinit.group_id,
                         .creator = std::move(creator),
                         .lifetime = lifetime,
                         .extensions = reinit.extensions};
}

Continuation Group::branch() const {
  SAMBAND_CHECK(is_member());
  return {.id = {ResumptionPSKUsage::branch, context().group_id, epoch()},
          .resumption_psk = resumption_psk(),
          .version = context().version,
          .cipher_suite = context().cipher_suite,
          .group_id = std::nullopt,
          .extensions = std::nullopt,
          .members = credentials_of(public_.tree())};
}

std::optional<Continuation> Group::reinitialisation() const {
  SAMBAND_CHECK(is_member());
  const std::optional<ReInit>& reinit = public_.reinit();
  if (!reinit) return std::nullopt;
  return Continuation{.id = {ResumptionPSKUsage::reinit, context().group_id, epoch()},
                      .resumption_psk = resumption_psk(),
                      .version = reinit->version,
                      .cipher_suite = reinit->cipher_suite,
                      .group_id = reinit->group_id,
                      .extensions = reinit->extensions,
                      .members = credentials_of(public_.tree())};
}

std::expected<BegunGroup, ContinuationRefusal> Group::begin_continuation(
    const Continuation& continues, const GroupParameters& parameters, std::span<const KeyPackage> members,
    const KeyPair& signature_key, const Services& services, RandomSource& random) {
  GroupParameters judged = parameters;
  judged.authentication = &services.authentication;
  auto group = create(judged, signature_key, random);
  if (!group) return std::unexpected(group.error());
  CommitPlan plan{.sender = MemberSender{group->own_leaf_},
                  .proposals = {Proposal{PreSharedKey{psk_of(continues, parameters.suite, random)}}},
                  .identity = parameters.creator,
                  .authenticated_data = {},
                  .wire_format = default_wire_format(parameters.handshake_format),
                  .continues = &continues};
  for (const KeyPackage& member : members) plan.proposals.emplace_back(Proposal{Add{member}});
  auto commit = group->commit(std::move(plan), 0, services, random);
  if (!commit) return std::unexpected(to_continuation_refusal(commit.error()));
  // What those who join would refuse is better refused here.
  const StagedCommit& staged = group->pending();
  const auto verdict = verify_continuation(continues, staged.context, staged.tree, services.authentication);
  if (!verdict) return std::unexpected(verdict.error());
  return BegunGroup{std::move(*group), std::move(*commit)};
}

}  // namespace samband::mls
