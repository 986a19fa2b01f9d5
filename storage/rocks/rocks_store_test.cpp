// What only a store on a disk can suffer: damage, missing files, two owners, other programs' formats.
#include "storage/rocks/rocks_store.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sys/resource.h>
#include <thread>

#include "storage/store_under_test.h"

namespace samband::storage::testing {
namespace {

namespace fs = std::filesystem;

using Opened = std::expected<std::unique_ptr<RocksStore>, StoreError>;

class RocksStoreOnDisk : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path directory() const { return folder_.path() / "store"; }
  [[nodiscard]] fs::path beside(std::string_view name) const { return folder_.path() / name; }
  [[nodiscard]] RocksOptions options(Access access = Access::open) const {
    return {.directory = directory(), .layout = test_layout(), .access = access, .environment = {}, .report = {}};
  }
  [[nodiscard]] Opened open(Access access = Access::open) const { return RocksStore::open(options(access)); }

  static void put(Store& store, std::string_view key, const std::string& value) {
    StoreBatch batch;
    batch.put(fruit, view_of(key), view_of(value));
    ASSERT_TRUE(store.write(batch, Durability::synced));
  }
  static std::string get(const Store& store, std::string_view key) {
    return std::string{text_of(store.get(fruit, view_of(key)).value().value())};
  }
  // A store with `count` records in its log and in no table yet.
  void make_store(int count) const {
    const Opened store = open(Access::create);
    ASSERT_TRUE(store);
    for (int i = 0; i < count; ++i) put(**store, "key " + std::to_string(i), std::string(1000, 'v'));
  }
  // The newest file whose name ends so.
  [[nodiscard]] fs::path file(std::string_view ending) const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator{directory()}) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(ending) && entry.file_size() > 0 && name > found.filename().string()) found = entry.path();
    }
    EXPECT_FALSE(found.empty()) << "no file *" << ending;
    return found;
  }
  static void damage(const fs::path& file, std::uint64_t at) {
    std::fstream bytes{file, std::ios::in | std::ios::out | std::ios::binary};
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes << std::string(64, '\x5A');
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(RocksStoreOnDisk, RefusesALogDamagedInItsMiddle) {
  make_store(100);
  const fs::path log = file(".log");
  damage(log, fs::file_size(log) / 2);
  EXPECT_EQ(open().error(), StoreError::corrupt);
  EXPECT_EQ(open(Access::read).error(), StoreError::corrupt);
}

TEST_F(RocksStoreOnDisk, OpensALogWithATornTailAndHasAllBeforeIt) {
  make_store(100);
  const fs::path log = file(".log");
  fs::resize_file(log, fs::file_size(log) - 300);
  const Opened store = open();
  ASSERT_TRUE(store);
  EXPECT_EQ(get(**store, "key 98").size(), 1000U);
  EXPECT_EQ((*store)->get(fruit, view_of("key 99")).value(), std::nullopt);
}

TEST_F(RocksStoreOnDisk, FindsDamageInTheLogOfAnOpenStore) {
  const Opened store = open(Access::create);
  for (int i = 0; i < 100; ++i) put(**store, "key " + std::to_string(i), std::string(1000, 'v'));
  ASSERT_TRUE((*store)->verify());
  const fs::path log = file(".log");
  damage(log, fs::file_size(log) / 2);
  EXPECT_EQ((*store)->verify().error(), StoreError::corrupt);
}

class RocksStoreWithTables : public RocksStoreOnDisk {
 protected:
  // Small buffers push the records out of the log into tables.
  void make_tables(bool large_values = false) const {
    RocksOptions with = small_rocks(directory(), Access::create);
    with.large_values = large_values;
    const Opened store = RocksStore::open(with);
    ASSERT_TRUE(store);
    for (int i = 0; i < 60; ++i) put(**store, "key " + std::to_string(i), std::string(20'000, 'v'));
  }
};

TEST_F(RocksStoreWithTables, ReportsAMissingTable) {
  make_tables();
  fs::remove(file(".sst"));
  EXPECT_EQ(open().error(), StoreError::corrupt);
}

TEST_F(RocksStoreWithTables, FindsADamagedTable) {
  make_tables();
  const fs::path table = file(".sst");
  damage(table, fs::file_size(table) / 2);
  const Opened store = open();  // the middle of a table is read when it is asked for
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->verify().error(), StoreError::corrupt);
}

TEST_F(RocksStoreWithTables, FindsADamagedFileOfLargeValues) {
  make_tables(true);
  const fs::path values = file(".blob");
  damage(values, fs::file_size(values) / 2);
  RocksOptions with = options();
  with.large_values = true;
  const Opened store = RocksStore::open(with);
  ASSERT_TRUE(store);
  EXPECT_EQ((*store)->verify().error(), StoreError::corrupt);
}

TEST_F(RocksStoreWithTables, ReportsAMissingManifestPointerInsteadOfStartingAnew) {
  make_tables();
  fs::remove(directory() / "CURRENT");
  EXPECT_EQ(open().error(), StoreError::corrupt);
  EXPECT_EQ(open(Access::open_or_create).error(), StoreError::corrupt);
}

TEST_F(RocksStoreOnDisk, HasOneOwner) {
  const Opened first = open(Access::create);
  ASSERT_TRUE(first);
  EXPECT_EQ(open().error(), StoreError::locked);
}

TEST_F(RocksStoreOnDisk, LocksOutOtherProcesses) {
  // The child of a threadsafe death test runs this test from its start; it finds the place in its environment.
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const char* place = std::getenv("SAMBAND_TEST_PLACE");
  RocksOptions there = options(place ? Access::open : Access::create);
  if (place) there.directory = place;
  const Opened owner = RocksStore::open(there);
  ::setenv("SAMBAND_TEST_PLACE", there.directory.c_str(), 1);
  EXPECT_EXIT(std::_Exit(!owner && owner.error() == StoreError::locked ? 0 : 1), ::testing::ExitedWithCode(0), "");
  ::unsetenv("SAMBAND_TEST_PLACE");
}

TEST_F(RocksStoreOnDisk, ReadsBesideItsOwnerAndChangesNothing) {
  const Opened owner = open(Access::create);
  put(**owner, "apple", "red");
  const Opened reader = open(Access::read);
  ASSERT_TRUE(reader);
  EXPECT_EQ(get(**reader, "apple"), "red");
  EXPECT_TRUE((*reader)->verify());
  StoreBatch batch;
  batch.put(fruit, view_of("apple"), view_of("green"));
  EXPECT_EQ((*reader)->write(batch, Durability::synced).error(), StoreError::read_only);
}

TEST_F(RocksStoreOnDisk, IsNotMadeWhereOneWasExpected) {
  EXPECT_EQ(open(Access::open).error(), StoreError::not_a_store);
  EXPECT_EQ(open(Access::read).error(), StoreError::not_a_store);
  fs::create_directory(directory());
  EXPECT_EQ(open(Access::open).error(), StoreError::not_a_store);
  EXPECT_TRUE(fs::is_empty(directory()));
}

TEST_F(RocksStoreOnDisk, IsNotMadeOverSomethingElse) {
  fs::create_directory(directory());
  std::ofstream{directory() / "letter.txt"} << "dear";
  EXPECT_EQ(open(Access::create).error(), StoreError::not_empty);
  EXPECT_EQ(open(Access::open_or_create).error(), StoreError::not_a_store);
  EXPECT_TRUE(fs::exists(directory() / "letter.txt"));
}

TEST_F(RocksStoreOnDisk, IsItsOwnersAlone) {
  make_store(0);
  EXPECT_EQ(fs::status(directory()).permissions(), fs::perms::owner_all);
}

TEST_F(RocksStoreOnDisk, IsMadeAnewWhereMakingItWasInterrupted) {
  fs::create_directory(beside("store.creating"));
  std::ofstream{beside("store.creating") / "CURRENT"} << "half";
  make_store(1);
  EXPECT_TRUE(open());
  EXPECT_FALSE(fs::exists(beside("store.creating")));
}

TEST_F(RocksStoreOnDisk, OfANewerFormatIsRefusedUntouched) {
  RocksOptions newer = options(Access::create);
  newer.layout.format = 2;
  newer.layout.families.emplace_back("winds");
  ASSERT_TRUE(RocksStore::open(newer));
  const auto before = fs::last_write_time(directory() / "CURRENT");
  EXPECT_EQ(open().error(), StoreError::format_newer);
  EXPECT_EQ(open(Access::read).error(), StoreError::format_newer);
  EXPECT_EQ(fs::last_write_time(directory() / "CURRENT"), before);
}

TEST_F(RocksStoreOnDisk, OfAnOlderFormatGainsItsFamiliesAndIsThenRefusedByTheOlderProgram) {
  make_store(1);
  RocksOptions newer = options();
  newer.layout.format = 2;
  newer.layout.families.emplace_back("winds");
  {
    const Opened store = RocksStore::open(newer);
    ASSERT_TRUE(store);
    EXPECT_EQ(get(**store, "key 0").size(), 1000U);
    EXPECT_EQ((*store)->get(Family{3}, view_of("north")).value(), std::nullopt);
  }
  EXPECT_EQ(open().error(), StoreError::format_newer);
}

TEST_F(RocksStoreOnDisk, OfAFormatThatIsNotReadAnyMoreIsRefusedUntouched) {
  make_store(1);
  RocksOptions newer = options();
  newer.layout.format = 3;
  newer.layout.oldest_format = 2;
  EXPECT_EQ(RocksStore::open(newer).error(), StoreError::format_older);
  newer.access = Access::read;
  EXPECT_EQ(RocksStore::open(newer).error(), StoreError::format_older);
  EXPECT_TRUE(open());
}

TEST_F(RocksStoreOnDisk, OfAnotherKindIsRefused) {
  make_store(0);
  RocksOptions other = options();
  other.layout.kind = "samband other";
  EXPECT_EQ(RocksStore::open(other).error(), StoreError::not_a_store);
}

// Files may not grow beyond this: what a full disk looks like to a write.
void rlimit_file_bytes(rlim_t bytes) {
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit{};
  ::getrlimit(RLIMIT_FSIZE, &limit);
  limit.rlim_cur = bytes;
  ::setrlimit(RLIMIT_FSIZE, &limit);
}

TEST_F(RocksStoreOnDisk, TakesNoWritesAfterOneFailed) {
  std::string reported;
  RocksOptions with = options(Access::create);
  with.report = [&](std::string_view words) { reported = words; };
  const Opened store = RocksStore::open(with);
  put(**store, "apple", "red");
  rlimit_file_bytes(1);
  StoreBatch batch;
  batch.put(fruit, Bytes{1}, Bytes(1U << 20U));
  const auto failed = (*store)->write(batch, Durability::synced);
  rlimit_file_bytes(RLIM_INFINITY);
  EXPECT_FALSE(failed);
  EXPECT_FALSE(reported.empty());
  EXPECT_EQ((*store)->write({}, Durability::synced).error(), failed.error());
  EXPECT_EQ(get(**store, "apple"), "red");
}

TEST_F(RocksStoreWithTables, KilledLosesNothingThatWasSynced) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const char* place = std::getenv("SAMBAND_TEST_PLACE");
  const fs::path where = place ? fs::path{place} : directory();
  ::setenv("SAMBAND_TEST_PLACE", where.c_str(), 1);
  EXPECT_EXIT(
      {
        RocksOptions with = small_rocks(where);
        with.environment = std::make_shared<UnsyncedLoss>();
        const Opened store = RocksStore::open(with);
        for (int i = 0; i < 50; ++i) put(**store, "synced " + std::to_string(i), std::string(5000, 'v'));
        StoreBatch batch;
        batch.put(fruit, view_of("buffered"), view_of("gone"));
        static_cast<void>((*store)->write(batch, Durability::buffered));
        ::raise(SIGKILL);
      },
      ::testing::KilledBySignal(SIGKILL), "");
  ::unsetenv("SAMBAND_TEST_PLACE");
  const Opened store = open();
  ASSERT_TRUE(store);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(get(**store, "synced " + std::to_string(i)).size(), 5000U);
  EXPECT_EQ((*store)->get(fruit, view_of("buffered")).value(), std::nullopt);
}

TEST_F(RocksStoreOnDisk, NoticesThatALogIsMissing) {
  const auto logs = [&] {  // an empty one left over from the beginning is of no interest
    std::set<fs::path> found;
    for (const auto& entry : fs::directory_iterator{directory()}) {
      if (entry.path().extension() == ".log" && entry.file_size() > 0) found.insert(entry.path());
    }
    return found;
  };
  {
    RocksOptions with = options(Access::create);
    with.write_buffer_bytes = 1U << 20U;
    const Opened store = RocksStore::open(with);
    StoreBatch batch;
    batch.put(stones, view_of("granite"), view_of("grey"));  // in memory and in the first log, in no table
    ASSERT_TRUE((*store)->write(batch, Durability::synced));
    for (int i = 0; logs().size() < 2 && i < 500; ++i) put(**store, std::to_string(i), std::string(20'000, 'v'));
    put(**store, "last", "in the second log");
  }
  ASSERT_GE(logs().size(), 2U);
  fs::remove(*logs().begin());
  const Opened store = open();
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error(), StoreError::corrupt);
}

class RocksCheckpoint : public RocksStoreOnDisk {
 protected:
  [[nodiscard]] RocksOptions checkpoint() const {
    RocksOptions out = options();
    out.directory = beside("checkpoint");
    return out;
  }
};

TEST_F(RocksCheckpoint, IsAStoreOfItsOwnWithWhatWasWrittenBefore) {
  const Opened store = open(Access::create);
  put(**store, "apple", "red");
  ASSERT_TRUE((*store)->checkpoint_to(beside("checkpoint")));
  put(**store, "apple", "green");
  put(**store, "pear", "green");
  const Opened made = RocksStore::open(checkpoint());
  ASSERT_TRUE(made);
  EXPECT_EQ(get(**made, "apple"), "red");
  EXPECT_EQ((*made)->get(fruit, view_of("pear")).value(), std::nullopt);
  EXPECT_TRUE((*made)->verify());
  put(**made, "apple", "brown");
  EXPECT_EQ(get(**store, "apple"), "green");
  EXPECT_EQ(fs::status(beside("checkpoint")).permissions(), fs::perms::owner_all);
}

TEST_F(RocksCheckpoint, SharesItsTablesWithTheStore) {
  const Opened store = open(Access::create);
  for (int i = 0; i < 100; ++i) put(**store, "key " + std::to_string(i), std::string(1000, 'v'));
  ASSERT_TRUE((*store)->checkpoint_to(beside("checkpoint")));
  std::size_t tables = 0;
  for (const auto& entry : fs::directory_iterator{beside("checkpoint")}) {
    if (entry.path().extension() != ".sst") continue;
    ++tables;
    EXPECT_EQ(entry.hard_link_count(), 2U) << entry.path();
  }
  EXPECT_GE(tables, 1U);
}

// Each batch writes one number in two families: a checkpoint that cut one in half would show it.
TEST_F(RocksCheckpoint, TakenWhileWritingHasAllThatWasSyncedAndNoBatchInHalf) {
  const Opened store = open(Access::create);
  std::atomic<int> synced = 0;
  std::atomic<bool> ending = false;
  std::thread writer{[&] {
    for (int i = 1; !ending; ++i) {
      StoreBatch batch;
      batch.put(fruit, view_of("newest"), view_of(std::to_string(i)));
      batch.put(stones, view_of("newest"), view_of(std::to_string(i)));
      batch.put(stones, view_of(std::to_string(i)), view_of(std::string(2000, 's')));
      if (!(*store)->write(batch, Durability::synced)) std::abort();
      synced = i;
    }
  }};
  for (int round = 0; round < 10; ++round) {
    const int before = synced;
    ASSERT_TRUE((*store)->checkpoint_to(beside("checkpoint")));
    {
      const Opened made = RocksStore::open(checkpoint());
      ASSERT_TRUE(made);
      const auto of_stones = (*made)->get(stones, view_of("newest")).value();
      if (before > 0) {
        ASSERT_TRUE(of_stones.has_value());
        EXPECT_EQ(get(**made, "newest"), text_of(*of_stones));
        EXPECT_GE(std::stoi(get(**made, "newest")), before);
        EXPECT_TRUE((*made)->get(stones, view_of(get(**made, "newest"))).value().has_value());
      }
    }
    fs::remove_all(beside("checkpoint"));
  }
  ending = true;
  writer.join();
}

TEST_F(RocksCheckpoint, IsNotMadeOverAnythingAndLeavesNothingWhenItFails) {
  const Opened store = open(Access::create);
  put(**store, "apple", "red");
  fs::create_directory(beside("checkpoint"));
  EXPECT_EQ((*store)->checkpoint_to(beside("checkpoint")).error(), StoreError::not_empty);
  EXPECT_FALSE((*store)->checkpoint_to(beside("absent") / "checkpoint"));
  EXPECT_FALSE(fs::exists(beside("absent")));
  fs::remove(beside("checkpoint"));
  fs::create_directory(beside("checkpoint.creating"));  // what an interrupted attempt left
  EXPECT_TRUE((*store)->checkpoint_to(beside("checkpoint")));
  EXPECT_FALSE(fs::exists(beside("checkpoint.creating")));
}

}  // namespace
}  // namespace samband::storage::testing
