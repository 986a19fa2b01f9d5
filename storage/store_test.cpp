#include "storage/store.h"

#include <gtest/gtest.h>

namespace samband::storage {
namespace {

constexpr Family any_family{0};

TEST(KeyWriter, ComposesKeysThatSortAsTheirParts) {
  const Bytes small = KeyWriter{}.u64(255).take();
  const Bytes large = KeyWriter{}.u64(256).take();
  EXPECT_LT(small, large);
  EXPECT_EQ(large, (Bytes{0, 0, 0, 0, 0, 0, 1, 0}));
  EXPECT_EQ(KeyWriter{}.u8(1).u16(2).u32(3).take(), (Bytes{1, 0, 2, 0, 0, 0, 3}));
}

TEST(KeyRange, OfAPrefixEndsBehindItsLastKey) {
  EXPECT_EQ(keys_with_prefix(Bytes{1, 2}).until, (Bytes{1, 3}));
  EXPECT_EQ(keys_with_prefix(Bytes{1, 0xFF}).until, (Bytes{2}));
  EXPECT_EQ(keys_with_prefix(Bytes{0xFF}).until, std::nullopt);
  EXPECT_EQ(keys_with_prefix({}), all_keys());
}

TEST(KeyRange, IsHalfOpen) {
  const KeyRange range{Bytes{1}, Bytes{3}};
  EXPECT_FALSE(range.contains(Bytes{0, 9}));
  EXPECT_TRUE(range.contains(Bytes{1}));
  EXPECT_TRUE(range.contains(Bytes{2, 0xFF}));
  EXPECT_FALSE(range.contains(Bytes{3}));
  EXPECT_TRUE(all_keys().contains({}));
}

TEST(StoreBatch, AppendsTheChangesOfALaterOneBehindItsOwn) {
  StoreBatch first;
  first.put(any_family, Bytes{1}, Bytes{10, 11});
  StoreBatch second;
  second.remove(any_family, Bytes{1});
  first.append(std::move(second));
  ASSERT_EQ(first.changes().size(), 2U);
  EXPECT_EQ(first.changes()[1].kind, StoreBatch::Change::Kind::remove);
  EXPECT_EQ(first.content_bytes(), 4U);
}

TEST(StoreBatch, HasNoPlaceForAnEmptyOrOverlongKey) {
  StoreBatch batch;
  EXPECT_DEATH(batch.put(any_family, Bytes{}, Bytes{}), "check failed");
  EXPECT_DEATH(batch.remove(any_family, Bytes(key_bytes_max + 1)), "check failed");
  batch.put(any_family, Bytes(key_bytes_max), Bytes{});
}

}  // namespace
}  // namespace samband::storage
