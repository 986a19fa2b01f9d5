#include "storage/model/restore_record.h"

#include "crypto/codec/writer.h"

namespace samband::storage {
namespace {

constexpr std::uint8_t restore_kind = 5;  // see server_layout.cpp for the others

}  // namespace

Bytes encode(const RestoreRecord& record) {
  Writer out;
  out.u8(RestoreRecord::version);
  out.u64(record.at.ms);
  out.u64(record.backup_at.ms);
  out.u64(record.incarnation_before);
  out.u64(record.incarnation);
  out.u64(record.directory_size);
  return out.take();
}

std::expected<RestoreRecord, ParseError> parse_restore_record(BytesView wire) {
  Reader in{wire};
  if (in.u8() != RestoreRecord::version) return std::unexpected(ParseError::unknown_value);
  const RestoreRecord record{.at = {in.u64()},
                             .backup_at = {in.u64()},
                             .incarnation_before = in.u64(),
                             .incarnation = in.u64(),
                             .directory_size = in.u64()};
  if (const auto error = in.finish()) return std::unexpected(*error);
  return record;
}

namespace server_store {

Bytes restore_key(std::uint64_t incarnation) {
  return KeyWriter{}.u8(restore_kind).u64(incarnation).take();
}

KeyRange restores() {
  return keys_with_prefix(KeyWriter{}.u8(restore_kind).take());
}

}  // namespace server_store
}  // namespace samband::storage
