#include "crypto/mls/group/tree_kem.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband::mls {
namespace {

SecretBytes next_path_secret(CipherSuite suite, const SecretBytes& path_secret) {
  return suite.derive_secret(path_secret.view(), "path");
}

}  // namespace

std::vector<HPKEPublicKey> FreshPath::public_keys() const {
  std::vector<HPKEPublicKey> keys;
  keys.reserve(node_keys.size());
  for (const KeyPair& pair : node_keys) keys.push_back(pair.public_key);
  return keys;
}

KeyPair derive_node_key_pair(CipherSuite suite, BytesView path_secret) {
  const SecretBytes node_secret = suite.derive_secret(path_secret, "node");
  return suite.derive_kem_key_pair(node_secret.view());
}

FreshPath generate_path(CipherSuite suite, std::size_t length, RandomSource& random) {
  FreshPath path{.leaf_key = suite.generate_kem_key_pair(random)};
  SecretBytes path_secret = random.secret(suite.hash_bytes());
  for (std::size_t i = 0; i < length; ++i) {
    path.node_keys.push_back(derive_node_key_pair(suite, path_secret.view()));
    SecretBytes next = next_path_secret(suite, path_secret);
    path.path_secrets.push_back(std::move(path_secret));
    path_secret = std::move(next);
  }
  path.commit_secret = std::move(path_secret);
  return path;
}

std::expected<std::vector<UpdatePathNode>, CryptoError> encrypt_path(const RatchetTree& tree,
                                                                     std::span<const PathTarget> targets,
                                                                     const FreshPath& path, BytesView group_context,
                                                                     RandomSource& random) {
  SAMBAND_CHECK(targets.size() == path.node_keys.size());
  std::vector<UpdatePathNode> nodes;
  nodes.reserve(targets.size());
  for (std::size_t i = 0; i < targets.size(); ++i) {
    UpdatePathNode& node = nodes.emplace_back(path.node_keys[i].public_key);
    node.encrypted_path_secret.reserve(targets[i].recipients.size());
    for (const NodeIndex recipient : targets[i].recipients) {
      auto sealed = tree.suite().encrypt_with_label(tree.encryption_key(recipient), "UpdatePathNode", group_context,
                                                    path.path_secrets[i].view(), random);
      if (!sealed) return std::unexpected(sealed.error());
      node.encrypted_path_secret.push_back(std::move(*sealed));
    }
  }
  return nodes;
}

PrivatePath::PrivatePath(LeafIndex own_leaf, SecretBytes leaf_private_key) : own_leaf_{own_leaf} {
  private_keys_.emplace(node_of(own_leaf), std::move(leaf_private_key));
}

PrivatePath PrivatePath::duplicate() const {
  PrivatePath copy{own_leaf_, {}};
  for (const auto& [node, key] : private_keys_) copy.private_keys_.insert_or_assign(node, key.duplicate());
  return copy;
}

// `path_secret` belongs to the first of `steps`; the others follow from it. The keys go in when all of them match.
std::expected<SecretBytes, PathError> PrivatePath::install_from(const RatchetTree& tree,
                                                                std::span<const PathStep> steps,
                                                                SecretBytes path_secret) {
  const CipherSuite suite = tree.suite();
  std::vector<SecretBytes> keys;
  for (const PathStep& step : steps) {
    KeyPair pair = derive_node_key_pair(suite, path_secret.view());
    if (tree.is_blank(step.node) || !equal(pair.public_key, tree.encryption_key(step.node))) {
      return std::unexpected(PathError::key_mismatch);
    }
    keys.push_back(std::move(pair.private_key));
    path_secret = next_path_secret(suite, path_secret);
  }
  for (std::size_t i = 0; i < steps.size(); ++i) private_keys_.insert_or_assign(steps[i].node, std::move(keys[i]));
  return path_secret;
}

std::expected<void, PathError> PrivatePath::receive_path_secret(const RatchetTree& tree, LeafIndex committer,
                                                                BytesView path_secret) {
  const std::vector<PathStep> steps = tree.filtered_direct_path(committer);
  const auto lowest = std::ranges::find(steps, common_ancestor(own_leaf_, committer), &PathStep::node);
  if (lowest == steps.end()) return std::unexpected(PathError::not_reached);
  const auto commit_secret = install_from(tree, {lowest, steps.end()}, SecretBytes{path_secret});
  if (!commit_secret) return std::unexpected(commit_secret.error());
  return {};
}

std::expected<SecretBytes, PathError> PrivatePath::receive_path(const RatchetTree& tree, LeafIndex committer,
                                                                std::span<const LeafIndex> added,
                                                                const UpdatePath& path, BytesView group_context) {
  const std::vector<PathStep> steps = tree.filtered_direct_path(committer);
  const auto lowest =
      std::ranges::find_if(steps, [&](const PathStep& step) { return leaves_below(step.copath).contains(own_leaf_); });
  if (lowest == steps.end() || steps.size() != path.nodes.size()) return std::unexpected(PathError::not_reached);
  const auto& sealed = path.nodes[static_cast<std::size_t>(lowest - steps.begin())].encrypted_path_secret;

  const std::vector<NodeIndex> resolution = tree.resolution(lowest->copath, added);
  const auto own = std::ranges::find_if(resolution, [&](NodeIndex node) { return private_keys_.contains(node); });
  if (own == resolution.end() || sealed.size() != resolution.size()) return std::unexpected(PathError::not_reached);
  auto path_secret =
      tree.suite().decrypt_with_label(private_keys_.at(*own).view(), tree.encryption_key(*own), "UpdatePathNode",
                                      group_context, sealed[static_cast<std::size_t>(own - resolution.begin())]);
  if (!path_secret) return std::unexpected(PathError::undecryptable);
  return install_from(tree, {lowest, steps.end()}, std::move(*path_secret));
}

void PrivatePath::replace_leaf_key(SecretBytes private_key) {
  private_keys_.insert_or_assign(node_of(own_leaf_), std::move(private_key));
}

void PrivatePath::install(std::span<const PathTarget> targets, FreshPath path) {
  SAMBAND_CHECK(targets.size() == path.node_keys.size());
  private_keys_.insert_or_assign(node_of(own_leaf_), std::move(path.leaf_key.private_key));
  for (std::size_t i = 0; i < targets.size(); ++i) {
    private_keys_.insert_or_assign(targets[i].node, std::move(path.node_keys[i].private_key));
  }
}

void PrivatePath::forget_blanks(const RatchetTree& tree) {
  std::erase_if(private_keys_, [&](const auto& held) { return tree.is_blank(held.first); });
}

bool PrivatePath::matches(const RatchetTree& tree) const {
  return std::ranges::all_of(private_keys_, [&](const auto& held) {
    const auto& [node, private_key] = held;
    if (tree.is_blank(node)) return false;
    const auto public_key = tree.suite().kem_public_key(private_key.view());
    return public_key && equal(*public_key, tree.encryption_key(node));
  });
}

void PrivatePath::write(Writer& out) const {
  out.u32(own_leaf_.value);
  out.u8(static_cast<std::uint8_t>(private_keys_.size()));
  for (const auto& [node, private_key] : private_keys_) {
    out.u32(node.value);
    out.bytes(private_key.view());
  }
}

std::size_t PrivatePath::encoded_bytes() const {
  std::size_t size = sizeof(std::uint32_t) + 1;
  for (const auto& [node, private_key] : private_keys_) size += 2 * sizeof(std::uint32_t) + private_key.size();
  return size;
}

PrivatePath PrivatePath::read(Reader& in) {
  PrivatePath path{LeafIndex{in.u32()}, {}};
  const std::size_t count = in.u8();
  if (count > path_nodes_max + 1) in.fail(ParseError::malformed);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    const NodeIndex node{in.u32()};
    path.private_keys_.insert_or_assign(node, SecretBytes{in.bytes(public_key_bytes_max)});
  }
  return path;
}

}  // namespace samband::mls
