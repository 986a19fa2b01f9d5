#include "storage/rocks/rocks_store.h"

#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include "storage/rocks/rocks_database.h"
#include "storage/rocks/rocks_settings.h"
#include "storage/rocks/store_file.h"

namespace samband::storage {
namespace {

std::expected<void, StoreError> create_empty(const RocksOptions& options) {
  rocksdb::Options settings{database_options(options), family_options(options)};
  settings.create_if_missing = true;
  settings.error_if_exists = true;
  rocksdb::DB* created = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(settings, options.directory.string(), &created);
  const std::unique_ptr<rocksdb::DB> closed_at_end{created};
  if (status.ok()) return {};
  report_failure(options, status);
  return std::unexpected(open_error_of(status));
}

// Sorts after every key a batch can hold: the end of a range that has none.
const std::string& after_all_keys() {
  static const std::string end(key_bytes_max + 1, '\xFF');
  return end;
}

}  // namespace

std::expected<std::unique_ptr<RocksStore>, StoreError> RocksStore::open(RocksOptions options) {
  const bool may_create = options.access == Access::create || options.access == Access::open_or_create;
  const auto vacant = is_vacant(options.directory);
  if (!vacant) return std::unexpected(vacant.error());
  if (options.access == Access::create || (may_create && *vacant)) {
    if (auto created = create_in_one_step(options, create_empty); !created) return std::unexpected(created.error());
  }
  const auto found = read_description(options.directory);
  if (!found) return std::unexpected(found.error());
  if (auto accepted = accept(*found, options.layout); !accepted) return std::unexpected(accepted.error());

  auto database = std::make_unique<Database>(std::move(options));
  if (auto opened = database->open(); !opened) return std::unexpected(opened.error());
  const RocksOptions& opened_with = database->options;
  if (found->format < opened_with.layout.format && opened_with.access != Access::read) {
    auto raised = write_description(opened_with.directory, opened_with.layout);
    if (!raised) return std::unexpected(raised.error());
  }
  return std::unique_ptr<RocksStore>{new RocksStore{std::move(database)}};
}

RocksStore::RocksStore(std::unique_ptr<Database> database) : database_{std::move(database)} {}
RocksStore::~RocksStore() = default;

std::expected<std::optional<Bytes>, StoreError> RocksStore::get(Family family, BytesView key) const {
  rocksdb::PinnableSlice value;
  const rocksdb::Status status = database_->db->Get({}, database_->handle(family), slice_of(key), &value);
  if (status.ok()) return copy_of(view_of(value));
  if (status.IsNotFound()) return std::optional<Bytes>{};
  return std::unexpected(database_->failed(status));
}

std::expected<std::size_t, StoreError> RocksStore::scan(Family family, const KeyRange& range, std::size_t limit,
                                                        const Visitor& visitor, Direction direction) const {
  const rocksdb::Slice lower = slice_of(range.from);
  const rocksdb::Slice upper = range.until ? slice_of(*range.until) : rocksdb::Slice{};
  if (range.until && *range.until <= range.from) return 0;
  rocksdb::ReadOptions reading;
  reading.iterate_lower_bound = &lower;
  if (range.until) reading.iterate_upper_bound = &upper;
  const std::unique_ptr<rocksdb::Iterator> at{database_->db->NewIterator(reading, database_->handle(family))};

  const bool forward = direction == Direction::forward;
  std::size_t visited = 0;
  forward ? at->SeekToFirst() : at->SeekToLast();
  while (at->Valid() && visited < limit) {
    ++visited;
    if (visitor(view_of(at->key()), view_of(at->value())) == Visit::stop) break;
    forward ? at->Next() : at->Prev();
  }
  if (const rocksdb::Status status = at->status(); !status.ok()) return std::unexpected(database_->failed(status));
  return visited;
}

namespace {

// A family's handle, by RocksStore's own table.
template <class HandleOf>
rocksdb::Status add(rocksdb::WriteBatch& out, const StoreBatch::Change& change, const HandleOf& handle_of) {
  rocksdb::ColumnFamilyHandle* family = handle_of(change.family);
  const rocksdb::Slice key = slice_of(change.key);
  switch (change.kind) {
    case StoreBatch::Change::Kind::put: return out.Put(family, key, slice_of(change.value));
    case StoreBatch::Change::Kind::remove: return out.Delete(family, key);
    case StoreBatch::Change::Kind::remove_range:
      return out.DeleteRange(family, key, change.open_end ? rocksdb::Slice{after_all_keys()} : slice_of(change.value));
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

std::expected<void, StoreError> RocksStore::write(const StoreBatch& batch, Durability durability) {
  if (database_->options.access == Access::read) return std::unexpected(StoreError::read_only);
  if (database_->write_failure) return std::unexpected(*database_->write_failure);

  rocksdb::WriteBatch changes{batch.content_bytes() + 32 * batch.changes().size()};
  rocksdb::Status status;
  for (const StoreBatch::Change& change : batch.changes()) {
    status = add(changes, change, [&](Family family) { return database_->handle(family); });
    if (!status.ok()) break;
  }
  rocksdb::WriteOptions writing;
  writing.sync = durability == Durability::synced;
  if (status.ok()) {
    const bool only_sync = batch.empty() && writing.sync;
    status = only_sync ? database_->db->SyncWAL() : database_->db->Write(writing, &changes);
  }
  if (status.ok()) return {};
  database_->write_failure = database_->failed(status);
  return std::unexpected(*database_->write_failure);
}

std::expected<std::uint64_t, StoreError> RocksStore::free_bytes() const {
  struct statvfs space{};
  if (::statvfs(database_->options.directory.c_str(), &space) != 0) return std::unexpected(StoreError::io);
  return std::uint64_t{space.f_bavail} * space.f_frsize;
}

}  // namespace samband::storage
