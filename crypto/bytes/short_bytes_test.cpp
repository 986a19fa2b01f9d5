#include "crypto/bytes/short_bytes.h"

#include <gtest/gtest.h>

namespace samband {
namespace {

Bytes counting(std::size_t size) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i);
  return bytes;
}

TEST(ShortBytes, HoldsWhatItWasGivenInlineOrNot) {
  for (const std::size_t size : {0, 1, 31, 32, 33, 255}) {
    const Bytes bytes = counting(size);
    const ShortBytes held{bytes};
    EXPECT_TRUE(equal(held, bytes));
    EXPECT_EQ(held.size(), size);
    EXPECT_EQ(held.empty(), size == 0);
  }
}

TEST(ShortBytes, CopiesAndMovesBetweenAllLengths) {
  for (const std::size_t from : {0, 32, 33, 133}) {
    for (const std::size_t to : {0, 32, 33, 133}) {
      ShortBytes source{counting(from)};
      ShortBytes target{Bytes(to, 7)};
      target = source;
      EXPECT_TRUE(equal(target, counting(from)));
      EXPECT_EQ(target, source);
      target = ShortBytes{Bytes(to, 7)};
      target = std::move(source);
      EXPECT_TRUE(equal(target, counting(from)));
      const ShortBytes moved = std::move(target);
      EXPECT_TRUE(equal(moved, counting(from)));
      EXPECT_TRUE(target.empty());  // NOLINT(bugprone-use-after-move): that it is empty is the promise
      const ShortBytes copy = moved;
      EXPECT_EQ(copy, moved);
    }
  }
}

TEST(ShortBytes, ACopyChangesApart) {
  for (const std::size_t size : {3, 40}) {
    ShortBytes first{counting(size)};
    ShortBytes second = first;
    second[2] ^= 1;
    EXPECT_NE(first, second);
    EXPECT_TRUE(equal(first, counting(size)));
    first = *&first;
    EXPECT_TRUE(equal(first, counting(size)));
  }
}

}  // namespace
}  // namespace samband
