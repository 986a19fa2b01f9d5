// Entering a group that exists: by a Welcome, or by an external Commit.
// Source: RFC 9420 §12.4.3.1, §12.4.3.2.
#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

std::expected<RatchetTreeNodes, JoinError> tree_inside(const GroupInfo& info) {
  const Extension* extension = find_extension(info.extensions, ExtensionType::ratchet_tree);
  if (extension == nullptr) return std::unexpected(JoinError::no_ratchet_tree);
  auto nodes = parse_ratchet_tree(extension->extension_data);
  if (!nodes) return std::unexpected(JoinError::malformed);
  return std::move(*nodes);
}

std::expected<PublicGroup, JoinRefusal> follow_group_info(const GroupInfo& info,
                                                          const std::optional<RatchetTreeNodes>& tree,
                                                          const Services& services) {
  std::optional<RatchetTreeNodes> inside;
  if (!tree) {
    auto nodes = tree_inside(info);
    if (!nodes) return std::unexpected(nodes.error());
    inside = std::move(*nodes);
  }
  auto group = PublicGroup::from_group_info(info, tree ? *tree : *inside, services.authentication, services.workforce,
                                            services.now ? lifetime_seconds_max : any_lifetime);
  if (!group) return std::unexpected(group.error());
  return std::move(*group);
}

std::optional<LeafIndex> find_leaf(const RatchetTree& tree, const LeafNode& wanted) {
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const LeafNode* leaf = tree.leaf(LeafIndex{i});
    if (leaf != nullptr && leaf->encryption_key == wanted.encryption_key && *leaf == wanted) return LeafIndex{i};
  }
  return std::nullopt;
}

// The private keys a joiner begins with.
std::expected<PrivatePath, JoinError> path_from(const OpenedWelcome& opened, const KeyPackageBundle& bundle,
                                                const RatchetTree& tree) {
  const auto own_leaf = find_leaf(tree, bundle.key_package.leaf_node);
  if (!own_leaf) return std::unexpected(JoinError::not_in_tree);
  PrivatePath path{*own_leaf, bundle.encryption_private_key.duplicate()};
  if (opened.group_secrets.path_secret) {
    const auto received =
        path.receive_path_secret(tree, opened.group_info.signer, opened.group_secrets.path_secret->view());
    if (!received) return std::unexpected(JoinError::path_key_mismatch);
  }
  return path;
}

std::expected<ExternalPub, JoinError> external_pub_of(const GroupInfo& info) {
  const Extension* extension = find_extension(info.extensions, ExtensionType::external_pub);
  if (extension == nullptr) return std::unexpected(JoinError::no_external_pub);
  auto parsed = parse_external_pub(extension->extension_data);
  if (!parsed) return std::unexpected(JoinError::malformed);
  return std::move(*parsed);
}

}  // namespace

std::expected<Joined, JoinRefusal> Group::join(BytesView message, const KeyPackageBundle& bundle,
                                               const std::optional<RatchetTreeNodes>& tree,
                                               const KeyPair& signature_key, const Services& services,
                                               const JoinOptions& options) {
  SAMBAND_CHECK(bundle.key_package.leaf_node.signature_key == signature_key.public_key);
  const auto parsed = parse_mls_message(message);
  if (!parsed) return std::unexpected(JoinError::malformed);
  const auto* welcome = std::get_if<Welcome>(&*parsed);
  if (welcome == nullptr) return std::unexpected(JoinError::wrong_kind);
  auto opened = open_welcome(*welcome, bundle, services.psks, options.continues);
  if (!opened) return std::unexpected(opened.error());

  auto group = follow_group_info(opened->group_info, tree, services);
  if (!group) return std::unexpected(group.error());
  auto path = path_from(*opened, bundle, group->tree());
  if (!path) return std::unexpected(path.error());

  EpochSecrets secrets = derive_epoch_secrets(opened->suite, opened->group_secrets.joiner_secret.view(),
                                              opened->psk_secret.view(), encode(group->context()));
  const MAC tag = compute_confirmation_tag(opened->suite, secrets.confirmation_key.view(),
                                           group->context().confirmed_transcript_hash);
  if (!equal_in_constant_time(tag, opened->group_info.confirmation_tag)) {
    return std::unexpected(JoinError::confirmation_tag_mismatch);
  }
  if (options.continues != nullptr) {
    const auto verdict =
        verify_continuation(*options.continues, group->context(), group->tree(), services.authentication);
    if (!verdict) return std::unexpected(verdict.error());
  }
  const LeafIndex own_leaf = path->own_leaf();
  EpochState state = enter_epoch(opened->suite, std::move(secrets), std::move(*path), group->tree().leaf_count());
  return Joined{Group{std::move(*group), own_leaf, std::move(state), signature_key, options.handshake_format},
                std::move(opened->group_info.extensions)};
}

std::expected<ExternalJoin, JoinRefusal> Group::join_external(BytesView group_info,
                                                              const std::optional<RatchetTreeNodes>& tree,
                                                              const LeafIdentity& identity,
                                                              const KeyPair& signature_key, ExternalJoinOptions options,
                                                              const Services& services, RandomSource& random) {
  const auto parsed = parse_mls_message(group_info);
  if (!parsed) return std::unexpected(JoinError::malformed);
  const auto* info = std::get_if<GroupInfo>(&*parsed);
  if (info == nullptr) return std::unexpected(JoinError::wrong_kind);
  const auto external_pub = external_pub_of(*info);
  if (!external_pub) return std::unexpected(external_pub.error());
  auto group = follow_group_info(*info, tree, services);
  if (!group) return std::unexpected(group.error());
  auto init = group->suite().external_init(external_pub->external_pub, random);
  if (!init) return std::unexpected(JoinError::no_external_pub);

  if (options.authenticated_data.size() > authenticated_data_bytes_max) return std::unexpected(JoinError::too_large);
  CommitPlan plan{.sender = NewMemberCommit{},
                  .proposals = {Proposal{ExternalInit{std::move(init->kem_output)}}},
                  .force_path = true,
                  .identity = identity,
                  .authenticated_data = std::move(options.authenticated_data)};
  if (options.replaces) plan.proposals.emplace_back(Proposal{Remove{*options.replaces}});
  for (PreSharedKeyID& psk : options.psks) plan.proposals.emplace_back(Proposal{PreSharedKey{std::move(psk)}});
  auto made = make_commit(*group, std::move(plan), init->init_secret.view(), signature_key, services, random);
  if (!made) return std::unexpected(to_join_refusal(made.error()));

  const LeafIndex own_leaf = made->staged.changes.committer;
  PrivatePath path{own_leaf, {}};
  path.install(made->targets, std::move(*made->path));
  group->merge(std::move(made->staged), made->content.auth.confirmation_tag);
  EpochState state = enter_epoch(group->suite(), std::move(made->secrets), std::move(path), group->tree().leaf_count());
  Bytes commit = encode_mls_message(PublicMessage{std::move(made->content.content), std::move(made->content.auth), {}});
  return ExternalJoin{std::move(commit),
                      Group{std::move(*group), own_leaf, std::move(state), signature_key, options.handshake_format}};
}

}  // namespace samband::mls
