// Reading everything back: tables against their checksums, every value (those in files of their own too), and
// the write-ahead log.
#include <rocksdb/transaction_log.h>

#include "storage/rocks/rocks_database.h"
#include "storage/rocks/rocks_settings.h"

namespace samband::storage {
namespace {

rocksdb::Status read_family(rocksdb::DB& db, rocksdb::ColumnFamilyHandle* family) {
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> at{db.NewIterator(reading, family)};
  for (at->SeekToFirst(); at->Valid(); at->Next()) {
  }
  return at->status();
}

rocksdb::Status read_log(rocksdb::DB& db) {
  rocksdb::VectorLogPtr logs;
  if (rocksdb::Status status = db.GetSortedWalFiles(logs); !status.ok()) return status;
  // Logs without a record, as after a clean start, have no first number.
  std::erase_if(logs, [](const auto& log) { return log->StartSequence() == 0; });
  if (logs.empty()) return rocksdb::Status::OK();
  std::unique_ptr<rocksdb::TransactionLogIterator> at;
  rocksdb::Status status = db.GetUpdatesSince(logs.front()->StartSequence(), &at);
  if (!status.ok()) return status;
  while (at->Valid()) at->Next();
  status = at->status();
  return status.IsTryAgain() ? rocksdb::Status::OK() : status;  // the end of a log still being written
}

// A store that was ever opened for writing has a log, if an empty one. The manifest knows the closed logs alone: a
// store without its newest would open, and lack what was only there.
bool has_log(const std::filesystem::path& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator at{folder, error}; !error && at != std::filesystem::directory_iterator{};
       at.increment(error)) {
    if (at->path().extension() == ".log") return true;
  }
  return false;
}

}  // namespace

std::expected<void, StoreError> RocksStore::verify() const {
  rocksdb::DB& db = *database_->db;
  const auto check = [&](const rocksdb::Status& status) -> std::expected<void, StoreError> {
    if (status.ok()) return {};
    return std::unexpected(database_->failed(status));
  };
  if (auto tables = check(db.VerifyChecksum()); !tables) return tables;
  for (rocksdb::ColumnFamilyHandle* family : database_->handles) {
    if (auto values = check(read_family(db, family)); !values) return values;
  }
  if (!has_log(database_->options.directory)) {
    return check(rocksdb::Status::Corruption("the write-ahead log is missing"));
  }
  // Opening for reading has replayed the log already, and refuses a damaged one.
  if (database_->options.access == Access::read) return {};
  return check(read_log(db));
}

}  // namespace samband::storage
