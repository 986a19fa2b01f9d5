#include "server/edge/commit_thread.h"

#include <atomic>
#include <chrono>
#include <gtest/gtest.h>
#include <thread>

#include "storage/memory/memory_store.h"

namespace samband::server::edge {
namespace {

const storage::StoreLayout one_family{.kind = "test", .format = 1, .families = {"all"}};
constexpr storage::Family everything{0};

Decision decision(std::uint64_t position) {
  Decision out;
  out.position = position;
  out.main.put(everything, Bytes{static_cast<std::uint8_t>(position)}, Bytes{1});
  out.outgoing.push_back({Outgoing{WakeAt{0, WallTime{position}}}, {}, nullptr});
  return out;
}

std::uint64_t position_of(const Released& released) {
  return std::get<WakeAt>(std::get<Outgoing>(released.what)).when.ms;
}

TEST(CommitThread, ReleasesInOrderAndOnlyWhatIsStored) {
  storage::MemoryStore main{one_family};
  storage::MemoryStore chunks{one_family};
  Metrics metrics;
  Limits limits;
  limits.sync_records_max = 3;
  std::vector<std::uint64_t> released;
  std::vector<std::uint64_t> synced;
  bool stored_first = true;
  {
    CommitThread commit{main,
                        chunks,
                        {.release =
                             [&](const ReleasedBatch& batch) {
                               for (const Released& one : *batch) {
                                 released.push_back(position_of(one));
                                 const Bytes key{static_cast<std::uint8_t>(released.back())};
                                 stored_first = stored_first && main.get(everything, key)->has_value();
                               }
                             },
                         .synced = [&](std::uint64_t position) { synced.push_back(position); },
                         .wrote = [] {}},
                        limits,
                        metrics};
    for (std::uint64_t position = 1; position <= 100; ++position) commit.submit(decision(position));
  }
  ASSERT_EQ(released.size(), 100U);
  EXPECT_TRUE(std::ranges::is_sorted(released));
  EXPECT_TRUE(stored_first);
  EXPECT_TRUE(std::ranges::is_sorted(synced));
  EXPECT_EQ(synced.back(), 100U);
}

// What a checkpoint of both stores rests on: between the two no chunk goes away that the first may name.
TEST(CommitThread, RemovesNoChunkWhileTheyAreKept) {
  storage::MemoryStore main{one_family};
  storage::MemoryStore chunks{one_family};
  Metrics metrics;
  const Limits limits;
  std::atomic<std::uint64_t> synced = 0;
  CommitThread commit{main,
                      chunks,
                      {.release = [](const ReleasedBatch&) {},
                       .synced = [&](std::uint64_t position) { synced = position; },
                       .wrote = [] {}},
                      limits,
                      metrics};
  const auto wait_for = [&](std::uint64_t position) {
    for (int i = 0; i < 5000 && synced < position; ++i) std::this_thread::sleep_for(std::chrono::milliseconds{1});
    return synced == position;
  };
  Decision upload = decision(1);
  upload.chunks.put(everything, Bytes{1}, Bytes{1});
  commit.submit(std::move(upload));
  ASSERT_TRUE(wait_for(1));

  commit.keep_chunks(true);
  Decision second = decision(2);
  second.chunks.put(everything, Bytes{2}, Bytes{1});
  commit.submit(std::move(second));
  EXPECT_TRUE(wait_for(2)) << "what removes nothing goes on";
  Decision removal = decision(3);
  removal.chunks.remove(everything, Bytes{1});
  commit.submit(std::move(removal));
  std::this_thread::sleep_for(std::chrono::milliseconds{100});
  EXPECT_EQ(synced, 2U);
  EXPECT_TRUE(chunks.get(everything, Bytes{1})->has_value());
  commit.keep_chunks(false);
  EXPECT_TRUE(wait_for(3));
  EXPECT_FALSE(chunks.get(everything, Bytes{1})->has_value());
}

TEST(CommitThread, EndsTheProcessWithOneLineWhenAWriteFails) {
  const auto commit_to_a_full_disk = [] {
    storage::MemoryStore main{one_family};
    storage::MemoryStore chunks{one_family};
    main.fail_writes(storage::StoreError::full);
    Metrics metrics;
    CommitThread commit{main, chunks, {[](const ReleasedBatch&) {}, [](std::uint64_t) {}, [] {}}, Limits{}, metrics};
    commit.submit(decision(1));
    commit.finish();
  };
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(commit_to_a_full_disk(), ::testing::ExitedWithCode(1), "sambandd: the main store could not be written");
}

}  // namespace
}  // namespace samband::server::edge
