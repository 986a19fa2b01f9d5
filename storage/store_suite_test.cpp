// What every store promises, asked of each of them: in memory, on RocksDB, and on RocksDB with everything that
// was not synced dropped at a crash.
#include <algorithm>
#include <gtest/gtest.h>
#include <random>
#include <thread>

#include "storage/store_under_test.h"

namespace samband::storage::testing {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;
using Make = std::unique_ptr<StoreUnderTest> (*)();

Bytes bytes(std::string_view text) {
  return copy_of(view_of(text));
}

class AnyStore : public ::testing::TestWithParam<Make> {
 protected:
  Store& store() { return under_test_->store(); }
  void reopen() { under_test_->reopen(); }
  void crash(unsigned chance = 0) { under_test_->crash(chance); }

  void write(const StoreBatch& batch, Durability durability = Durability::synced) {
    ASSERT_TRUE(store().write(batch, durability).has_value());
  }
  void put(Family family, std::string_view key, std::string_view value, Durability durability = Durability::synced) {
    StoreBatch batch;
    batch.put(family, view_of(key), view_of(value));
    write(batch, durability);
  }
  std::optional<std::string> get(Family family, std::string_view key) {
    const auto value = store().get(family, view_of(key)).value();
    if (!value) return std::nullopt;
    return std::string{text_of(*value)};
  }
  Pairs scan(Family family, const KeyRange& range = all_keys(), std::size_t limit = 1'000'000,
             Direction direction = Direction::forward) {
    Pairs out;
    const auto visited = store().scan(
        family, range, limit,
        [&](BytesView key, BytesView value) {
          out.emplace_back(text_of(key), text_of(value));
          return Visit::more;
        },
        direction);
    EXPECT_EQ(visited, out.size());
    return out;
  }

 private:
  std::unique_ptr<StoreUnderTest> under_test_ = GetParam()();
};

TEST_P(AnyStore, GivesBackWhatWasWritten) {
  put(fruit, "apple", "red");
  EXPECT_EQ(get(fruit, "apple"), "red");
}

TEST_P(AnyStore, SeesBufferedWritesAtOnce) {
  put(fruit, "apple", "red", Durability::buffered);
  EXPECT_EQ(get(fruit, "apple"), "red");
}

TEST_P(AnyStore, KnowsNothingUnderAKeyNeverWritten) {
  EXPECT_EQ(get(fruit, "apple"), std::nullopt);
}

TEST_P(AnyStore, KeepsAnEmptyValueApartFromNone) {
  put(fruit, "apple", "");
  EXPECT_EQ(get(fruit, "apple"), "");
}

TEST_P(AnyStore, KeepsFamiliesApart) {
  put(fruit, "plum", "blue");
  EXPECT_EQ(get(stones, "plum"), std::nullopt);
  EXPECT_TRUE(scan(stones).empty());
}

TEST_P(AnyStore, LetsTheLaterChangeOfABatchCount) {
  StoreBatch batch;
  batch.put(fruit, bytes("apple"), bytes("green"));
  batch.put(fruit, bytes("apple"), bytes("red"));
  batch.put(fruit, bytes("pear"), bytes("yellow"));
  batch.remove(fruit, bytes("pear"));
  batch.put(stones, bytes("a"), bytes("1"));
  batch.remove_range(stones, all_keys());
  batch.put(stones, bytes("b"), bytes("2"));
  write(batch);
  EXPECT_EQ(scan(fruit), (Pairs{{"apple", "red"}}));
  EXPECT_EQ(scan(stones), (Pairs{{"b", "2"}}));
}

TEST_P(AnyStore, ScansAHalfOpenRangeInTheOrderOfBytes) {
  for (const char* key : {"b", "a", "c", "ab", "\xFF", "\x7F"}) put(fruit, key, key);
  EXPECT_EQ(scan(fruit), (Pairs{{"a", "a"}, {"ab", "ab"}, {"b", "b"}, {"c", "c"}, {"\x7F", "\x7F"}, {"\xFF", "\xFF"}}));
  EXPECT_EQ(scan(fruit, {bytes("ab"), bytes("c")}), (Pairs{{"ab", "ab"}, {"b", "b"}}));
  EXPECT_TRUE(scan(fruit, {bytes("c"), bytes("a")}).empty());
}

TEST_P(AnyStore, ScansBackwardsFromTheEndOfTheRange) {
  for (const char* key : {"a", "b", "c", "d"}) put(fruit, key, "");
  EXPECT_EQ(scan(fruit, {bytes("a"), bytes("d")}, 2, Direction::backward), (Pairs{{"c", ""}, {"b", ""}}));
  EXPECT_EQ(scan(fruit, all_keys(), 1, Direction::backward), (Pairs{{"d", ""}}));
}

TEST_P(AnyStore, StopsAScanAtItsLimitAndWhereTheVisitorSaysSo) {
  for (const char* key : {"a", "b", "c"}) put(fruit, key, "");
  EXPECT_EQ(scan(fruit, all_keys(), 2).size(), 2U);
  EXPECT_EQ(scan(fruit, all_keys(), 0).size(), 0U);
  EXPECT_EQ(store().scan(fruit, all_keys(), 9, [](BytesView, BytesView) { return Visit::stop; }), 1U);
}

TEST_P(AnyStore, FindsEveryKeyOfAPrefix) {
  for (const char* key : {"a\xFF", "a\xFF\xFF", "b", "a", "a\xFE"}) put(fruit, key, "");
  EXPECT_EQ(scan(fruit, keys_with_prefix(bytes("a\xFF"))), (Pairs{{"a\xFF", ""}, {"a\xFF\xFF", ""}}));
  put(fruit, "\xFF\xFFz", "");
  EXPECT_EQ(scan(fruit, keys_with_prefix(bytes("\xFF\xFF"))), (Pairs{{"\xFF\xFFz", ""}}));
}

TEST_P(AnyStore, RemovesARangeAndNothingElse) {
  for (const char* key : {"a", "b", "c", "d"}) put(fruit, key, "");
  StoreBatch batch;
  batch.remove_range(fruit, {bytes("b"), bytes("d")});
  batch.remove_range(fruit, {bytes("d"), bytes("a")});  // empty
  write(batch);
  EXPECT_EQ(scan(fruit), (Pairs{{"a", ""}, {"d", ""}}));
}

TEST_P(AnyStore, RemovesARangeWithoutEndUpToTheLongestKey) {
  put(fruit, "a", "");
  put(fruit, std::string(key_bytes_max, '\xFF'), "");
  StoreBatch batch;
  batch.remove_range(fruit, {bytes("b"), std::nullopt});
  write(batch);
  EXPECT_EQ(scan(fruit), (Pairs{{"a", ""}}));
}

TEST_P(AnyStore, KeepsLargeValues) {
  const std::string large(3U << 20U, 'x');
  put(fruit, "large", large);
  reopen();
  EXPECT_EQ(get(fruit, "large"), large);
}

TEST_P(AnyStore, HasEverythingAfterItWasClosedAndOpened) {
  put(fruit, "apple", "red");
  put(fruit, "pear", "green", Durability::buffered);
  reopen();
  EXPECT_EQ(scan(fruit), (Pairs{{"apple", "red"}, {"pear", "green"}}));
}

TEST_P(AnyStore, HasWhatWasSyncedAfterACrash) {
  put(fruit, "apple", "red", Durability::buffered);
  put(fruit, "pear", "green", Durability::synced);
  crash();
  EXPECT_EQ(scan(fruit), (Pairs{{"apple", "red"}, {"pear", "green"}}));
}

TEST_P(AnyStore, SyncsEarlierWritesWithAnEmptyBatch) {
  put(fruit, "apple", "red", Durability::buffered);
  write({}, Durability::synced);
  crash();
  EXPECT_EQ(get(fruit, "apple"), "red");
}

TEST_P(AnyStore, TakesWritesAfterACrash) {
  put(fruit, "apple", "red");
  crash();
  put(fruit, "pear", "green");
  crash();
  EXPECT_EQ(scan(fruit), (Pairs{{"apple", "red"}, {"pear", "green"}}));
}

TEST_P(AnyStore, FindsNoFaultInWhatItWrote) {
  for (int i = 0; i < 200; ++i) put(fruit, std::to_string(i), std::string(2000, 'x'), Durability::buffered);
  EXPECT_TRUE(store().verify().has_value());
  crash();
  EXPECT_TRUE(store().verify().has_value());
}

TEST_P(AnyStore, SaysHowMuchSpaceIsLeft) {
  EXPECT_GT(store().free_bytes().value(), 0U);
}

TEST_P(AnyStore, ReadsOnOtherThreadsSeeWholeBatches) {
  std::atomic<bool> done = false;
  std::atomic<int> torn = 0;
  std::jthread reader{[&] {
    while (!done) {
      Bytes seen[2];
      std::size_t count = 0;
      static_cast<void>(store().scan(
          fruit, all_keys(), 2,
          [&](BytesView, BytesView value) {
            seen[count++] = copy_of(value);
            return Visit::more;
          },
          Direction::forward));
      if (count == 1 || seen[0] != seen[1]) ++torn;
    }
  }};
  for (int i = 0; i < 500; ++i) {
    StoreBatch batch;
    batch.put(fruit, bytes("left"), bytes(std::to_string(i)));
    batch.put(fruit, bytes("right"), bytes(std::to_string(i)));
    write(batch, Durability::buffered);
  }
  done = true;
  reader.join();
  EXPECT_EQ(torn, 0);
}

// Random batches over few keys, so that changes meet; the state after each is known.
class History {
 public:
  using State = std::array<std::map<Bytes, Bytes>, 3>;

  explicit History(unsigned seed) : random_{seed} {}

  StoreBatch next() {
    StoreBatch batch;
    State state = states_.back();
    for (unsigned i = random_() % 8; i > 0; --i) change(batch, state);
    // The number of the batch, in every family: half a batch would show.
    for (std::uint16_t family = 0; family < 3; ++family) {
      put(batch, state, Family{family}, bytes("number"), bytes(std::to_string(states_.size())));
    }
    states_.push_back(std::move(state));
    return batch;
  }
  [[nodiscard]] std::size_t written() const { return states_.size() - 1; }
  [[nodiscard]] const State& after(std::size_t batches) const { return states_.at(batches); }
  // What was lost in a crash never happened.
  void forget_after(std::size_t batches) { states_.resize(batches + 1); }
  unsigned chance() { return static_cast<unsigned>(random_()); }

 private:
  void change(StoreBatch& batch, State& state) {
    const Family family{static_cast<std::uint16_t>(random_() % 3)};
    auto& pairs = state.at(family.value);
    switch (random_() % 5) {
      case 0: {
        Bytes key = some_key();
        pairs.erase(key);
        batch.remove(family, std::move(key));
        return;
      }
      case 1: {
        Bytes from = some_key();
        Bytes until = some_key();
        if (until < from) std::swap(from, until);
        pairs.erase(pairs.lower_bound(from), pairs.lower_bound(until));
        batch.remove_range(family, {std::move(from), std::move(until)});
        return;
      }
      default: put(batch, state, family, some_key(), Bytes(random_() % 6000, static_cast<std::uint8_t>(random_())));
    }
  }
  static void put(StoreBatch& batch, State& state, Family family, Bytes key, Bytes value) {
    state.at(family.value)[key] = value;
    batch.put(family, std::move(key), std::move(value));
  }
  Bytes some_key() { return KeyWriter{}.u8(static_cast<std::uint8_t>(random_() % 50)).take(); }

  std::mt19937 random_;
  std::vector<State> states_ = std::vector<State>(1);
};

TEST_P(AnyStore, HoldsAPrefixOfTheBatchesAndEverySyncedOneThroughManyCrashes) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE(seed);
  History history{seed};
  for (int life = 0; life < 12; ++life) {
    std::size_t synced = history.written();
    for (int i = 0; i < 40; ++i) {
      const Durability durability = history.chance() % 6 == 0 ? Durability::synced : Durability::buffered;
      write(history.next(), durability);
      if (durability == Durability::synced) synced = history.written();
    }
    crash(history.chance());

    const auto number = get(fruit, "number");
    const std::size_t survived = number ? std::stoul(*number) : 0;
    ASSERT_GE(survived, synced);
    ASSERT_LE(survived, history.written());
    for (std::uint16_t family = 0; family < 3; ++family) {
      Pairs expected;
      for (const auto& [key, value] : history.after(survived).at(family)) {
        expected.emplace_back(text_of(key), text_of(value));
      }
      ASSERT_EQ(scan(Family{family}), expected) << "family " << family << " after batch " << survived;
    }
    history.forget_after(survived);
  }
}

std::unique_ptr<StoreUnderTest> memory() {
  return std::make_unique<MemoryUnderTest>();
}
std::unique_ptr<StoreUnderTest> rocks() {
  return std::make_unique<RocksUnderTest>(CrashOf::process);
}
std::unique_ptr<StoreUnderTest> rocks_losing_unsynced() {
  return std::make_unique<RocksUnderTest>(CrashOf::machine);
}

std::string name_of_store(const ::testing::TestParamInfo<Make>& info) {
  const std::array names{"Memory", "Rocks", "RocksLosingUnsynced"};
  return names.at(info.index);
}

INSTANTIATE_TEST_SUITE_P(Stores, AnyStore, ::testing::Values(&memory, &rocks, &rocks_losing_unsynced), name_of_store);

}  // namespace
}  // namespace samband::storage::testing
