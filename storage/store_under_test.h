// The three stores that one suite of tests is run against, behind one face: open, close, crash.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "storage/memory/memory_store.h"
#include "storage/rocks/rocks_store.h"
#include "storage/rocks/unsynced_loss/unsynced_loss.h"

namespace samband::storage::testing {

inline constexpr Family fruit{0};
inline constexpr Family stones{1};
inline constexpr Family tides{2};

inline StoreLayout test_layout() {
  return {.kind = "samband test", .format = 1, .families = {"fruit", "stones", "tides"}};
}

// A folder of its own that is gone with this object.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "samband-storage-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// Small buffers, so that a short test has flushes, compactions and several logs behind it.
inline RocksOptions small_rocks(const std::filesystem::path& directory, Access access = Access::open_or_create) {
  return {
      .directory = directory,
      .layout = test_layout(),
      .access = access,
      .block_cache_bytes = 1U << 20U,
      .write_buffer_bytes = 64U << 10U,
      .open_files_max = 64,
      .environment = {},
      .report = {},
  };
}

class StoreUnderTest {
 public:
  virtual ~StoreUnderTest() = default;
  virtual Store& store() = 0;
  // Ends well, and opens again.
  virtual void reopen() = 0;
  // Ends as in a power cut, or as a process that is killed, and opens again.
  // `chance` chooses what else survives, where that is open.
  virtual void crash(unsigned chance) = 0;
};

class MemoryUnderTest final : public StoreUnderTest {
 public:
  Store& store() override { return store_; }
  void reopen() override {}
  void crash(unsigned chance) override { store_.crash(chance % (store_.unsynced_batches() + 1)); }

 private:
  MemoryStore store_{test_layout()};
};

class RocksUnderTest final : public StoreUnderTest {
 public:
  explicit RocksUnderTest(CrashOf crash) : crash_{crash} { open(); }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    open();
  }
  void crash(unsigned) override {
    loss_->crash();
    reopen();
  }

 private:
  void open() {
    loss_ = std::make_shared<UnsyncedLoss>(crash_);
    RocksOptions options = small_rocks(folder_.path() / "store");
    options.environment = loss_;
    store_ = RocksStore::open(options).value();
  }

  CrashOf crash_;
  TemporaryFolder folder_;
  std::shared_ptr<UnsyncedLoss> loss_;
  std::unique_ptr<RocksStore> store_;
};

}  // namespace samband::storage::testing
