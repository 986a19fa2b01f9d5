// What the server keeps beside entries: one small structure for each kind of value in its store.
// Pure values: no I/O, clock or locks. Keys are in server_layout.h, the grammar in storage/FORMAT.md.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"
#include "storage/model/entry.h"

namespace samband::storage {

inline constexpr std::size_t group_id_bytes_max = 255;
inline constexpr std::size_t welcome_bytes_max = std::size_t{1} << 20U;
inline constexpr std::size_t key_package_bytes_max = std::size_t{16} << 10U;
inline constexpr std::size_t staged_part_bytes_max = std::size_t{512} << 10U;
inline constexpr std::size_t reply_bytes_max = std::size_t{1} << 20U;

// Where a channel stands after its last entry.
struct ChannelRecord {
  static constexpr std::uint8_t version = 2;  // 1 had a snapshot_seq: the group was behind the log
  ChainHead head;
  DeviceId creator;
  Bytes group_id;               // of the current group; another one after a restart
  std::uint64_t group_seq = 0;  // of the entry that began the current group
  std::uint64_t epoch = 0;
  Bytes policy;  // ChannelPolicy of the current epoch
  bool operator==(const ChannelRecord&) const = default;
};

// Never renumber.
enum class BlobState : std::uint8_t {
  leased = 1,  // chunks may come until the lease ends
  sealed = 2,  // complete; kept while an entry refers to it, or until `until` if none ever did
};

struct BlobRecord {
  static constexpr std::uint8_t version = 1;
  BlobState state = BlobState::leased;
  ChannelId channel;
  DeviceId uploader;
  std::uint64_t content_bytes = 0;  // of all chunks; 0 while leased
  std::uint32_t chunk_count = 0;    // 0 while leased
  Hash root;                        // of the chunks; zeros while leased
  WallTime until;                   // when an unused lease or an unreferenced blob may be collected
  std::uint64_t reference_count = 0;
  bool operator==(const BlobRecord&) const = default;
};

// The answer to a request that changed something, so that its repetition changes nothing.
struct RequestRecord {
  static constexpr std::uint8_t version = 1;
  std::uint64_t counter = 0;
  Hash request;  // SHA-256 of its bytes: a different request under the same counter is noticed
  Bytes reply;   // at most reply_bytes_max
  bool operator==(const RequestRecord&) const = default;
};

// A Welcome that waits for its device.
struct InboxItem {
  static constexpr std::uint8_t version = 1;
  ChannelId channel;
  std::uint64_t seq = 0;    // of the Commit
  std::uint64_t epoch = 0;  // the Commit begins
  Hash commit;              // entry_hash of its entry
  WallTime at;
  Bytes welcome;  // MLSMessage, at most welcome_bytes_max
  bool operator==(const InboxItem&) const = default;
};

struct KeyPackageRecord {
  static constexpr std::uint8_t version = 1;
  Hash reference;  // KeyPackageRef
  WallTime not_after;
  bool last_resort = false;
  Bytes key_package;  // MLSMessage, at most key_package_bytes_max
  bool operator==(const KeyPackageRecord&) const = default;
};

// A part of a request that does not fit into a frame, kept until the request names it.
struct StagedPart {
  static constexpr std::uint8_t version = 1;
  WallTime until;  // the end of its lease
  Bytes part;      // at most staged_part_bytes_max
  bool operator==(const StagedPart&) const = default;
};

// One for the whole store. What the store is and its format stand in the header every store has.
struct StoreMeta {
  static constexpr std::uint8_t version = 1;
  std::uint64_t incarnation = 0;  // rises when the store is restored from a backup
  std::uint16_t shard_count = 0;  // channel shards 1..shard_count; shard 0 beside them. Fixed at init
  WallTime created_at;
  bool operator==(const StoreMeta&) const = default;
};

// How far a shard's log of commands has been applied to this store.
struct ShardPosition {
  static constexpr std::uint8_t version = 1;
  std::uint64_t commands = 0;  // applied so far
  WallTime at;                 // of the last one; the next is never earlier
  bool operator==(const ShardPosition&) const = default;
};

// What an administrator did beside, or together with, changing the directory. Never renumber.
enum class AuditAct : std::uint8_t {
  directory = 1,      // appended leaves first_leaf up to, not including, directory_size
  maintenance = 2,    // switched on or off
  quota = 3,          // of one partner
  configuration = 4,  // read anew
  backup = 5,         // finished
  restore = 6,
  other = 7,
};

// One link of the audit chain. It names all links before it, and all of the directory's log as it stood then.
struct AuditRecord {
  static constexpr std::uint8_t version = 1;
  WallTime at;
  AuditAct act = AuditAct::other;
  std::uint32_t uid = 0;  // of the Unix user who asked
  std::string user;       // and its name then; at most audit_text_bytes_max
  PartnerId partner;      // whom it was about; zeros for nobody
  std::string what;       // a sentence for people; at most audit_text_bytes_max
  std::uint64_t first_leaf = 0;
  std::uint64_t directory_size = 0;
  Hash directory_root;  // of the directory's Merkle tree at that size
  Hash previous;        // audit_hash of the record before; zeros for the first
  bool operator==(const AuditRecord&) const = default;
};
inline constexpr std::size_t audit_text_bytes_max = 400;

// Where the chain ends.
struct AuditHead {
  static constexpr std::uint8_t version = 1;
  std::uint64_t records = 0;
  Hash last;  // audit_hash of the last one
  bool operator==(const AuditHead&) const = default;
};

// There while the server takes no writes by its operator's will.
struct Maintenance {
  static constexpr std::uint8_t version = 1;
  WallTime since;
  std::string reason;  // may be empty; at most audit_text_bytes_max
  bool operator==(const Maintenance&) const = default;
};

// What the operator allows one partner instead of the configured limits.
struct PartnerQuota {
  static constexpr std::uint8_t version = 1;
  std::uint64_t document_bytes_max = 0;
  bool operator==(const PartnerQuota&) const = default;
};

[[nodiscard]] Bytes encode(const ChannelRecord& record);
[[nodiscard]] Bytes encode(const BlobRecord& record);
[[nodiscard]] Bytes encode(const RequestRecord& record);
[[nodiscard]] Bytes encode(const InboxItem& item);
[[nodiscard]] Bytes encode(const KeyPackageRecord& record);
[[nodiscard]] Bytes encode(const StagedPart& part);
[[nodiscard]] Bytes encode(const StoreMeta& meta);
[[nodiscard]] Bytes encode(const ShardPosition& position);
[[nodiscard]] Bytes encode(const AuditRecord& record);
[[nodiscard]] Bytes encode(const AuditHead& head);
[[nodiscard]] Bytes encode(const Maintenance& maintenance);
[[nodiscard]] Bytes encode(const PartnerQuota& quota);

[[nodiscard]] std::expected<ChannelRecord, ParseError> parse_channel_record(BytesView wire);
[[nodiscard]] std::expected<BlobRecord, ParseError> parse_blob_record(BytesView wire);
[[nodiscard]] std::expected<RequestRecord, ParseError> parse_request_record(BytesView wire);
[[nodiscard]] std::expected<InboxItem, ParseError> parse_inbox_item(BytesView wire);
[[nodiscard]] std::expected<KeyPackageRecord, ParseError> parse_key_package_record(BytesView wire);
[[nodiscard]] std::expected<StagedPart, ParseError> parse_staged_part(BytesView wire);
[[nodiscard]] std::expected<StoreMeta, ParseError> parse_store_meta(BytesView wire);
[[nodiscard]] std::expected<ShardPosition, ParseError> parse_shard_position(BytesView wire);
[[nodiscard]] std::expected<AuditRecord, ParseError> parse_audit_record(BytesView wire);
[[nodiscard]] std::expected<AuditHead, ParseError> parse_audit_head(BytesView wire);
[[nodiscard]] std::expected<Maintenance, ParseError> parse_maintenance(BytesView wire);
[[nodiscard]] std::expected<PartnerQuota, ParseError> parse_partner_quota(BytesView wire);

}  // namespace samband::storage
