// What a channel's group needs from its members beside messages: leaves removed that have no place any more, a
// fresh path, waiting devices admitted, and a group joined anew that could not be followed.
#pragma once

#include "client/core/channel.h"
#include "client/core/parts.h"

namespace samband::client {

// A path of one's own before the first message after joining, then every 30 days of activity, jittered.
inline constexpr std::uint64_t path_interval_ms = 30ULL * 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t path_jitter_ms = 3ULL * 24 * 60 * 60 * 1000;
// Members wait for one another so that a revocation does not become a storm of Commits; whoever has something to
// say does not wait.
inline constexpr std::uint64_t removal_jitter_ms = 20ULL * 1000;
inline constexpr std::uint64_t retry_pause_ms = 60ULL * 1000;
// A new device is in the directory a moment before its KeyPackages are there.
inline constexpr std::uint64_t admit_pause_first_ms = 1000;

[[nodiscard]] bool is_path_due(const Parts& parts, const Channel& channel);
[[nodiscard]] bool needs_upkeep(Parts& parts, Channel& channel);
// One errand for a channel at a time: `Channel::is_busy` is set by who begins it.
[[nodiscard]] Task<bool> keep_up(Parts& parts, ChannelId id);

}  // namespace samband::client
