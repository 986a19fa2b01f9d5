// RocksDB by itself: what it takes when a program does nothing but write to it.
#pragma once

#include <filesystem>
#include <memory>
#include <span>

#include "crypto/bytes/bytes.h"

namespace rocksdb {
class DB;
}

namespace samband::bench {

inline constexpr std::size_t rocks_batch_records = 64;

struct Record {
  Bytes key;
  Bytes value;
};

class RocksLimit {
 public:
  // A new database in this folder, on the server's core, with RocksDB's own settings but no compression.
  explicit RocksLimit(const std::filesystem::path& folder);
  ~RocksLimit();
  RocksLimit(const RocksLimit&) = delete;
  RocksLimit& operator=(const RocksLimit&) = delete;

  // Seconds that all of them take in batches of `batch_records`, each of which is synced. On the server's core; the
  // thread returns to the load's.
  [[nodiscard]] double write(std::span<const Record> records, std::size_t batch_records);

 private:
  std::unique_ptr<rocksdb::DB> database_;
};

}  // namespace samband::bench
