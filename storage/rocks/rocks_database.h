// An open RocksDB with the handles of its families. Internal to this folder.
#pragma once

#include <rocksdb/db.h>

#include "storage/rocks/rocks_store.h"

namespace samband::storage {

struct RocksStore::Database {
  RocksOptions options;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> handles;  // RocksDB's own default family first, then the layout's
  std::optional<StoreError> write_failure;            // the first; touched by the writing thread only

  explicit Database(RocksOptions with) : options{std::move(with)} {}
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database();

  // Opens what is there, as `options.access` says. Errors: io, corrupt, locked, full.
  [[nodiscard]] std::expected<void, StoreError> open();
  // The index is asserted: families are constants of our own.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const;
  // Reports the failure and returns its meaning.
  [[nodiscard]] StoreError failed(const rocksdb::Status& status) const;
};

// Tells `options.report`, where there is one.
void report_failure(const RocksOptions& options, const rocksdb::Status& status);

[[nodiscard]] inline rocksdb::Slice slice_of(BytesView bytes) {
  if (bytes.empty()) return {};  // the library asserts that even an empty slice points somewhere
  const std::string_view text = text_of(bytes);
  return {text.data(), text.size()};
}
[[nodiscard]] inline BytesView view_of(const rocksdb::Slice& slice) {
  return samband::view_of(std::string_view{slice.data(), slice.size()});
}

// Prepares an empty folder beside the target, calls `fill` on it, and gives it the target's name in one step.
// What an interrupted attempt left is cleared first. Errors: not_empty, io, full, those of `fill`.
[[nodiscard]] std::expected<void, StoreError> create_in_one_step(
    const RocksOptions& target, const std::function<std::expected<void, StoreError>(const RocksOptions&)>& fill);

}  // namespace samband::storage
