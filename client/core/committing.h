// Commits of this device: made on the present epoch, submitted with their Welcomes and GroupInfo, and made anew,
// unseen, when another member's Commit is first.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "client/core/channel.h"
#include "client/core/parts.h"

namespace samband::client {

inline constexpr int commit_attempts_max = 50;

// What to commit, given the group as it is now; asked again on each new epoch. nullopt: nothing is left to do.
using DraftMaker = std::function<std::expected<std::optional<mls::CommitOptions>, Failure>(Channel& channel)>;

// The seq of the Commit, or nullopt when there was nothing to do. Errors: those of `make`, not_a_member,
// not_permitted, and what the server refuses.
using Committed = std::expected<std::optional<std::uint64_t>, Failure>;
[[nodiscard]] Task<Committed> commit(Parts& parts, ChannelId id, DraftMaker make);

// Devices on the roster that have no leaf: fetched KeyPackages, one Commit for at most 256 of them, again until
// none of those left has a KeyPackage. The number admitted.
[[nodiscard]] Task<std::expected<std::size_t, Failure>> admit_waiting(Parts& parts, ChannelId id);
[[nodiscard]] std::vector<DeviceId> waiting_devices(const Parts& parts, const Channel& channel);

// A KeyPackage that is the device's own and fits the group; nullopt otherwise, whatever the server says.
[[nodiscard]] std::optional<mls::KeyPackage> verify_reserved(const Parts& parts, const Channel& channel,
                                                             const protocol::ReservedKeyPackage& reserved);

}  // namespace samband::client
