// What a channel tells those who ask. A channel the asker has nothing to do with looks like one that does not exist.
#pragma once

#include "server/core/channel.h"

namespace samband::server {

// A leaf, one that was, or a device that the roster entitles to become one.
[[nodiscard]] bool is_visible_to(const identity::Directory& directory, const Channel& channel, const DeviceId& device);
// A leaf, or entitled to become one.
[[nodiscard]] bool may_join(const identity::Directory& directory, const Channel& channel, const DeviceId& device);

[[nodiscard]] Outcome fetch_entries(const Turn& turn, const Channel& channel, const DeviceId& from,
                                    const protocol::FetchEntries& request);
[[nodiscard]] Outcome subscribe(Turn& turn, Ticket ticket, const Channel& channel, const DeviceId& from,
                                const protocol::Subscribe& request);
[[nodiscard]] protocol::ChannelSummary summary_of(const Channel& channel, const DeviceId& device);

// The encoded tree that was asked for last: trees are fetched part by part.
class TreeCache {
 public:
  [[nodiscard]] Outcome fetch(const Turn& turn, const Channel& channel, const protocol::FetchTree& request);
  // The newest GroupInfo, and how long the tree is that goes with it.
  [[nodiscard]] Outcome fetch(const Turn& turn, const Channel& channel, const protocol::FetchGroup& request);

 private:
  [[nodiscard]] const Bytes* tree_of(const Turn& turn, const Channel& channel, std::uint64_t epoch);

  ChannelId channel_;
  std::uint64_t group_seq_ = 0;
  std::uint64_t epoch_ = 0;
  Bytes tree_;  // empty: nothing kept
};

}  // namespace samband::server
