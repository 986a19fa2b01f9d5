// Reads of durable state, without the core.
#include "server/core/core.h"
#include "server/core/inbox.h"
#include "server/protocol/codec.h"
#include "storage/model/server_layout.h"

namespace samband::server {

namespace layout = storage::server_store;

std::expected<std::vector<protocol::InboxEvent>, storage::StoreError> read_inbox(const storage::Store& main,
                                                                                 const DeviceId& device,
                                                                                 protocol::ShardIndex shard,
                                                                                 std::uint64_t after,
                                                                                 std::size_t items_max) {
  std::vector<protocol::InboxEvent> events;
  const storage::KeyRange range{
      .from = layout::inbox_key({device, shard, after + 1}),
      .until = layout::inbox_key({device, static_cast<protocol::ShardIndex>(shard + 1), 0}),
  };
  const auto scanned = main.scan(layout::inbox, range, items_max, [&](BytesView key, BytesView value) {
    const auto place = layout::parse_inbox_key(key);
    auto item = storage::parse_inbox_item(value);
    if (place && item) events.push_back(to_event(shard, place->n, std::move(*item)));
    return storage::Visit::more;
  });
  if (!scanned) return std::unexpected(scanned.error());
  return events;
}

std::expected<std::vector<std::shared_ptr<const Bytes>>, storage::StoreError> read_entry_frames(
    const storage::Store& main, const ChannelId& channel, std::uint64_t from, std::uint64_t until,
    std::size_t bytes_max) {
  std::vector<std::shared_ptr<const Bytes>> frames;
  std::size_t bytes = 0;
  const storage::KeyRange range{.from = layout::entry_key(channel, from), .until = layout::entry_key(channel, until)};
  if (from >= until) return frames;
  const auto scanned =
      main.scan(layout::entries, range, static_cast<std::size_t>(until - from), [&](BytesView, BytesView entry) {
        bytes += entry.size();
        if (bytes > bytes_max && !frames.empty()) return storage::Visit::stop;
        frames.push_back(std::make_shared<const Bytes>(protocol::encode_entry_event(entry)));
        return storage::Visit::more;
      });
  if (!scanned) return std::unexpected(scanned.error());
  return frames;
}

}  // namespace samband::server
