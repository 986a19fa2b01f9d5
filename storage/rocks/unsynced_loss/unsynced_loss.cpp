#include "storage/rocks/unsynced_loss/unsynced_loss.h"

#include <cstdlib>
#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <string_view>

#include "storage/rocks/unsynced_loss/disk.h"

namespace samband::storage {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

// A file whose appended bytes wait for a sync.
class HeldFile final : public rocksdb::FSWritableFile {
 public:
  // `size`: what the file holds already, all of it synced.
  HeldFile(std::string path, std::unique_ptr<rocksdb::FSWritableFile> file, std::uint64_t size,
           std::shared_ptr<Disk> disk)
      : path_{std::move(path)}, file_{std::move(file)}, synced_bytes_{size}, disk_{std::move(disk)} {}

  using FSWritableFile::Append;
  IOStatus Append(const Slice& bytes, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      disk_->hold(bytes.size());
      held_.append(bytes.data(), bytes.size());
      if (!disk_->holds_back()) status = let_go(options, debug);
    });
    return status;
  }

  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }

  IOStatus Sync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      status = let_go(options, debug);
      if (status.ok()) status = file_->Sync(options, debug);
      if (status.ok()) synced_bytes_ += std::exchange(unsynced_bytes_, 0);
    });
    return status;
  }
  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override { return Sync(options, debug); }

  IOStatus Close(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      status = let_go(options, debug);
      if (unsynced_bytes_ > 0) disk_->closed_unsynced(path_, synced_bytes_);
    });
    const IOStatus closed = file_->Close(options, debug);
    return status.ok() ? closed : status;
  }

  IOStatus Truncate(std::uint64_t, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();  // asked for at the end of a file, to cut off space that was never allocated here
  }

  std::uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    std::uint64_t size = 0;
    disk_->exclusively([&] { size = synced_bytes_ + unsynced_bytes_ + held_.size(); });
    return size;
  }

  bool IsSyncThreadSafe() const override { return true; }

 private:
  // Hands what is held to the operating system.
  IOStatus let_go(const IOOptions& options, IODebugContext* debug) {
    if (held_.empty()) return IOStatus::OK();
    IOStatus status = file_->Append(held_, options, debug);
    disk_->release(held_.size());
    unsynced_bytes_ += held_.size();
    held_.clear();
    return status;
  }

  std::string path_;
  std::unique_ptr<rocksdb::FSWritableFile> file_;
  // Below: guarded by the disk.
  std::string held_;
  std::uint64_t synced_bytes_;
  std::uint64_t unsynced_bytes_ = 0;  // in the file, not synced
  std::shared_ptr<Disk> disk_;
};

class HeldFolder final : public rocksdb::FSDirectoryWrapper {
 public:
  HeldFolder(std::string path, std::unique_ptr<rocksdb::FSDirectory> folder, std::shared_ptr<Disk> disk)
      : FSDirectoryWrapper{std::move(folder)}, path_{std::move(path)}, disk_{std::move(disk)} {}

  IOStatus Fsync(const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      status = FSDirectoryWrapper::Fsync(options, debug);
      if (status.ok()) disk_->folder_synced(path_);
    });
    return status;
  }
  IOStatus FsyncWithDirOptions(const IOOptions& options, IODebugContext* debug,
                               const rocksdb::DirFsyncOptions&) override {
    return Fsync(options, debug);
  }

 private:
  std::string path_;
  std::shared_ptr<Disk> disk_;
};

}  // namespace

class UnsyncedLoss::FileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit FileSystem(CrashOf crash)
      : FileSystemWrapper{rocksdb::FileSystem::Default()}, disk_{std::make_shared<Disk>(crash)} {}
  const char* Name() const override { return "UnsyncedLoss"; }
  Disk& disk() { return *disk_; }

  IOStatus NewWritableFile(const std::string& path, const FileOptions& options,
                           std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext* debug) override {
    IOStatus status = IOStatus::IOError("no power");
    disk_->while_powered([&] {
      std::unique_ptr<rocksdb::FSWritableFile> file;
      status = target()->NewWritableFile(path, options, &file, debug);
      if (!status.ok()) return;
      disk_->created(path);
      *out = std::make_unique<HeldFile>(path, std::move(file), 0, disk_);
    });
    return status;
  }

  IOStatus ReopenWritableFile(const std::string& path, const FileOptions& options,
                              std::unique_ptr<rocksdb::FSWritableFile>* out, IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSWritableFile> file;
    std::uint64_t size = 0;
    IOStatus status = target()->ReopenWritableFile(path, options, &file, debug);
    if (status.ok()) status = target()->GetFileSize(path, IOOptions{}, &size, debug);
    if (status.ok()) *out = std::make_unique<HeldFile>(path, std::move(file), size, disk_);
    return status;
  }

  IOStatus NewDirectory(const std::string& path, const IOOptions& options, std::unique_ptr<rocksdb::FSDirectory>* out,
                        IODebugContext* debug) override {
    std::unique_ptr<rocksdb::FSDirectory> folder;
    IOStatus status = target()->NewDirectory(path, options, &folder, debug);
    if (status.ok()) *out = std::make_unique<HeldFolder>(path, std::move(folder), disk_);
    return status;
  }

  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions& options,
                      IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      disk_->renaming(from, to);
      status = target()->RenameFile(from, to, options, debug);
    });
    return status;
  }

  IOStatus DeleteFile(const std::string& path, const IOOptions& options, IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] {
      disk_->removed(path);
      status = target()->DeleteFile(path, options, debug);
    });
    return status;
  }

  // RocksDB cuts files through their own handle; a log it recovers from may be cut by name.
  IOStatus Truncate(const std::string& path, std::size_t size, const IOOptions& options,
                    IODebugContext* debug) override {
    IOStatus status;
    disk_->while_powered([&] { status = target()->Truncate(path, size, options, debug); });
    return status;
  }

 private:
  std::shared_ptr<Disk> disk_;
};

UnsyncedLoss::UnsyncedLoss(CrashOf crash)
    : file_system_{std::make_shared<FileSystem>(crash)}, env_{rocksdb::NewCompositeEnv(file_system_)} {}

UnsyncedLoss::~UnsyncedLoss() = default;

rocksdb::Env& UnsyncedLoss::env() {
  return *env_;
}

void UnsyncedLoss::crash() {
  file_system_->disk().crash();
}

std::size_t UnsyncedLoss::held_bytes() const {
  return file_system_->disk().held_bytes();
}

std::shared_ptr<Environment> unsynced_loss_if_asked() {
  const char* asked = std::getenv("SAMBAND_TEST_UNSYNCED_LOSS");
  if (!asked || std::string_view{asked} != "1") return nullptr;
  return std::make_shared<UnsyncedLoss>();
}

}  // namespace samband::storage
