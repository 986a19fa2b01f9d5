// Parts of requests that do not fit into a frame, kept under a lease until the request names them.
#pragma once

#include <map>
#include <set>

#include "server/core/turn.h"

namespace samband::server {

class Staging {
 public:
  // Of the shard's parts in the store: their leases and their sizes.
  void load(const StoreView& main, protocol::ShardIndex shard);

  [[nodiscard]] Outcome stage(Turn& turn, const DeviceId& from, const protocol::StagePart& request);
  // The parts joined, and read as the request they are. Named parts are spent, whatever comes of it.
  [[nodiscard]] std::expected<protocol::RequestBody, protocol::Refused> take(Turn& turn, const DeviceId& from,
                                                                             const protocol::StagedRequest& request);
  void end_leases(Turn& turn);

 private:
  struct Part {
    std::size_t bytes = 0;
    WallTime until;
  };
  using Parts = std::map<Hash, Part>;

  void forget(Turn& turn, const DeviceId& device, const Hash& part);

  std::map<DeviceId, Parts> parts_;
  std::set<std::pair<WallTime, std::pair<DeviceId, Hash>>> leases_;
};

}  // namespace samband::server
