// One shard of channels: a log of commands of its own, and the channels that live in it.
#pragma once

#include <map>
#include <set>

#include "server/core/blobs.h"
#include "server/core/channel.h"
#include "server/core/channel_queries.h"
#include "server/core/inbox.h"
#include "server/core/request_log.h"
#include "server/core/staging.h"

namespace samband::server {

class ChannelShard {
 public:
  // The shard's part of the stores. `shard_count`: of all shards, to know which channels are its own.
  [[nodiscard]] std::optional<LoadFailure> load(const StoreView& main, const identity::Directory& directory,
                                                ChannelIndex& index, PartnerDocuments& documents,
                                                protocol::ShardIndex shard, protocol::ShardIndex shard_count);

  // A request about a channel of this shard, or about the shard itself; not one that waits in parts.
  [[nodiscard]] Outcome answer(ChannelTurn& at, Ticket ticket, const DeviceId& from,
                               const protocol::RequestBody& request);
  void tick(ChannelTurn& at);

  [[nodiscard]] const Channel* find(const ChannelId& channel) const;
  [[nodiscard]] const std::map<ChannelId, Channel>& channels() const { return channels_; }
  [[nodiscard]] RequestLog& requests() { return requests_; }
  [[nodiscard]] Staging& staging() { return staging_; }

 private:
  friend struct ChannelRequest;

  [[nodiscard]] Outcome create(ChannelTurn& at, const DeviceId& from, const protocol::CreateChannel& request);
  void acknowledge(Turn& turn, const DeviceId& from, const protocol::AcknowledgeInbox& request);

  std::map<ChannelId, Channel> channels_;
  Inbox inbox_;
  Blobs blobs_;
  Staging staging_;
  RequestLog requests_;
  TreeCache trees_;
  std::set<std::tuple<WallTime, ChannelId, GuidanceId>> due_;  // releases
};

// --- channel_load.cpp
// Rebuilds a channel from its records and the log's tail.
[[nodiscard]] std::expected<Channel, LoadFailure> load_channel(const StoreView& main, const ChannelId& id,
                                                               storage::ChannelRecord record);
// All channels of the store; nothing is read but the first key of each.
[[nodiscard]] std::vector<ChannelId> channels_in(const StoreView& main);

}  // namespace samband::server
