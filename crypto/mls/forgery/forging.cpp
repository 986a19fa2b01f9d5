// What somebody does who breaks the rules and knows what a member knows.
#include <algorithm>

#include "crypto/mls/forgery/insider.h"
#include "crypto/mls/forgery/scene.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls::forgery {
namespace {

constexpr std::size_t mutations_max = 3;

template <class Structure>
void mutate_some(Structure& structure, Script& script) {
  for (std::size_t count = script.below(mutations_max + 1); count > 0; --count) mutate(structure, script);
}

}  // namespace

// Each proposal is well signed and may yet be wrong in itself or in its company.
std::vector<ProposalOrRef> Scene::draw_bad_proposals(std::optional<LeafIndex> committer, Script& script) {
  std::vector<ProposalOrRef> proposals = forger_.draw_proposals(server_, script);
  for (ProposalOrRef& item : proposals) {
    auto* proposal = std::get_if<Proposal>(&item);
    if (proposal == nullptr || !script.rarely(4)) continue;
    Proposal changed = *proposal;
    mutate(changed, script);
    forger_.repair(changed, server_, committer.value_or(LeafIndex{}));
    if (parse_proposal(encode(changed))) *proposal = std::move(changed);
  }
  return proposals;
}

WireFormat Scene::draw_format(Script& script) const {
  const std::size_t odds = format_ == HandshakeFormat::public_message ? 16 : 2;
  return script.rarely(odds) ? WireFormat::mls_private_message : WireFormat::mls_public_message;
}

void Scene::forge_commit(Script& script) {
  const Member& sender = draw_member(script);
  const LeafIndex leaf = sender.group.own_leaf();
  const WireFormat format = draw_format(script);
  const BytesView init_secret = Insider::secrets(sender.group).init_secret.view();
  const auto make = [&](std::vector<ProposalOrRef> proposals, bool force_path) {
    return make_commit(server_,
                       {.sender = MemberSender{leaf},
                        .proposals = std::move(proposals),
                        .force_path = force_path,
                        .identity = sender.device->identity,
                        .authenticated_data = script.bytes(2),
                        .wire_format = format},
                       init_secret, *sender.device->signature_key, cast_.services(), random_);
  };
  const std::vector<ProposalOrRef> proposals = draw_bad_proposals(leaf, script);
  auto made = make(proposals, script.flip());
  if (!made) {  // what no honest member commits, under a path that fits nothing
    made = make({}, script.flip());
    if (!made) return;
    std::get<Commit>(made->content.content.content).proposals = proposals;
  }
  send_forged(std::move(*made), init_secret, sender, script);
}

void Scene::forge_external_commit(Script& script) {
  const Member& helper = draw_member(script);
  const Cast::Outsider& joiner = cast_.devices[script.below(cast_.devices.size())];
  const CipherSuite suite = server_.suite();
  const KeyPair external = derive_external_key_pair(suite, Insider::secrets(helper.group).external_secret.view());
  auto init = suite.external_init(external.public_key, random_);
  fuzzing::expect(init.has_value());

  const std::vector<ProposalOrRef> drawn = draw_bad_proposals(std::nullopt, script);
  const auto make = [&](std::vector<ProposalOrRef> proposals) {
    proposals.insert(proposals.begin(), Proposal{ExternalInit{init->kem_output}});
    return make_commit(server_,
                       {.sender = NewMemberCommit{},
                        .proposals = std::move(proposals),
                        .force_path = true,
                        .identity = joiner.device.identity,
                        .authenticated_data = script.bytes(2)},
                       init->init_secret.view(), *joiner.device.signature_key, cast_.services(), random_);
  };
  auto made = make(drawn);
  if (!made) {
    made = make({});
    if (!made) return;
    auto& proposals = std::get<Commit>(made->content.content.content).proposals;
    proposals.insert(proposals.end(), drawn.begin(), drawn.end());
  }
  send_forged(std::move(*made), init->init_secret.view(), helper, script);
}

// Mutated, and then repaired as far as the script says: mostly all the way, up to the confirmation tag.
void Scene::send_forged(MadeCommit made, BytesView init_secret, const Member& sender, Script& script) {
  AuthenticatedContent content = made.content;
  mutate_some(content.content, script);
  const bool is_readable = parse_authenticated_content(encode(content)).has_value();
  if (is_readable && !script.rarely(8)) {
    if (auto* commit = std::get_if<Commit>(&content.content.content)) {
      forger_.repair(*commit, server_, member_of(content.content.sender), cast_.judgement());
    }
  }
  if (!script.rarely(8)) {
    content.auth.signature = forger_.sign(content.content, server_, content.wire_format).auth.signature;
  }
  if (is_readable && !script.rarely(8)) set_confirmation_tag(content, made, init_secret);
  const Bytes message = encode_forged(content, sender, script);
  said_.push_back({message, true});

  const auto verdict = server_.stage_commit(content, cast_.judgement());
  const Epoch before = server_.epoch();
  deliver(message, Expected::anything);
  tally_.commits += 1;
  tally_.commits_signed += verdict || verdict.error() > CommitError::invalid_signature ? 1 : 0;
  tally_.commits_valid += verdict ? 1 : 0;
  tally_.commits_entered += server_.epoch() != before ? 1 : 0;
}

// As if the sender had followed its own Commit: the tag that members expect, where the Commit is valid from outside.
void Scene::set_confirmation_tag(AuthenticatedContent& content, const MadeCommit& made, BytesView init_secret) const {
  const CipherSuite suite = server_.suite();
  const auto staged = server_.stage_commit(content, cast_.judgement());
  if (!staged) return;
  const auto psk_secret = derive_psk_secret(suite, staged->changes.psks, cast_.services().psks);
  if (!psk_secret) return;
  const SecretBytes none = zero_secret(suite);
  const BytesView commit_secret = staged->has_path && made.path ? made.path->commit_secret.view() : none.view();
  const Bytes context = encode(staged->context);
  const SecretBytes joiner_secret = derive_joiner_secret(suite, init_secret, commit_secret, context);
  const EpochSecrets secrets = derive_epoch_secrets(suite, joiner_secret.view(), psk_secret->view(), context);
  content.auth.confirmation_tag =
      compute_confirmation_tag(suite, secrets.confirmation_key.view(), staged->context.confirmed_transcript_hash);
}

Bytes Scene::encode_forged(const AuthenticatedContent& content, const Member& sender, Script& script) const {
  if (content.wire_format == WireFormat::mls_private_message) return seal_forged(content, sender, script);
  PublicMessage message{content.content, content.auth, {}};
  const bool has_tag = std::holds_alternative<MemberSender>(content.content.sender);
  if (has_tag && !script.rarely(8)) {
    message.membership_tag =
        server_.suite().mac(Insider::secrets(sender.group).membership_key.view(),
                            authenticated_content_tbm(content.content, content.auth, server_.context()));
  }
  return encode_mls_message(message);
}

// All layers open, mostly; whatever is inside.
Bytes Scene::seal_forged(const AuthenticatedContent& content, const Member& sender, Script& script) const {
  const CipherSuite suite = server_.suite();
  const SecretTree& tree = Insider::secret_tree(sender.group);
  const LeafIndex leaf = sender.group.own_leaf();
  const ContentType type = content_type(content.content.content);
  const RatchetKind kind =
      ratchet_kind(script.rarely(16) ? ContentType{static_cast<std::uint8_t>(1 + script.below(3))} : type);
  const Generation generation{tree.next_generation(leaf, kind).value + static_cast<std::uint32_t>(script.below(4))};
  const auto key = tree.derive(leaf, kind, generation);
  fuzzing::expect(key.has_value());

  Writer plaintext;
  write(plaintext, content.content.content);
  write_auth_data(plaintext, content.auth, type);
  plaintext.fixed(script.rarely(8) ? script.bytes(8) : Bytes(script.below(8)));
  PrivateMessage message{.group_id = content.content.group_id,
                         .epoch = content.content.epoch,
                         .content_type = type,
                         .authenticated_data = content.content.authenticated_data,
                         .encrypted_sender_data = {},
                         .ciphertext = {}};
  if (script.rarely(16)) mutate(message, script);
  SenderData sender_data{leaf, generation, {script.u8()}};
  SecretBytes nonce = key->nonce.duplicate();
  nonce.writable()[0] ^= sender_data.reuse_guard[0];
  if (script.rarely(16)) sender_data.leaf_index = LeafIndex{script.u8()};
  message.ciphertext = suite.seal(key->key.view(), nonce.view(), private_content_aad(message), plaintext.view());
  const MessageKey data_key =
      derive_sender_data_key(suite, Insider::secrets(sender.group).sender_data_secret.view(), message.ciphertext);
  message.encrypted_sender_data =
      suite.seal(data_key.key.view(), data_key.nonce.view(), sender_data_aad(message), encode(sender_data));
  return encode_mls_message(message);
}

void Scene::forge_proposal(Script& script) {
  const Member& sender = draw_member(script);
  FramedContent content{server_.context().group_id, server_.epoch(), MemberSender{sender.group.own_leaf()},
                        script.bytes(2), forger_.draw_proposal(server_, script)};
  if (script.rarely(4)) content.sender = ExternalSenderIndex{0};
  if (script.rarely(4)) content.sender = NewMemberProposal{};
  mutate_some(content, script);
  auto* proposal = std::get_if<Proposal>(&content.content);
  const auto leaf = member_of(content.sender);
  if (proposal != nullptr && !script.rarely(8)) forger_.repair(*proposal, server_, leaf.value_or(LeafIndex{}));
  const Bytes message = encode_forged(forger_.sign(std::move(content), server_, draw_format(script)), sender, script);
  said_.push_back({message, true});
  tally_.proposals += 1;
  deliver(message, Expected::anything);
}

void Scene::forge_private_message(Script& script) {
  const Member& sender = draw_member(script);
  FramedContent content{server_.context().group_id, server_.epoch(), MemberSender{sender.group.own_leaf()},
                        script.bytes(2), ApplicationData{script.bytes(20)}};
  mutate_some(content, script);
  AuthenticatedContent message{WireFormat::mls_private_message, std::move(content), {}};
  if (!script.rarely(8)) {
    message.auth.signature = sign_framed_content(message.wire_format, message.content, server_.context(),
                                                 server_.suite(), sender.device->signature_key->private_key.view());
  }
  tally_.private_messages += 1;
  const std::size_t before = tally_.private_messages_accepted;
  deliver_private(seal_forged(message, sender, script), &sender, Expected::anything);
  // Its own ratchet does not know of this message: it would use the key again.
  if (tally_.private_messages_accepted != before) forget(sender);
}

// A member adds somebody, in a Commit that nobody else sees, and lies to them.
void Scene::forge_welcome(Script& script) {
  const CipherSuite suite = server_.suite();
  const Member& sender = draw_member(script);
  const Cast::Outsider& joiner = cast_.devices[script.below(cast_.devices.size())];
  const auto made = make_commit(server_,
                                {.sender = MemberSender{sender.group.own_leaf()},
                                 .proposals = {Proposal{Add{joiner.bundle.key_package}}},
                                 .force_path = script.flip(),
                                 .identity = sender.device->identity,
                                 .authenticated_data = {}},
                                Insider::secrets(sender.group).init_secret.view(), *sender.device->signature_key,
                                cast_.services(), random_);
  if (!made) return;
  RatchetTreeNodes nodes = made->staged.tree.nodes();
  if (script.rarely(4)) mutate_some(nodes, script);
  const auto tree = parse_ratchet_tree(encode_ratchet_tree(nodes));
  if (!tree) return;

  GroupInfo info{made->staged.context, {}, made->content.auth.confirmation_tag, sender.group.own_leaf(), {}};
  mutate_some(info, script);
  if (!script.rarely(8)) sign_group_info(info, suite, sender.device->signature_key->private_key.view());
  GroupSecrets group_secrets{made->joiner_secret.duplicate(), std::nullopt, {}};
  if (made->path) {
    const NodeIndex meeting = common_ancestor(sender.group.own_leaf(), made->staged.changes.added.front().index);
    const auto target = std::ranges::find(made->targets, meeting, &PathTarget::node);
    fuzzing::expect(target != made->targets.end());
    const auto position = static_cast<std::size_t>(target - made->targets.begin());
    group_secrets.path_secret = made->path->path_secrets[position].duplicate();
  }
  if (script.rarely(4)) mutate_some(group_secrets, script);

  const SecretBytes welcome_secret = derive_welcome_secret(suite, made->joiner_secret.view(), made->psk_secret.view());
  const WelcomeSecrets secrets{suite, made->joiner_secret.view(), welcome_secret.view(), {}};
  Welcome message{static_cast<std::uint16_t>(suite.id()), {}, seal_group_info(secrets, info)};
  auto sealed = suite.encrypt_with_label(joiner.bundle.key_package.init_key, "Welcome", message.encrypted_group_info,
                                         encode_group_secrets(group_secrets).view(), random_);
  fuzzing::expect(sealed.has_value());
  message.secrets.push_back({make_key_package_ref(joiner.bundle.key_package, suite), std::move(*sealed)});
  if (script.rarely(4)) mutate(message, script);
  tally_.welcomes += 1;
  welcome(joiner, encode_mls_message(message), *tree, Expected::anything);
}

// Something that was said before, once more: as it was, or changed, which nobody lets through when it was right.
void Scene::repeat(Script& script) {
  if (said_.empty()) return;
  const Said before = said_[script.below(said_.size())];
  Bytes message = before.message;
  if (script.flip()) mutate(message, script);
  const bool is_spoilt = message != before.message && !before.is_forged;
  deliver(message, is_spoilt ? Expected::refusal : Expected::anything);
}

}  // namespace samband::mls::forgery
