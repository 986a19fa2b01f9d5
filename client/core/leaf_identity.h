// What this device says of itself in every group, and the KeyPackages it leaves with the server.
#pragma once

#include "client/core/parts.h"
#include "crypto/mls/group/key_package_bundle.h"

namespace samband::client {

inline constexpr std::size_t key_packages_kept = 100;  // single-use ones
inline constexpr std::size_t key_packages_refill_below = 50;
inline constexpr std::uint64_t key_package_lifetime_seconds = 80ULL * 24 * 60 * 60;
// A last_resort KeyPackage older than this is replaced.
inline constexpr std::uint64_t key_package_renewal_seconds = 40ULL * 24 * 60 * 60;

[[nodiscard]] mls::LeafIdentity leaf_identity(const Own& own);
[[nodiscard]] mls::Lifetime lifetime_from(WallTime now);

// Makes KeyPackages when few are left, and publishes them.
[[nodiscard]] Task<bool> refill_key_packages(Parts& parts);

// The private half of a KeyPackage of this device; nullopt when it was used or never ours.
[[nodiscard]] std::optional<mls::KeyPackageBundle> find_key_package(Parts& parts, BytesView reference);
// After the join that used it; a last resort stays.
void use_up_key_package(Parts& parts, BytesView reference, const mls::KeyPackageBundle& bundle);

}  // namespace samband::client
