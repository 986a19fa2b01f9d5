#include "storage/rocks/rocks_database.h"

#include "crypto/bytes/check.h"
#include "storage/rocks/rocks_settings.h"
#include "storage/rocks/store_file.h"

namespace samband::storage {

RocksStore::Database::~Database() {
  for (rocksdb::ColumnFamilyHandle* family : handles) delete family;
  if (db) db->Close().PermitUncheckedError();  // everything synced is on the disk already
}

std::expected<void, StoreError> RocksStore::Database::open() {
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  const rocksdb::ColumnFamilyOptions shared = family_options(options);  // one block cache, one bound for all
  families.emplace_back(rocksdb::kDefaultColumnFamilyName, shared);
  for (const std::string& name : options.layout.families) families.emplace_back(name, shared);

  rocksdb::DB* opened = nullptr;
  const rocksdb::DBOptions settings = database_options(options);
  const std::string path = options.directory.string();
  const rocksdb::Status status = options.access == Access::read
                                     ? rocksdb::DB::OpenForReadOnly(settings, path, families, &handles, &opened)
                                     : rocksdb::DB::Open(settings, path, families, &handles, &opened);
  db.reset(opened);
  if (status.ok()) return {};
  report_failure(options, status);
  return std::unexpected(open_error_of(status));
}

rocksdb::ColumnFamilyHandle* RocksStore::Database::handle(Family family) const {
  SAMBAND_CHECK(family.value + 1U < handles.size());
  return handles[family.value + 1U];
}

StoreError RocksStore::Database::failed(const rocksdb::Status& status) const {
  report_failure(options, status);
  return error_of(status);
}

void report_failure(const RocksOptions& options, const rocksdb::Status& status) {
  if (options.report) options.report(status.ToString());
}

std::expected<void, StoreError> create_in_one_step(
    const RocksOptions& target, const std::function<std::expected<void, StoreError>(const RocksOptions&)>& fill) {
  namespace fs = std::filesystem;
  const auto vacant = is_vacant(target.directory);
  if (!vacant) return std::unexpected(vacant.error());
  if (!*vacant) return std::unexpected(StoreError::not_empty);

  RocksOptions beside = target;
  beside.directory += ".creating";
  beside.environment.reset();
  std::error_code error;
  fs::remove_all(beside.directory, error);
  if (!fs::create_directory(beside.directory, error)) return std::unexpected(StoreError::io);
  fs::permissions(beside.directory, fs::perms::owner_all, error);
  if (error) return std::unexpected(StoreError::io);

  if (auto filled = fill(beside); !filled) return filled;
  if (auto described = write_description(beside.directory, target.layout); !described) return described;
  if (auto synced = sync_files(beside.directory); !synced) return synced;
  fs::rename(beside.directory, target.directory, error);  // an empty folder in its place is replaced
  if (error) return std::unexpected(StoreError::io);
  const fs::path parent = target.directory.has_parent_path() ? target.directory.parent_path() : fs::path{"."};
  return sync_folder(parent);
}

}  // namespace samband::storage
