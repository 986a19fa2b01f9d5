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

TEST(PagedVector, ElementsNobodyWroteToAreValueInitialised) {
  Numbers numbers;
  numbers.resize(3 * Numbers::book_elements);
  numbers.edit(Numbers::book_elements + 40) = std::make_shared<int>(1);
  for (std::size_t i = 0; i < numbers.size(); ++i) EXPECT_EQ(numbers[i] != nullptr, i == Numbers::book_elements + 40);
}

std::vector<std::size_t> differences(const Numbers& a, const Numbers& b) {
  std::vector<std::size_t> out;
  Numbers::for_each_difference(a, b, [&](std::size_t i) {
    const auto at = [i](const Numbers& numbers) { return i < numbers.size() ? numbers[i] : nullptr; };
    if (at(a) != at(b)) out.push_back(i);
  });
  return out;
}

TEST(PagedVector, SeesWhereItsCopyDiffersAndLooksAtFewPages) {
  Numbers numbers;
  numbers.resize(5 * Numbers::book_elements);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers.edit(i) = std::make_shared<int>(1);
  Numbers copy = numbers;
  EXPECT_TRUE(differences(numbers, copy).empty());
  const std::vector<std::size_t> places{0, 31, 32, Numbers::book_elements - 1, 3 * Numbers::book_elements + 7};
  for (const std::size_t place : places) copy.edit(place) = nullptr;
  EXPECT_EQ(differences(numbers, copy), places);
  std::size_t visited = 0;
  Numbers::for_each_difference(numbers, copy, [&](std::size_t) { ++visited; });
  EXPECT_EQ(visited, 4 * Numbers::page_size);
}

TEST(PagedVector, SeesWhatACopyGainedOrLostAtItsEnd) {
  for (const std::size_t size : {5, 32, 100, 1024, 1500}) {
    Numbers numbers;
    numbers.resize(size);
    for (std::size_t i = 0; i < size; ++i) numbers.edit(i) = std::make_shared<int>(1);
    Numbers copy = numbers;
    copy.resize(2 * size);
    copy.edit(2 * size - 1) = std::make_shared<int>(2);
    EXPECT_EQ(differences(numbers, copy), std::vector{2 * size - 1});
    copy.resize(size - 1);
    EXPECT_EQ(differences(numbers, copy), std::vector{size - 1});
    EXPECT_EQ(differences(copy, numbers), std::vector{size - 1});
  }
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

TEST(PagedVector, ShrinkingLeavesACopyAsItWas) {
  Numbers numbers;
  numbers.resize(100);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers.edit(i) = std::make_shared<int>(1);
  const Numbers copy = numbers;
  numbers.resize(33);
  for (std::size_t i = 0; i < copy.size(); ++i) EXPECT_TRUE(copy[i]) << i;
}

}  // namespace
}  // namespace samband::mls
