// What a server's store keeps of each time it was restored from a backup. Key: meta, kind 5, the incarnation it opened.
// The directory log has no leaf for it: it stays what clients have seen of it, to the last byte.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/codec/reader.h"
#include "storage/store.h"

namespace samband::storage {

struct RestoreRecord {
  static constexpr std::uint8_t version = 1;
  WallTime at;
  WallTime backup_at;                    // when the backup was begun
  std::uint64_t incarnation_before = 0;  // of the backup
  std::uint64_t incarnation = 0;         // opened by the restore
  std::uint64_t directory_size = 0;      // leaves that the backup had
  bool operator==(const RestoreRecord&) const = default;
};

[[nodiscard]] Bytes encode(const RestoreRecord& record);
[[nodiscard]] std::expected<RestoreRecord, ParseError> parse_restore_record(BytesView wire);

namespace server_store {

[[nodiscard]] Bytes restore_key(std::uint64_t incarnation);
[[nodiscard]] KeyRange restores();  // the earliest first

}  // namespace server_store
}  // namespace samband::storage
