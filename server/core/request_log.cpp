#include "server/core/request_log.h"

#include "server/protocol/codec.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;

RequestLog::Place RequestLog::place_of(Turn& turn, const DeviceId& device, std::uint64_t counter, const Hash& request) {
  const std::uint64_t newest = last(turn.main, turn.shard, device);
  if (counter == newest + 1) return Next{};
  if (counter > newest || counter == 0) return OutOfOrder{};
  const auto kept = turn.main.get(layout::requests, layout::request_key(device, turn.shard, counter));
  if (!kept) return OutOfOrder{};
  const auto record = storage::parse_request_record(*kept);
  if (!record || record->request != request) return OutOfOrder{};
  auto reply = protocol::parse_reply_body(record->reply);
  if (!reply) return OutOfOrder{};
  return Repeated{std::move(*reply)};
}

void RequestLog::keep(Turn& turn, const DeviceId& device, std::uint64_t counter, const Hash& request,
                      const protocol::ReplyBody& reply) {
  const storage::RequestRecord record{
      .counter = counter, .request = request, .reply = protocol::encode_reply_body(reply)};
  turn.main.put(layout::requests, layout::request_key(device, turn.shard, counter), storage::encode(record));
  if (counter > turn.limits.replies_kept) {
    turn.main.remove(layout::requests, layout::request_key(device, turn.shard, counter - turn.limits.replies_kept));
  }
  last_[device] = counter;
}

std::uint64_t RequestLog::last(const StoreView& main, protocol::ShardIndex shard, const DeviceId& device) {
  if (const auto known = last_.find(device); known != last_.end()) return known->second;
  std::uint64_t newest = 0;
  main.scan(
      layout::requests, layout::requests_of(device, shard), 1,
      [&](BytesView, BytesView value) {
        if (const auto record = storage::parse_request_record(value)) newest = record->counter;
        return storage::Visit::stop;
      },
      storage::Direction::backward);
  last_[device] = newest;
  return newest;
}

}  // namespace samband::server
