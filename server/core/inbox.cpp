#include "server/core/inbox.h"

#include <limits>

#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;

void Inbox::load(const StoreView& main, protocol::ShardIndex shard,
                 const std::function<void(const storage::InboxItem&)>& on_item) {
  main.scan(layout::inbox, storage::all_keys(), std::numeric_limits<std::size_t>::max(),
            [&](BytesView key, BytesView value) {
              const auto place = layout::parse_inbox_key(key);
              if (!place || place->shard != shard) return storage::Visit::more;
              ++waiting_[place->device];
              if (const auto item = storage::parse_inbox_item(value)) on_item(*item);
              return storage::Visit::more;
            });
}

bool Inbox::has_room(const Turn& turn, const DeviceId& device) const {
  const auto found = waiting_.find(device);
  return found == waiting_.end() || found->second < turn.limits.inbox_items_per_device_max;
}

void Inbox::deliver(Turn& turn, const DeviceId& device, std::uint64_t ordinal, const storage::InboxItem& item) {
  const std::uint64_t n = (turn.number << 16U) + ordinal;
  ++waiting_[device];
  turn.main.put(layout::inbox, layout::inbox_key({device, turn.shard, n}), storage::encode(item));
  turn.outgoing.emplace_back(DeliverInbox{device, to_event(turn.shard, n, item)});
}

void Inbox::acknowledge(Turn& turn, const DeviceId& device, std::uint64_t up_to,
                        const std::function<void(const storage::InboxItem&)>& on_item) {
  std::vector<Bytes> keys;
  turn.main.scan(layout::inbox, layout::inbox_until(device, turn.shard, up_to), std::numeric_limits<std::size_t>::max(),
                 [&](BytesView key, BytesView value) {
                   keys.push_back(copy_of(key));
                   if (const auto item = storage::parse_inbox_item(value)) on_item(*item);
                   return storage::Visit::more;
                 });
  for (Bytes& key : keys) turn.main.remove(layout::inbox, std::move(key));
  if (const auto found = waiting_.find(device); found != waiting_.end()) {
    found->second -= std::min(found->second, keys.size());
    if (found->second == 0) waiting_.erase(found);
  }
}

protocol::InboxEvent to_event(protocol::ShardIndex shard, std::uint64_t n, storage::InboxItem item) {
  return {.shard = shard,
          .n = n,
          .channel = item.channel,
          .seq = item.seq,
          .epoch = item.epoch,
          .hash = item.commit,
          .welcome = std::move(item.welcome)};
}

}  // namespace samband::server
