#include "storage/rocks/rocks_settings.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <rocksdb/cache.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

namespace samband::storage {
namespace {

constexpr std::uint64_t large_value_bytes_min = 4U << 10U;
constexpr std::uint64_t blob_file_bytes = 256U << 20U;
// Space of removed ranges comes back at the latest after this time.
constexpr std::uint64_t compaction_seconds_max = 3U * 24 * 60 * 60;

// The library's own log, passed on instead of written beside the data: on a full disk a failed line of that
// file trips an assertion in Debian's build and ends the process before the error can be returned.
class ReportingLogger final : public rocksdb::Logger {
 public:
  explicit ReportingLogger(std::function<void(std::string_view)> report)
      : Logger{rocksdb::InfoLogLevel::ERROR_LEVEL}, report_{std::move(report)} {}

  using Logger::Logv;
  void Logv(const char* format, std::va_list arguments) override {
    if (!report_) return;
    std::array<char, 1024> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    std::string_view text{line.data()};
    if (text.ends_with('\n')) text.remove_suffix(1);
    report_(text);
  }
  void LogHeader(const char*, std::va_list) override {}  // what every start says of its options

 private:
  std::function<void(std::string_view)> report_;
};

bool says(const rocksdb::Status& status, std::string_view words) {
  return status.ToString().find(words) != std::string::npos;
}

}  // namespace

rocksdb::DBOptions database_options(const RocksOptions& options) {
  rocksdb::DBOptions out;
  // RocksDB's default, PointInTime, opens a log damaged in its middle and drops acknowledged records without a
  // word; this mode takes a torn tail and refuses everything else.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  out.track_and_verify_wals_in_manifest = true;  // a log that went missing is noticed too
  out.paranoid_checks = true;
  out.create_if_missing = false;                                        // creating has a path of its own
  out.create_missing_column_families = options.access != Access::read;  // an older format gains its families
  out.max_open_files = options.open_files_max;
  out.db_write_buffer_size = options.write_buffer_bytes;
  out.max_total_wal_size = 2 * options.write_buffer_bytes;
  out.max_background_jobs = 2;
  out.max_bgerror_resume_count = 0;  // an error is final, and the owner hears of it
  out.bytes_per_sync = 1U << 20U;    // steady writing in the background, in place of one long sync at the end
  out.wal_compression = rocksdb::kNoCompression;
  out.info_log = std::make_shared<ReportingLogger>(options.report);
  out.stats_dump_period_sec = 0;
  out.stats_persist_period_sec = 0;
  if (options.environment) out.env = &options.environment->env();
  return out;
}

rocksdb::ColumnFamilyOptions family_options(const RocksOptions& options) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(options.block_cache_bytes);
  table.cache_index_and_filter_blocks = true;  // so that the cache's size bounds them too
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));

  rocksdb::ColumnFamilyOptions out;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  out.compression = rocksdb::kNoCompression;
  out.bottommost_compression = rocksdb::kNoCompression;
  out.blob_compression_type = rocksdb::kNoCompression;
  out.write_buffer_size = options.write_buffer_bytes;
  out.arena_block_size = std::min(options.write_buffer_bytes / 8, std::size_t{256} << 10U);
  out.periodic_compaction_seconds = compaction_seconds_max;
  if (options.large_values) {
    out.enable_blob_files = true;
    out.min_blob_size = large_value_bytes_min;
    out.blob_file_size = blob_file_bytes;
    out.enable_blob_garbage_collection = true;
  }
  return out;
}

StoreError error_of(const rocksdb::Status& status) {
  // A failure of the background, told to a later write, keeps its words but not its code.
  if (status.IsNoSpace() || says(status, "No space left on device")) return StoreError::full;
  // A file the store counts on is not there.
  if (status.IsCorruption() || status.IsPathNotFound() || status.IsNotFound()) return StoreError::corrupt;
  return StoreError::io;
}

StoreError open_error_of(const rocksdb::Status& status) {
  // The lock is not told apart by its code; the store's tests hold these words to the library in use.
  if (says(status, "While lock file") || says(status, "lock hold by current process")) return StoreError::locked;
  // CURRENT is missing, or families are there that this format does not have.
  if (status.IsInvalidArgument()) return StoreError::corrupt;
  return error_of(status);
}

}  // namespace samband::storage
