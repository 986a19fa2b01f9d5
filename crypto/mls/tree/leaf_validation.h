// Whether leaves and KeyPackages fit a group.
// Source: RFC 9420 §7.3 (leaf nodes), §10.1 (KeyPackages), §11.1 and §13.4 (capabilities).
#pragma once

#include <expected>
#include <limits>
#include <optional>

#include "crypto/mls/tree/authentication_service.h"
#include "crypto/mls/wire/group_context.h"
#include "crypto/mls/wire/key_package.h"

namespace samband::mls {

enum class LeafError : std::uint8_t {
  wrong_source,                  // leaf_node_source is not the one its place asks for
  invalid_key,                   // a key is not one of the suite's
  invalid_signature,             // of the leaf, or of the KeyPackage around it
  invalid_credential,            // the Authentication Service does not validate it
  invalid_successor,             // the credential may not stand where the one before it stood
  version_or_suite_unsupported,  // the group's is not among the leaf's capabilities, or not the KeyPackage's
  required_capability_missing,   // of required_capabilities, or an extension of the GroupContext
  extension_unsupported,         // the leaf or its KeyPackage uses an extension that its capabilities don't list
  credential_type_unsupported,   // by the leaf itself or by another member
  outside_lifetime,              // it is too early or too late, or the lifetime is longer than allowed
  encryption_key_reused,         // it is elsewhere in the tree, or it is the init_key
  signature_key_reused,          // another member has it
};

// §7.2 has the application set the longest lifetime: 90 days, and one more for clocks that differ.
inline constexpr std::uint64_t lifetime_seconds_max = std::uint64_t{91} * 24 * 3600;
// For groups whose leaves were not made by samband, and for those that are judged once more.
inline constexpr std::uint64_t any_lifetime = std::numeric_limits<std::uint64_t>::max();

// What a group asks of each of its leaves, gathered once for many.
struct LeafRequirements {
  CipherSuite suite;
  Bytes group_id;
  std::vector<ExtensionType> extension_types;  // those of the GroupContext
  RequiredCapabilities required;
  std::optional<WallTime> now;                        // nullopt: when a lifetime begins and ends is not looked at
  std::uint64_t lifetime_max = lifetime_seconds_max;  // how long one may be
};
// ParseError when the required_capabilities extension is not well formed. Without `now` a lifetime may have any length.
[[nodiscard]] std::expected<LeafRequirements, ParseError> leaf_requirements(const GroupContext& context,
                                                                            const CipherSuite& suite,
                                                                            std::optional<WallTime> now);

// What a leaf says it can do against what the group asks, and against what the leaf itself uses.
[[nodiscard]] std::expected<void, LeafError> verify_capabilities(const LeafNode& leaf, const LeafRequirements& group);

// Keys, capabilities, lifetime and signature of a leaf: what it says by itself, without the AuthenticationService.
// `index` enters the signature of leaves that come from an Update or a Commit. Many may be asked about at the same
// time.
[[nodiscard]] std::expected<void, LeafError> verify_leaf_alone(const LeafNode& leaf, LeafIndex index,
                                                               const LeafRequirements& group);
[[nodiscard]] std::expected<void, LeafError> verify_key_package_alone(const KeyPackage& key_package,
                                                                      const LeafRequirements& group);
[[nodiscard]] std::expected<void, LeafError> verify_credential(const LeafNode& leaf,
                                                               const AuthenticationService& authentication);

// Everything about a leaf that does not depend on the other members: what it says by itself, and its credential.
[[nodiscard]] std::expected<void, LeafError> verify_leaf_node(const LeafNode& leaf, LeafIndex index,
                                                              const LeafRequirements& group,
                                                              const AuthenticationService& authentication);

// The same for the leaf of a KeyPackage, and the rest of §10.1.
[[nodiscard]] std::expected<void, LeafError> verify_key_package(const KeyPackage& key_package,
                                                                const LeafRequirements& group,
                                                                const AuthenticationService& authentication);

}  // namespace samband::mls
