#include "tests/bench/rocks_limit.h"

#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include "tests/bench/machine.h"
#include "tests/bench/must.h"
#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

rocksdb::Slice slice_of(const Bytes& bytes) {
  const std::string_view text = text_of(bytes);
  return {text.data(), text.size()};
}

}  // namespace

RocksLimit::RocksLimit(const std::filesystem::path& folder) {
  pin_to(server_core);
  rocksdb::Options options;
  options.create_if_missing = true;
  options.compression = rocksdb::kNoCompression;
  rocksdb::DB* opened = nullptr;
  must(rocksdb::DB::Open(options, folder.string(), &opened).ok(), "RocksDB can't be opened");
  database_.reset(opened);
}

RocksLimit::~RocksLimit() = default;

double RocksLimit::write(std::span<const Record> records, std::size_t batch_records) {
  pin_to(server_core);
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const auto start = Clock::now();
  while (!records.empty()) {
    rocksdb::WriteBatch batch;
    const std::size_t count = std::min(records.size(), batch_records);
    for (const Record& record : records.first(count)) {
      must(batch.Put(slice_of(record.key), slice_of(record.value)).ok(), "RocksDB took no record");
    }
    must(database_->Write(synced, &batch).ok(), "RocksDB could not write");
    records = records.subspan(count);
  }
  const double seconds = seconds_since(start);
  pin_to(load_core);
  return seconds;
}

}  // namespace samband::bench
