#include "storage/model/server_layout.h"

namespace samband::storage::server_store {
namespace {

// The first byte of a key in `meta`. Never renumber.
enum class MetaKind : std::uint8_t {
  store = 0,
  shard = 1,
  tree_head = 2,
  alarm = 3,
  audit = 6,
  audit_head = 7,
  maintenance = 8,
  partner_quota = 9,
};

KeyWriter meta_prefix(MetaKind kind) {
  KeyWriter key;
  key.u8(static_cast<std::uint8_t>(kind));
  return key;
}

// All keys that start with what has been written so far, from `first` on.
KeyRange from_within(BytesView prefix, Bytes first) {
  KeyRange range = keys_with_prefix(prefix);
  range.from = std::move(first);
  return range;
}

}  // namespace

StoreLayout layout() {
  return {
      .kind = "samband server",
      .format = 2,
      .families = {"entries", "channels", "inbox", "key_packages", "directory", "merkle", "blobs", "requests", "meta",
                   "staged"},
      .oldest_format = 2,
  };
}

Bytes entry_key(const ChannelId& channel, std::uint64_t seq) {
  return KeyWriter{}.id(channel).u64(seq).take();
}

KeyRange entries_from(const ChannelId& channel, std::uint64_t seq) {
  return from_within(channel.view(), entry_key(channel, seq));
}

KeyRange entries_before(const ChannelId& channel, std::uint64_t seq) {
  return {.from = entry_key(channel, 0), .until = entry_key(channel, seq)};
}

Bytes channel_key(const ChannelId& channel, ChannelPart part) {
  return KeyWriter{}.id(channel).u8(static_cast<std::uint8_t>(part)).take();
}

Bytes group_record_key(const ChannelId& channel, std::uint32_t number) {
  return KeyWriter{}.fixed(channel_key(channel, ChannelPart::group)).u32(number).take();
}

KeyRange group_records_of(const ChannelId& channel) {
  return keys_with_prefix(channel_key(channel, ChannelPart::group));
}

std::optional<ChannelId> channel_of(BytesView channel_key) {
  if (channel_key.size() != ChannelId::size + 1) return std::nullopt;
  return ChannelId::of(channel_key.first(ChannelId::size));
}

Bytes inbox_key(const InboxKey& key) {
  return KeyWriter{}.id(key.device).u16(key.shard).u64(key.n).take();
}

std::optional<InboxKey> parse_inbox_key(BytesView key) {
  Reader in{key};
  const InboxKey out{.device = in.id<DeviceId>(), .shard = in.u16(), .n = in.u64()};
  if (in.finish()) return std::nullopt;
  return out;
}

KeyRange inbox_of(const DeviceId& device) {
  return keys_with_prefix(device.view());
}

KeyRange inbox_until(const DeviceId& device, ShardIndex shard, std::uint64_t up_to) {
  Bytes after = inbox_key({device, shard, up_to});
  after.push_back(0);  // the first key that sorts after it
  return {.from = inbox_key({device, shard, 0}), .until = std::move(after)};
}

Bytes key_package_key(const DeviceId& device, bool last_resort, std::uint64_t n) {
  return KeyWriter{}.id(device).u8(last_resort ? 1 : 0).u64(n).take();
}

KeyRange key_packages_of(const DeviceId& device) {
  return keys_with_prefix(device.view());
}

Bytes directory_key(std::uint64_t index) {
  return KeyWriter{}.u64(index).take();
}

KeyRange directory_from(std::uint64_t index) {
  return {.from = directory_key(index), .until = {}};
}

Bytes merkle_key(std::uint8_t level, std::uint64_t index) {
  return KeyWriter{}.u8(level).u64(index).take();
}

Bytes blob_key(const BlobId& blob) {
  return copy_of(blob.view());
}

Bytes blob_reference_key(const BlobId& blob, const ChannelId& channel, std::uint64_t seq) {
  return KeyWriter{}.id(blob).id(channel).u64(seq).take();
}

KeyRange blob_references(const BlobId& blob) {
  return from_within(blob.view(), KeyWriter{}.id(blob).u8(0).take());  // the record's own key is shorter
}

Bytes request_key(const DeviceId& device, ShardIndex shard, std::uint64_t counter) {
  return KeyWriter{}.id(device).u16(shard).u64(counter).take();
}

KeyRange requests_of(const DeviceId& device, ShardIndex shard) {
  return keys_with_prefix(KeyWriter{}.id(device).u16(shard).take());
}

Bytes staged_key(const DeviceId& device, ShardIndex shard, const Hash& part) {
  return KeyWriter{}.id(device).u16(shard).id(part).take();
}

KeyRange staged_of(const DeviceId& device, ShardIndex shard) {
  return keys_with_prefix(KeyWriter{}.id(device).u16(shard).take());
}

Bytes meta_key() {
  return meta_prefix(MetaKind::store).take();
}

Bytes shard_key(ShardIndex shard) {
  return meta_prefix(MetaKind::shard).u16(shard).take();
}

Bytes tree_head_key() {
  return meta_prefix(MetaKind::tree_head).take();
}

Bytes alarm_key(ShardIndex shard, WallTime when, std::uint64_t n) {
  return meta_prefix(MetaKind::alarm).u16(shard).u64(when.ms).u64(n).take();
}

KeyRange alarms_of(ShardIndex shard) {
  return keys_with_prefix(meta_prefix(MetaKind::alarm).u16(shard).take());
}

Bytes audit_key(std::uint64_t number) {
  return meta_prefix(MetaKind::audit).u64(number).take();
}

KeyRange audit_records() {
  return keys_with_prefix(meta_prefix(MetaKind::audit).take());
}

Bytes audit_head_key() {
  return meta_prefix(MetaKind::audit_head).take();
}

Bytes maintenance_key() {
  return meta_prefix(MetaKind::maintenance).take();
}

Bytes partner_quota_key(const PartnerId& partner) {
  return meta_prefix(MetaKind::partner_quota).id(partner).take();
}

KeyRange partner_quotas() {
  return keys_with_prefix(meta_prefix(MetaKind::partner_quota).take());
}

std::optional<PartnerId> partner_of_quota(BytesView quota_key) {
  Reader in{quota_key};
  in.u8();
  const auto partner = in.id<PartnerId>();
  if (in.finish()) return std::nullopt;
  return partner;
}

}  // namespace samband::storage::server_store

namespace samband::storage::chunk_store {

StoreLayout layout() {
  return {.kind = "samband chunks", .format = 1, .families = {"chunks"}};
}

Bytes chunk_key(const BlobId& blob, std::uint32_t index) {
  return KeyWriter{}.id(blob).u32(index).take();
}

KeyRange chunks_of(const BlobId& blob) {
  return keys_with_prefix(blob.view());
}

}  // namespace samband::storage::chunk_store
