// The server's two stores: families, and the key under which each thing is kept.
// Keys are made of ids and big-endian numbers, so that what is read together lies together.
#pragma once

#include <cstdint>
#include <optional>

#include "crypto/identity/ids.h"
#include "storage/model/records.h"
#include "storage/store.h"

namespace samband::storage::server_store {

// Shard 0 holds the directory; channels live in 1..StoreMeta::shard_count.
using ShardIndex = std::uint16_t;

// The order of `layout().families`. Never renumber.
inline constexpr Family entries{0};       // channel, seq -> Entry
inline constexpr Family channels{1};      // channel, part -> see ChannelPart
inline constexpr Family inbox{2};         // device, shard, n -> InboxItem
inline constexpr Family key_packages{3};  // device, class, n -> KeyPackageRecord
inline constexpr Family directory{4};     // index -> leaf of the directory log
inline constexpr Family merkle{5};        // level, index -> Hash
inline constexpr Family blobs{6};         // blob -> BlobRecord; blob, channel, seq -> nothing (a reference)
inline constexpr Family requests{7};      // device, shard, counter -> RequestRecord
inline constexpr Family meta{8};          // see below
inline constexpr Family staged{9};        // device, shard, part -> StagedPart

[[nodiscard]] StoreLayout layout();

// --- entries
[[nodiscard]] Bytes entry_key(const ChannelId& channel, std::uint64_t seq);
[[nodiscard]] KeyRange entries_from(const ChannelId& channel, std::uint64_t seq);
[[nodiscard]] KeyRange entries_before(const ChannelId& channel, std::uint64_t seq);

// --- channels. Never renumber.
enum class ChannelPart : std::uint8_t {
  record = 0,      // ChannelRecord
  group = 1,       // record number -> a record of the public group as of `ChannelRecord::epoch`
  group_info = 2,  // the newest GroupInfo
  // With something behind the part, which is server/core's to compose:
  reader = 3,        // device -> what it may read, and its request to leave
  waiting_tree = 4,  // epoch -> the ratchet tree of a past epoch that Welcomes still lead to
  release = 5,       // guidance -> a release that is scheduled
};
[[nodiscard]] Bytes channel_key(const ChannelId& channel, ChannelPart part);
// One record of the public group, and all of them.
[[nodiscard]] Bytes group_record_key(const ChannelId& channel, std::uint32_t number);
[[nodiscard]] KeyRange group_records_of(const ChannelId& channel);
[[nodiscard]] std::optional<ChannelId> channel_of(BytesView channel_key);

// --- inbox
struct InboxKey {
  DeviceId device;
  ShardIndex shard = 0;
  std::uint64_t n = 0;
  bool operator==(const InboxKey&) const = default;
};
[[nodiscard]] Bytes inbox_key(const InboxKey& key);
[[nodiscard]] std::optional<InboxKey> parse_inbox_key(BytesView key);
[[nodiscard]] KeyRange inbox_of(const DeviceId& device);
// What the device has acknowledged: n up to and including `up_to`.
[[nodiscard]] KeyRange inbox_until(const DeviceId& device, ShardIndex shard, std::uint64_t up_to);

// --- key packages: single-use ones first
[[nodiscard]] Bytes key_package_key(const DeviceId& device, bool last_resort, std::uint64_t n);
[[nodiscard]] KeyRange key_packages_of(const DeviceId& device);

// --- directory and its Merkle tree
[[nodiscard]] Bytes directory_key(std::uint64_t index);
[[nodiscard]] KeyRange directory_from(std::uint64_t index);
[[nodiscard]] Bytes merkle_key(std::uint8_t level, std::uint64_t index);

// --- blobs
[[nodiscard]] Bytes blob_key(const BlobId& blob);
[[nodiscard]] Bytes blob_reference_key(const BlobId& blob, const ChannelId& channel, std::uint64_t seq);
[[nodiscard]] KeyRange blob_references(const BlobId& blob);

// --- requests
[[nodiscard]] Bytes request_key(const DeviceId& device, ShardIndex shard, std::uint64_t counter);
[[nodiscard]] KeyRange requests_of(const DeviceId& device, ShardIndex shard);

// --- staged parts of requests that don't fit into a frame
[[nodiscard]] Bytes staged_key(const DeviceId& device, ShardIndex shard, const Hash& part);
[[nodiscard]] KeyRange staged_of(const DeviceId& device, ShardIndex shard);

// --- meta: one byte of kind, then what it is about
[[nodiscard]] Bytes meta_key();                                                   // StoreMeta
[[nodiscard]] Bytes shard_key(ShardIndex shard);                                  // ShardPosition
[[nodiscard]] Bytes tree_head_key();                                              // the newest SignedTreeHead
[[nodiscard]] Bytes alarm_key(ShardIndex shard, WallTime when, std::uint64_t n);  // what a shard does at a time
[[nodiscard]] KeyRange alarms_of(ShardIndex shard);
[[nodiscard]] Bytes audit_key(std::uint64_t number);  // AuditRecord, counted from 0
[[nodiscard]] KeyRange audit_records();
[[nodiscard]] Bytes audit_head_key();                             // AuditHead
[[nodiscard]] Bytes maintenance_key();                            // Maintenance
[[nodiscard]] Bytes partner_quota_key(const PartnerId& partner);  // PartnerQuota
[[nodiscard]] KeyRange partner_quotas();
[[nodiscard]] std::optional<PartnerId> partner_of_quota(BytesView quota_key);

}  // namespace samband::storage::server_store

// Chunks of documents, apart from the message log so that uploads do not stand in its way.
namespace samband::storage::chunk_store {

inline constexpr Family chunks{0};  // blob, index -> one encrypted chunk

[[nodiscard]] StoreLayout layout();
[[nodiscard]] Bytes chunk_key(const BlobId& blob, std::uint32_t index);
[[nodiscard]] KeyRange chunks_of(const BlobId& blob);

}  // namespace samband::storage::chunk_store
