// Welcomes that wait for their devices, one list for each device and shard. A number never comes back.
#pragma once

#include <functional>
#include <map>

#include "server/core/turn.h"
#include "storage/model/records.h"

namespace samband::server {

class Inbox {
 public:
  // `on_item` is told each item of the shard.
  void load(const StoreView& main, protocol::ShardIndex shard,
            const std::function<void(const storage::InboxItem&)>& on_item);

  [[nodiscard]] bool has_room(const Turn& turn, const DeviceId& device) const;
  // `ordinal`: of this Welcome among those of the turn; below 2^16.
  void deliver(Turn& turn, const DeviceId& device, std::uint64_t ordinal, const storage::InboxItem& item);
  // Removes what the device has; `on_item` is told each.
  void acknowledge(Turn& turn, const DeviceId& device, std::uint64_t up_to,
                   const std::function<void(const storage::InboxItem&)>& on_item);

 private:
  std::map<DeviceId, std::size_t> waiting_;
};

[[nodiscard]] protocol::InboxEvent to_event(protocol::ShardIndex shard, std::uint64_t n, storage::InboxItem item);

}  // namespace samband::server
