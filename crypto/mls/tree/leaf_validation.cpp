#include "crypto/mls/tree/leaf_validation.h"

#include <algorithm>

namespace samband::mls {
namespace {

using Verdict = std::expected<void, LeafError>;

bool is_within_lifetime(const LeafNode& leaf, const LeafRequirements& group) {
  const auto* source = std::get_if<KeyPackageSource>(&leaf.source);
  if (!source) return true;
  const Lifetime& lifetime = source->lifetime;
  // One that ends before it begins comes out as longer than any.
  if (lifetime.not_after - lifetime.not_before > group.lifetime_max) return false;
  return !group.now || lifetime.contains(*group.now);
}

bool lists_all(const Capabilities& capabilities, const Extensions& extensions) {
  return std::ranges::all_of(
      extensions, [&](const Extension& extension) { return capabilities.supports(extension.extension_type); });
}

}  // namespace

std::expected<LeafRequirements, ParseError> leaf_requirements(const GroupContext& context, const CipherSuite& suite,
                                                              std::optional<WallTime> now) {
  LeafRequirements out{.suite = suite,
                       .group_id = context.group_id,
                       .extension_types = {},
                       .required = {},
                       .now = now,
                       .lifetime_max = now ? lifetime_seconds_max : any_lifetime};
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

Verdict verify_leaf_alone(const LeafNode& leaf, LeafIndex index, const LeafRequirements& group) {
  // Of the signature key the length is enough: nothing verifies under a key that is no point of the curve.
  if (!group.suite.is_valid_kem_public_key(leaf.encryption_key) ||
      leaf.signature_key.size() != group.suite.signature_public_key_bytes()) {
    return std::unexpected(LeafError::invalid_key);
  }
  if (const auto verdict = verify_capabilities(leaf, group); !verdict) return verdict;
  if (!is_within_lifetime(leaf, group)) return std::unexpected(LeafError::outside_lifetime);
  if (!verify_leaf_node_signature(leaf, group.suite, group.group_id, index)) {
    return std::unexpected(LeafError::invalid_signature);
  }
  return {};
}

Verdict verify_key_package_alone(const KeyPackage& key_package, const LeafRequirements& group) {
  const LeafNode& leaf = key_package.leaf_node;
  if (key_package.cipher_suite != static_cast<std::uint16_t>(group.suite.id())) {
    return std::unexpected(LeafError::version_or_suite_unsupported);
  }
  if (leaf.leaf_node_source() != LeafNodeSource::key_package) return std::unexpected(LeafError::wrong_source);
  if (!group.suite.is_valid_kem_public_key(key_package.init_key)) return std::unexpected(LeafError::invalid_key);
  if (key_package.init_key == leaf.encryption_key) return std::unexpected(LeafError::encryption_key_reused);
  if (!lists_all(leaf.capabilities, key_package.extensions)) return std::unexpected(LeafError::extension_unsupported);
  // A KeyPackage is signed outside any group, so no leaf index enters.
  if (const auto verdict = verify_leaf_alone(leaf, LeafIndex{}, group); !verdict) return verdict;
  if (!verify_key_package_signature(key_package, group.suite)) return std::unexpected(LeafError::invalid_signature);
  return {};
}

Verdict verify_credential(const LeafNode& leaf, const AuthenticationService& authentication) {
  if (authentication.validates(leaf.credential, leaf.signature_key)) return {};
  return std::unexpected(LeafError::invalid_credential);
}

Verdict verify_leaf_node(const LeafNode& leaf, LeafIndex index, const LeafRequirements& group,
                         const AuthenticationService& authentication) {
  if (const auto verdict = verify_leaf_alone(leaf, index, group); !verdict) return verdict;
  return verify_credential(leaf, authentication);
}

Verdict verify_key_package(const KeyPackage& key_package, const LeafRequirements& group,
                           const AuthenticationService& authentication) {
  if (const auto verdict = verify_key_package_alone(key_package, group); !verdict) return verdict;
  return verify_credential(key_package.leaf_node, authentication);
}

}  // namespace samband::mls
