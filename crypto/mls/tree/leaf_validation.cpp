#include "crypto/mls/tree/leaf_validation.h"

#include <algorithm>
#include <string_view>

namespace samband::mls {
namespace {

using Verdict = std::expected<void, LeafError>;

bool is_within_lifetime(const LeafNode& leaf, std::optional<WallTime> now) {
  const auto* source = std::get_if<KeyPackageSource>(&leaf.source);
  if (!source || !now) return true;
  const Lifetime& lifetime = source->lifetime;
  return lifetime.contains(*now) && lifetime.not_after - lifetime.not_before <= lifetime_seconds_max;
}

bool lists_all(const Capabilities& capabilities, const Extensions& extensions) {
  return std::ranges::all_of(
      extensions, [&](const Extension& extension) { return capabilities.supports(extension.extension_type); });
}

// Public keys, sorted once and then searched. (Not hashed: peers choose them.)
class KeySet {
 public:
  void insert(BytesView key) { keys_.push_back(text_of(key)); }
  // Call when all are in; false when one is in twice.
  [[nodiscard]] bool sort_unique() {
    std::ranges::sort(keys_);
    return std::ranges::adjacent_find(keys_) == keys_.end();
  }
  [[nodiscard]] bool contains(BytesView key) const { return std::ranges::binary_search(keys_, text_of(key)); }

 private:
  std::vector<std::string_view> keys_;
};

struct NewKeys {
  KeySet encryption;
  KeySet signature;

  void insert(const LeafNode& leaf) {
    encryption.insert(leaf.encryption_key);
    signature.insert(leaf.signature_key);
  }
  [[nodiscard]] Verdict sort_unique() {
    if (!encryption.sort_unique()) return std::unexpected(LeafError::encryption_key_reused);
    if (!signature.sort_unique()) return std::unexpected(LeafError::signature_key_reused);
    return {};
  }
};

Verdict verify_keys_unused(const RatchetTree& tree, const NewKeys& keys, std::span<const LeafIndex> changed,
                           const IncomingPath* path) {
  bool encryption_reused = false;
  bool signature_reused = false;
  tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    if (std::ranges::binary_search(changed, index)) return;
    const bool is_replaced = path && path->index == index;
    encryption_reused |= keys.encryption.contains(leaf.encryption_key);
    signature_reused |= !is_replaced && keys.signature.contains(leaf.signature_key);
  });
  tree.for_each_parent(
      [&](NodeIndex, const ParentNode& node) { encryption_reused |= keys.encryption.contains(node.encryption_key); });
  if (encryption_reused) return std::unexpected(LeafError::encryption_key_reused);
  if (signature_reused) return std::unexpected(LeafError::signature_key_reused);
  return {};
}

Verdict verify_credential_types(const RatchetTree& tree, const IncomingPath* path) {
  const auto for_each = [&](auto&& visit) {
    tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
      if (!path || path->index != index) visit(leaf);
    });
    if (path) visit(path->leaf);
  };
  std::vector<CredentialType> in_use;
  for_each([&](const LeafNode& leaf) {
    const CredentialType type = credential_type(leaf.credential);
    if (std::ranges::find(in_use, type) == in_use.end()) in_use.push_back(type);
  });
  bool all_supported = true;
  for_each([&](const LeafNode& leaf) {
    all_supported &= std::ranges::all_of(in_use, [&](CredentialType type) { return leaf.capabilities.supports(type); });
  });
  if (!all_supported) return std::unexpected(LeafError::credential_type_unsupported);
  return {};
}

}  // namespace

std::expected<LeafRequirements, ParseError> leaf_requirements(const GroupContext& context, const CipherSuite& suite,
                                                              std::optional<WallTime> now) {
  LeafRequirements out{.suite = suite, .group_id = context.group_id, .extension_types = {}, .required = {}, .now = now};
  for (const Extension& extension : context.extensions) out.extension_types.push_back(extension.extension_type);
  if (const Extension* extension = find_extension(context.extensions, ExtensionType::required_capabilities)) {
    auto required = parse_required_capabilities(extension->extension_data);
    if (!required) return std::unexpected(required.error());
    out.required = std::move(*required);
  }
  return out;
}

Verdict verify_capabilities(const LeafNode& leaf, const LeafRequirements& group) {
  const Capabilities& capabilities = leaf.capabilities;
  if (!capabilities.supports(ProtocolVersion::mls10) || !capabilities.supports(group.suite.id())) {
    return std::unexpected(LeafError::version_or_suite_unsupported);
  }
  const bool supports_context =
      std::ranges::all_of(group.extension_types, [&](ExtensionType type) { return capabilities.supports(type); });
  if (!supports_context || !capabilities.meets(group.required)) {
    return std::unexpected(LeafError::required_capability_missing);
  }
  if (!lists_all(capabilities, leaf.extensions)) return std::unexpected(LeafError::extension_unsupported);
  if (!capabilities.supports(credential_type(leaf.credential))) {
    return std::unexpected(LeafError::credential_type_unsupported);
  }
  return {};
}

Verdict verify_leaf_node(const LeafNode& leaf, LeafIndex index, const LeafRequirements& group,
                         const AuthenticationService& authentication) {
  if (!group.suite.is_valid_kem_public_key(leaf.encryption_key) ||
      !group.suite.is_valid_signature_public_key(leaf.signature_key)) {
    return std::unexpected(LeafError::invalid_key);
  }
  if (const auto verdict = verify_capabilities(leaf, group); !verdict) return verdict;
  if (!is_within_lifetime(leaf, group.now)) return std::unexpected(LeafError::outside_lifetime);
  if (!verify_leaf_node_signature(leaf, group.suite, group.group_id, index)) {
    return std::unexpected(LeafError::invalid_signature);
  }
  if (!authentication.validates(leaf.credential, leaf.signature_key)) {
    return std::unexpected(LeafError::invalid_credential);
  }
  return {};
}

Verdict verify_key_package(const KeyPackage& key_package, const LeafRequirements& group,
                           const AuthenticationService& authentication) {
  const LeafNode& leaf = key_package.leaf_node;
  if (key_package.cipher_suite != static_cast<std::uint16_t>(group.suite.id())) {
    return std::unexpected(LeafError::version_or_suite_unsupported);
  }
  if (leaf.leaf_node_source() != LeafNodeSource::key_package) return std::unexpected(LeafError::wrong_source);
  if (!group.suite.is_valid_kem_public_key(key_package.init_key)) return std::unexpected(LeafError::invalid_key);
  if (key_package.init_key == leaf.encryption_key) return std::unexpected(LeafError::encryption_key_reused);
  if (!lists_all(leaf.capabilities, key_package.extensions)) return std::unexpected(LeafError::extension_unsupported);
  // A KeyPackage is signed outside any group, so no leaf index enters.
  if (const auto verdict = verify_leaf_node(leaf, LeafIndex{}, group, authentication); !verdict) return verdict;
  if (!verify_key_package_signature(key_package, group.suite)) return std::unexpected(LeafError::invalid_signature);
  return {};
}

Verdict verify_among_members(const RatchetTree& tree, std::span<const LeafIndex> changed, const IncomingPath* path) {
  NewKeys keys;
  for (const LeafIndex index : changed) keys.insert(*tree.leaf(index));
  if (path) {
    keys.insert(path->leaf);
    for (const BytesView key : path->node_keys) keys.encryption.insert(key);
  }
  if (const auto verdict = keys.sort_unique(); !verdict) return verdict;
  if (const auto verdict = verify_keys_unused(tree, keys, changed, path); !verdict) return verdict;
  return verify_credential_types(tree, path);
}

Verdict verify_all_members(const RatchetTree& tree) {
  NewKeys keys;
  tree.for_each_leaf([&](LeafIndex, const LeafNode& leaf) { keys.insert(leaf); });
  tree.for_each_parent([&](NodeIndex, const ParentNode& node) { keys.encryption.insert(node.encryption_key); });
  if (const auto verdict = keys.sort_unique(); !verdict) return verdict;
  return verify_credential_types(tree, nullptr);
}

}  // namespace samband::mls
