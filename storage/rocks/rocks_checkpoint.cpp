// A second store out of the files of a living one.
#include <rocksdb/utilities/checkpoint.h>

#include "storage/rocks/rocks_database.h"
#include "storage/rocks/rocks_settings.h"
#include "storage/rocks/store_file.h"

namespace samband::storage {
namespace {

namespace fs = std::filesystem;

// Takes away what was begun unless it was completed.
class Scaffold {
 public:
  explicit Scaffold(fs::path place) : place_{std::move(place)} { clear(); }
  ~Scaffold() {
    if (!complete_) clear();
  }
  Scaffold(const Scaffold&) = delete;
  Scaffold& operator=(const Scaffold&) = delete;
  [[nodiscard]] const fs::path& place() const { return place_; }
  void completed() { complete_ = true; }

 private:
  void clear() const {
    std::error_code ignored;
    fs::remove_all(place_, ignored);
  }
  fs::path place_;
  bool complete_ = false;
};

}  // namespace

std::expected<void, StoreError> RocksStore::checkpoint_to(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) || error) return std::unexpected(error ? StoreError::io : StoreError::not_empty);
  fs::path target = folder;
  Scaffold scaffold{target += ".creating"};

  rocksdb::Checkpoint* made = nullptr;
  rocksdb::Status status = rocksdb::Checkpoint::Create(database_->db.get(), &made);
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint{made};
  // Memory goes to tables first, so that next to nothing is in the log and a backup of it shares its files.
  if (status.ok()) status = checkpoint->CreateCheckpoint(scaffold.place().string());
  if (!status.ok()) return std::unexpected(database_->failed(status));

  fs::permissions(scaffold.place(), fs::perms::owner_all, error);
  if (error) return std::unexpected(StoreError::io);
  if (auto described = write_description(scaffold.place(), database_->options.layout); !described) return described;
  if (auto synced = sync_files(scaffold.place()); !synced) return synced;
  fs::rename(scaffold.place(), folder, error);
  if (error) return std::unexpected(StoreError::io);
  scaffold.completed();
  return sync_folder(folder.has_parent_path() ? folder.parent_path() : fs::path{"."});
}

}  // namespace samband::storage
