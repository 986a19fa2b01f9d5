// Hot, incremental backups, and stores made from them.
#include <rocksdb/utilities/backup_engine.h>

#include "storage/rocks/rocks_database.h"
#include "storage/rocks/rocks_settings.h"
#include "storage/rocks/store_file.h"

namespace samband::storage {
namespace {

std::expected<void, StoreError> answer(const RocksOptions& options, const rocksdb::Status& status) {
  if (status.ok()) return {};
  report_failure(options, status);
  return std::unexpected(error_of(status));
}

rocksdb::BackupEngineOptions engine_options(const std::filesystem::path& folder) {
  rocksdb::BackupEngineOptions out{folder.string()};
  out.sync = true;
  out.share_table_files = true;
  out.share_files_with_checksum = true;
  return out;
}

std::expected<void, StoreError> make_private_folder(const std::filesystem::path& folder) {
  std::error_code error;
  if (!std::filesystem::create_directory(folder, error)) {
    if (error || !std::filesystem::is_directory(folder, error)) return std::unexpected(StoreError::io);
    return {};  // it was there; its permissions are its owner's choice
  }
  std::filesystem::permissions(folder, std::filesystem::perms::owner_all, error);
  if (error) return std::unexpected(StoreError::io);
  return {};
}

}  // namespace

std::expected<void, StoreError> RocksStore::backup_to(const std::filesystem::path& folder, unsigned kept) {
  const RocksOptions& options = database_->options;
  if (auto made = make_private_folder(folder); !made) return made;
  rocksdb::BackupEngine* opened = nullptr;
  rocksdb::Status status = rocksdb::BackupEngine::Open(engine_options(folder), rocksdb::Env::Default(), &opened);
  const std::unique_ptr<rocksdb::BackupEngine> engine{opened};
  if (!status.ok()) return answer(options, status);

  rocksdb::CreateBackupOptions how;
  how.flush_before_backup = true;  // tables only: no log that is still being written
  // The description goes along as the backup's metadata, so that a restore can refuse what is not its own.
  status = engine->CreateNewBackupWithMetadata(how, database_->db.get(), describe(options.layout));
  if (status.ok()) status = engine->PurgeOldBackups(kept);
  return answer(options, status);
}

std::expected<void, StoreError> restore_backup(const std::filesystem::path& folder, const RocksOptions& target) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) return std::unexpected(StoreError::not_a_store);
  rocksdb::BackupEngineReadOnly* opened = nullptr;
  rocksdb::Status status =
      rocksdb::BackupEngineReadOnly::Open(engine_options(folder), rocksdb::Env::Default(), &opened);
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> engine{opened};
  if (!status.ok()) return answer(target, status);

  rocksdb::BackupInfo newest;
  if (!engine->GetLatestBackupInfo(&newest).ok()) return std::unexpected(StoreError::not_a_store);
  const auto description = parse_description(newest.app_metadata);
  if (!description) return std::unexpected(StoreError::not_a_store);
  if (auto accepted = accept(*description, target.layout); !accepted) return accepted;
  if (status = engine->VerifyBackup(newest.backup_id, true); !status.ok()) return answer(target, status);

  return create_in_one_step(target, [&](const RocksOptions& beside) {
    const std::string path = beside.directory.string();
    return answer(target, engine->RestoreDBFromBackup(newest.backup_id, path, path));
  });
}

}  // namespace samband::storage
