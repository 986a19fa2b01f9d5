#include "server/core/store_view.h"

#include <gtest/gtest.h>

#include "storage/memory/memory_store.h"

namespace samband::server {
namespace {

constexpr storage::Family family{0};

class View : public testing::Test {
 protected:
  void keep(std::uint8_t key, std::uint8_t value) {
    storage::StoreBatch batch;
    batch.put(family, Bytes{key}, Bytes{value});
    ASSERT_TRUE(store_.write(batch, storage::Durability::synced).has_value());
  }
  std::vector<std::pair<int, int>> seen(std::size_t limit = 100,
                                        storage::Direction direction = storage::Direction::forward) {
    std::vector<std::pair<int, int>> pairs;
    view_.scan(
        family, storage::all_keys(), limit,
        [&](BytesView key, BytesView value) {
          pairs.emplace_back(key[0], value[0]);
          return storage::Visit::more;
        },
        direction);
    return pairs;
  }
  using Pairs = std::vector<std::pair<int, int>>;

  storage::MemoryStore store_{{.kind = "test", .format = 1, .families = {"one"}}};
  StoreView view_{store_};
};

TEST_F(View, MergesWhatWaitsIntoAScanInBothDirections) {
  keep(1, 10);
  keep(3, 30);
  keep(5, 50);
  view_.put(family, Bytes{2}, Bytes{20});
  static_cast<void>(view_.take_batch(1));
  view_.put(family, Bytes{3}, Bytes{31});
  view_.remove(family, Bytes{5});
  view_.put(family, Bytes{7}, Bytes{70});
  EXPECT_EQ(seen(), (Pairs{{1, 10}, {2, 20}, {3, 31}, {7, 70}}));
  EXPECT_EQ(seen(100, storage::Direction::backward), (Pairs{{7, 70}, {3, 31}, {2, 20}, {1, 10}}));
  EXPECT_EQ(seen(2), (Pairs{{1, 10}, {2, 20}}));
  EXPECT_EQ(seen(1, storage::Direction::backward), (Pairs{{7, 70}}));
}

TEST_F(View, ShowsTheNewestOfAKey) {
  keep(1, 10);
  EXPECT_EQ(view_.get(family, Bytes{1}), Bytes{10});
  view_.put(family, Bytes{1}, Bytes{11});
  static_cast<void>(view_.take_batch(1));
  EXPECT_EQ(view_.get(family, Bytes{1}), Bytes{11});
  view_.remove(family, Bytes{1});
  EXPECT_EQ(view_.get(family, Bytes{1}), std::nullopt);
  view_.discard();
  EXPECT_EQ(view_.get(family, Bytes{1}), Bytes{11});
}

TEST_F(View, ForgetsWhatIsSyncedAndKeepsWhatCameAfter) {
  view_.put(family, Bytes{1}, Bytes{11});
  const auto first = view_.take_batch(1);
  view_.put(family, Bytes{1}, Bytes{12});
  static_cast<void>(view_.take_batch(2));
  ASSERT_TRUE(store_.write(first, storage::Durability::synced).has_value());
  view_.synced(1);
  EXPECT_EQ(view_.get(family, Bytes{1}), Bytes{12});
  view_.synced(2);
  EXPECT_EQ(view_.get(family, Bytes{1}), Bytes{11}) << "now it is the store's to say";
}

}  // namespace
}  // namespace samband::server
