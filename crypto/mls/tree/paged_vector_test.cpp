#include "crypto/mls/tree/paged_vector.h"

#include <gtest/gtest.h>
#include <memory>

namespace samband::mls {
namespace {

using Numbers = PagedVector<std::shared_ptr<int>>;

TEST(PagedVector, SharesPagesUntilOneSideWrites) {
  Numbers original;
  original.resize(3 * Numbers::page_size);
  const auto seven = std::make_shared<int>(7);
  original.edit(0) = seven;
  Numbers copy = original;
  EXPECT_EQ(seven.use_count(), 2);  // one page, held by both
  copy.edit(1) = nullptr;
  EXPECT_EQ(seven.use_count(), 3);
  copy.edit(0) = nullptr;
  EXPECT_EQ(original[0], seven);
}

TEST(PagedVector, WritesInPlaceWhenItIsTheOnlyOwner) {
  Numbers numbers;
  numbers.resize(1);
  const auto* place = &numbers.edit(0);
  {
    const Numbers gone = numbers;
  }
  EXPECT_EQ(&numbers.edit(0), place);
}

TEST(PagedVector, ElementsThatComeBackAreNew) {
  Numbers numbers;
  numbers.resize(2 * Numbers::page_size);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers.edit(i) = std::make_shared<int>(1);
  numbers.resize(5);
  numbers.resize(2 * Numbers::page_size);
  EXPECT_TRUE(numbers[4]);
  for (std::size_t i = 5; i < numbers.size(); ++i) EXPECT_FALSE(numbers[i]) << i;
}

}  // namespace
}  // namespace samband::mls
