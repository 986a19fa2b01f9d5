#include "crypto/mls/wire/value_list.h"

#include <gtest/gtest.h>

namespace samband::mls {
namespace {

using Values = ValueList<std::uint16_t>;

std::vector<std::uint16_t> counting(std::size_t count) {
  std::vector<std::uint16_t> values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(static_cast<std::uint16_t>(i + 1));
  return values;
}

void expect_holds(const Values& list, std::size_t count) {
  EXPECT_TRUE(std::ranges::equal(list, counting(count))) << count;
  EXPECT_EQ(list.size(), count);
  EXPECT_EQ(list.empty(), count == 0);
}

TEST(ValueList, HoldsWhatItWasGivenInlineOrNot) {
  for (const std::size_t count : {0, 1, 4, 5, 256}) {
    expect_holds(counting(count), count);
    Values grown;
    for (const std::uint16_t value : counting(count)) grown.push_back(value);
    expect_holds(grown, count);
    EXPECT_EQ(grown, Values{counting(count)});
    grown.clear();
    expect_holds(grown, 0);
  }
  EXPECT_EQ((Values{7, 9}), (std::vector<std::uint16_t>{7, 9}));
  EXPECT_NE((Values{7, 9}), (Values{7}));
}

TEST(ValueList, LosesWhatIsNotWanted) {
  Values list = counting(10);
  list.erase_if([](std::uint16_t value) { return value > 4 || value == 2; });
  EXPECT_EQ(list, (Values{1, 3, 4}));
  list.push_back(9);
  EXPECT_EQ(list, (Values{1, 3, 4, 9}));
}

TEST(ValueList, CopiesAndMovesBetweenAllLengths) {
  for (const std::size_t from : {0, 4, 5, 40}) {
    for (const std::size_t to : {0, 4, 5, 40}) {
      Values source = counting(from);
      Values target = counting(to);
      target = source;
      expect_holds(target, from);
      target = counting(to);
      target = std::move(source);
      expect_holds(target, from);
      source = counting(3);  // it can be used again
      const Values moved = std::move(target);
      const Values copy = moved;
      expect_holds(copy, from);
    }
  }
}

TEST(ValueList, ACopyChangesApart) {
  for (const std::size_t count : {3, 30}) {
    Values first = counting(count);
    const Values second = first;
    first.push_back(99);
    *first.begin() = 98;
    expect_holds(second, count);
    first = *&first;
    EXPECT_EQ(first.size(), count + 1);
  }
}

}  // namespace
}  // namespace samband::mls
