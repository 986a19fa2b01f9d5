#include "server/core/channel.h"

#include "crypto/bytes/check.h"
#include "server/core/channel_index.h"
#include "server/protocol/codec.h"
#include "server/protocol/fields.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;

// Posts move the log's end only. After so many the record is written, so that loading has little to walk.
inline constexpr std::uint64_t record_interval = 256;

inline constexpr std::uint8_t record_version = 1;
inline constexpr std::size_t windows_max = 65'536;

Bytes part_key(const ChannelId& channel, layout::ChannelPart part, BytesView suffix) {
  return concat({layout::channel_key(channel, part), suffix});
}

}  // namespace

void fields(auto& io, protocol::like<ReadWindow> auto& window) {
  io(window.from);
  io.optional(window.until, protocol::as_field);
}
void fields(auto& io, protocol::like<ChannelReader> auto& reader) {
  io.version(record_version);
  io.vector(reader.windows, windows_max, protocol::as_field);
  io.optional(reader.leave_request, protocol::as_field);
}
void fields(auto& io, protocol::like<Release> auto& release) {
  io.version(record_version);
  io(release.at, release.secret, release.scheduled_by);
}

std::optional<ReadWindow> ChannelReader::window_at(std::uint64_t seq) const {
  for (const ReadWindow& window : windows) {
    if (!window.until || seq < *window.until) return window;
  }
  return std::nullopt;
}

bool Channel::is_leaf(const DeviceId& device) const {
  const auto reader = readers.find(device);
  return reader != readers.end() && reader->second.is_leaf();
}

protocol::OpenLeaveRequests Channel::leave_requests() const {
  protocol::OpenLeaveRequests open;
  for (const auto& [device, reader] : readers) {
    if (reader.leave_request) open.emplace(device, *reader.leave_request);
  }
  return open;
}

protocol::Placed place_entry(Turn& turn, Channel& channel, std::uint64_t directory_size, storage::EntryKind kind,
                             const DeviceId& sender, Bytes body) {
  storage::ChainHead& head = channel.record.head;
  const storage::Entry entry{.kind = kind,
                             .channel = channel.id(),
                             .seq = head.next_seq,
                             .at = turn.at,
                             .directory_size = directory_size,
                             .incarnation = turn.incarnation,
                             .previous = head.last,
                             .sender = sender,
                             .body = std::move(body)};
  SAMBAND_CHECK(storage::advance(head, entry).has_value());
  Bytes wire = storage::encode(entry);
  turn.outgoing.emplace_back(
      Deliver{channel.id(), entry.seq, std::make_shared<const Bytes>(protocol::encode_entry_event(wire))});
  turn.main.put(layout::entries, layout::entry_key(channel.id(), entry.seq), std::move(wire));
  return {entry.seq, entry.at, head.last};
}

protocol::Placed place_post(Turn& turn, Channel& channel, std::uint64_t directory_size, storage::EntryKind kind,
                            const DeviceId& sender, Bytes body) {
  const auto placed = place_entry(turn, channel, directory_size, kind, sender, std::move(body));
  if (channel.record.head.next_seq - channel.record_seq >= record_interval) write_record(turn, channel);
  return placed;
}

void write_record(Turn& turn, Channel& channel) {
  channel.record_seq = channel.record.head.next_seq;
  turn.main.put(layout::channels, layout::channel_key(channel.id(), layout::ChannelPart::record),
                storage::encode(channel.record));
}

void write_reader(Turn& turn, const Channel& channel, const DeviceId& device) {
  turn.main.put(layout::channels, reader_key(channel.id(), device), encode(channel.readers.at(device)));
}

void write_group(Turn& turn, Channel& channel) {
  mls::GroupChanges changes = channel.group.take_changes();
  if (changes.are_whole) turn.main.remove_all(layout::channels, layout::group_records_of(channel.id()));
  for (mls::GroupRecord& record : changes.records) {
    Bytes key = layout::group_record_key(channel.id(), record.number);
    if (record.value.empty()) {
      turn.main.remove(layout::channels, std::move(key));
    } else {
      turn.main.put(layout::channels, std::move(key), std::move(record.value));
    }
  }
}

void open_window(ChannelTurn& at, Channel& channel, const DeviceId& device, std::uint64_t seq) {
  ChannelReader& reader = channel.readers[device];
  // A shared history is open to whoever joins; otherwise reading begins with the Commit that let the device in.
  const std::uint64_t from = channel.policy.history == storage::History::shared ? 0 : seq;
  if (from == 0) reader.windows.clear();
  reader.windows.push_back({from, std::nullopt});
  reader.leave_request.reset();
  at.index.enter(channel.id(), device);
  write_reader(at.turn, channel, device);
}

void close_window(ChannelTurn& at, Channel& channel, const DeviceId& device, std::uint64_t seq) {
  const auto reader = channel.readers.find(device);
  if (reader == channel.readers.end() || !reader->second.is_leaf()) return;
  reader->second.windows.back().until = seq + 1;  // it may read how it was removed
  reader->second.leave_request.reset();
  at.index.leave(channel.id(), device);
  write_reader(at.turn, channel, device);
  at.turn.outgoing.emplace_back(EndSubscription{device, channel.id(), seq + 1});
}

Bytes encode(const ChannelReader& reader) {
  return protocol::encode_fields(reader);
}
std::expected<ChannelReader, ParseError> parse_reader(BytesView wire) {
  return protocol::parse_fields<ChannelReader>(wire);
}
Bytes encode(const Release& release) {
  return protocol::encode_fields(release);
}
std::expected<Release, ParseError> parse_release(BytesView wire) {
  return protocol::parse_fields<Release>(wire);
}

Bytes reader_key(const ChannelId& channel, const DeviceId& device) {
  return part_key(channel, layout::ChannelPart::reader, device.view());
}
Bytes waiting_tree_key(const ChannelId& channel, std::uint64_t epoch) {
  return part_key(channel, layout::ChannelPart::waiting_tree, storage::KeyWriter{}.u64(epoch).take());
}
Bytes release_key(const ChannelId& channel, const GuidanceId& guidance) {
  return part_key(channel, layout::ChannelPart::release, guidance.view());
}

}  // namespace samband::server
