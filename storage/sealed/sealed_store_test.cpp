#include "storage/sealed/sealed_store.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"

namespace samband::storage {
namespace {

using namespace profile_store;

ChannelId channel_of(std::uint8_t byte) {
  ChannelId id;
  id.bytes.fill(byte);
  return id;
}

constexpr SealedFailure tampered{SealedError::tampered, std::nullopt};

class SealedStoreTest : public ::testing::Test {
 protected:
  void put(const Place& place, std::string_view value) {
    SealedBatch batch = store.batch();
    batch.put(place, view_of(value));
    ASSERT_TRUE(store.write(batch, Durability::synced));
  }
  std::optional<std::string> get(const Place& place) {
    const auto value = store.get(place).value();
    if (!value) return std::nullopt;
    return std::string{text_of(value->view())};
  }
  // Every pair that lies in the family underneath.
  std::vector<std::pair<Bytes, Bytes>> underneath(Family family) {
    std::vector<std::pair<Bytes, Bytes>> out;
    EXPECT_TRUE(disk.scan(
        family, all_keys(), 1000,
        [&](BytesView raw_key, BytesView value) {
          out.emplace_back(copy_of(raw_key), copy_of(value));
          return Visit::more;
        },
        Direction::forward));
    return out;
  }
  void put_underneath(Family family, Bytes raw_key, Bytes value) {
    StoreBatch batch;
    batch.put(family, std::move(raw_key), std::move(value));
    ASSERT_TRUE(disk.write(batch, Durability::synced));
  }

  MemoryStore disk{layout()};
  SeededRandom random{7};
  SecretBytes key = generate_store_key(random);
  SealedStore store{disk, key, random};
  const Place first = of_entry(content, channel_of(1), 1);
  const Place second = of_entry(content, channel_of(1), 2);
};

TEST_F(SealedStoreTest, GivesBackWhatWasPut) {
  put(first, "takk for sist");
  EXPECT_EQ(get(first), "takk for sist");
  EXPECT_EQ(get(second), std::nullopt);
}

TEST_F(SealedStoreTest, LeavesNeitherContentNorIdsInTheClear) {
  const std::string word = "kjenneteikn";
  put(first, word);
  put(named(settings, word), word);
  for (const Family family : {content, settings}) {
    for (const auto& [raw_key, raw_value] : underneath(family)) {
      const Bytes raw = concat({raw_key, raw_value});
      EXPECT_TRUE(std::ranges::search(raw, view_of(word)).empty());
      EXPECT_TRUE(std::ranges::search(raw, channel_of(1).bytes).empty());
    }
  }
}

TEST_F(SealedStoreTest, AnIdAsOrderIsHiddenAndFound) {
  const Bytes id(32, 0x4d);
  const Place by_id{content, copy_of(view_of("ids")), id, true};
  put(by_id, "takk");
  EXPECT_EQ(get(by_id), "takk");
  const auto pairs = underneath(content);
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(std::ranges::search(pairs[0].first, Bytes(4, 0x4d)).size(), 0U);
  // What a scan shows as order names the same thing.
  EXPECT_EQ(get({content, by_id.scope, store.order_of(by_id)}), "takk");
  const Place elsewhere{content, copy_of(view_of("other ids")), id, true};
  EXPECT_NE(store.order_of(elsewhere), store.order_of(by_id));
}

TEST_F(SealedStoreTest, SealsTheSameValueDifferentlyEachTime) {
  put(first, "same");
  const auto before = underneath(content);
  put(first, "same");
  EXPECT_NE(underneath(content), before);
}

TEST_F(SealedStoreTest, RefusesAChangedValue) {
  put(first, "sound");
  auto [raw_key, raw_value] = underneath(content).front();
  for (std::size_t at = 0; at < raw_value.size(); ++at) {
    Bytes changed = raw_value;
    changed[at] ^= 1;
    put_underneath(content, raw_key, changed);
    EXPECT_EQ(store.get(first).error(), tampered) << at;
  }
}

TEST_F(SealedStoreTest, RefusesAValueCutShort) {
  put(first, "");
  auto [raw_key, raw_value] = underneath(content).front();
  for (std::size_t size = 0; size < raw_value.size(); ++size) {
    put_underneath(content, raw_key, Bytes(raw_value.begin(), raw_value.begin() + static_cast<std::ptrdiff_t>(size)));
    EXPECT_EQ(store.get(first).error(), tampered) << size;
  }
}

TEST_F(SealedStoreTest, RefusesAValueMovedToAnotherOrder) {
  put(first, "first");
  put(second, "second");
  const auto pairs = underneath(content);
  ASSERT_EQ(pairs.size(), 2U);
  put_underneath(content, pairs[1].first, pairs[0].second);
  EXPECT_EQ(store.get(second).error(), tampered);
  EXPECT_EQ(get(first), "first");
}

TEST_F(SealedStoreTest, RefusesAValueMovedToAnotherFamily) {
  put(first, "raw");
  const Bytes raw_value = underneath(content).front().second;
  put(of_entry(entries, channel_of(1), 1), "entry");
  put_underneath(entries, underneath(entries).front().first, raw_value);
  EXPECT_EQ(store.get(of_entry(entries, channel_of(1), 1)).error(), tampered);
}

TEST_F(SealedStoreTest, HidesEqualScopesOfDifferentFamilies) {
  put(of_entry(entries, channel_of(1), 1), "");
  put(of_entry(content, channel_of(1), 1), "");
  EXPECT_NE(underneath(entries).front().first, underneath(content).front().first);
}

TEST_F(SealedStoreTest, ScansOneScopeInOrder) {
  for (std::uint64_t seq : {300U, 2U, 256U}) put(of_entry(content, channel_of(1), seq), std::to_string(seq));
  put(of_entry(content, channel_of(2), 5), "other channel");
  const auto scan = [&](const PlaceRange& range, Direction direction) {
    std::string seen;
    EXPECT_TRUE(store.scan(
        range, 100,
        [&](BytesView order, const SecretBytes& value) {
          EXPECT_EQ(order.size(), 8U);
          seen += std::string{text_of(value.view())} + " ";
          return Visit::more;
        },
        direction));
    return seen;
  };
  EXPECT_EQ(scan(numbers_from(first), Direction::forward), "2 256 300 ");
  EXPECT_EQ(scan(numbers_from(first), Direction::backward), "300 256 2 ");
  EXPECT_EQ(scan(numbers(second, 300), Direction::forward), "2 256 ");
}

TEST_F(SealedStoreTest, EndsAScanAtAValueThatDoesNotOpen) {
  put(first, "first");
  put(second, "second");
  auto pairs = underneath(content);
  pairs[1].second.back() ^= 1;
  put_underneath(content, pairs[1].first, pairs[1].second);
  int seen = 0;
  const auto scanned = store.scan(numbers_from(first), 100, [&](BytesView, const SecretBytes&) {
    ++seen;
    return Visit::more;
  });
  EXPECT_EQ(scanned.error(), tampered);
  EXPECT_EQ(seen, 1);
}

TEST_F(SealedStoreTest, RemovesPlacesAndRangesWithinOneScope) {
  put(first, "first");
  put(second, "second");
  put(of_entry(content, channel_of(2), 1), "other channel");
  SealedBatch batch = store.batch();
  batch.remove(first);
  ASSERT_TRUE(store.write(batch, Durability::synced));
  EXPECT_EQ(get(first), std::nullopt);
  EXPECT_EQ(get(second), "second");
  batch = store.batch();
  batch.remove_range(numbers_from(first));
  ASSERT_TRUE(store.write(batch, Durability::synced));
  EXPECT_EQ(get(second), std::nullopt);
  EXPECT_EQ(get(of_entry(content, channel_of(2), 1)), "other channel");
}

TEST_F(SealedStoreTest, FindsNothingUnderAnotherKeyAndSaysSo) {
  ASSERT_TRUE(store.begin());
  put(first, "first");
  EXPECT_TRUE(store.is_ours().value());
  const SealedStore other{disk, generate_store_key(random), random};
  EXPECT_FALSE(other.is_ours().value());
  EXPECT_FALSE(other.get(first).value().has_value());
}

TEST_F(SealedStoreTest, PassesOnWhatTheStoreUnderneathSays) {
  disk.fail_writes(StoreError::full);
  SealedBatch batch = store.batch();
  batch.put(first, {});
  EXPECT_EQ(store.write(batch, Durability::synced).error(),
            (SealedFailure{SealedError::store_failed, StoreError::full}));
}

}  // namespace
}  // namespace samband::storage
