// The counters of devices: each request that changes something is applied once, in order, and its answer kept, so
// that repeating it after a lost reply changes nothing. One log for each shard.
#pragma once

#include <map>
#include <variant>

#include "server/core/turn.h"

namespace samband::server {

class RequestLog {
 public:
  struct Next {};    // to be applied
  struct Repeated {  // applied before: the answer it got
    protocol::ReplyBody reply;
  };
  struct OutOfOrder {};  // a gap, a counter further back than answers are kept, or another request under a used one
  using Place = std::variant<Next, Repeated, OutOfOrder>;

  [[nodiscard]] Place place_of(Turn& turn, const DeviceId& device, std::uint64_t counter, const Hash& request);
  void keep(Turn& turn, const DeviceId& device, std::uint64_t counter, const Hash& request,
            const protocol::ReplyBody& reply);
  // The highest counter applied; 0 before the first.
  [[nodiscard]] std::uint64_t last(const StoreView& main, protocol::ShardIndex shard, const DeviceId& device);

 private:
  std::map<DeviceId, std::uint64_t> last_;  // read from the store when a device is first heard of
};

}  // namespace samband::server
