// What every samband channel's MLS group has in common: the suite, the extensions of its GroupContext, and what
// each leaf must be able to do.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <expected>
#include <optional>

#include "crypto/identity/ids.h"
#include "crypto/mls/public/public_group.h"
#include "crypto/mls/tree/leaf_validation.h"
#include "storage/model/policy.h"

namespace samband::protocol {

// ChannelPolicy as an extension of the GroupContext.
inline constexpr mls::ExtensionType policy_extension{storage::policy_extension_type};
// draft-ietf-mls-extensions: a KeyPackage that may be used again when no other is left.
inline constexpr mls::ExtensionType last_resort_extension{0x000a};
inline constexpr std::uint64_t key_package_lifetime_seconds_max = 90ULL * 24 * 60 * 60;
inline constexpr std::size_t channel_group_id_bytes_min = 16;

// Of every leaf in a channel: MLS 1.0, suite 0x0003, basic credentials, the policy and last_resort extensions.
[[nodiscard]] mls::Capabilities leaf_capabilities();

// The extensions of a channel's GroupContext: required_capabilities, then the policy. Nothing else is allowed there.
[[nodiscard]] mls::Extensions group_extensions(const storage::ChannelPolicy& policy);
// nullopt unless the extensions are exactly those of some policy.
[[nodiscard]] std::optional<storage::ChannelPolicy> policy_of(const mls::Extensions& extensions);

// What a KeyPackage is held to when it is published: the same as in a group; and its lifetime's length.
[[nodiscard]] mls::LeafRequirements key_package_requirements(WallTime at);
[[nodiscard]] bool is_lifetime_permitted(const mls::LeafNode& leaf);

// The device a leaf's credential names; nullopt when it is no device certificate. Whether it is true was decided
// when the leaf entered the tree.
[[nodiscard]] std::optional<DeviceId> device_of(const mls::Credential& credential);
[[nodiscard]] std::optional<DeviceId> device_of(const mls::LeafNode* leaf);

}  // namespace samband::protocol
