#include "crypto/bytes/bytes.h"

#include <gtest/gtest.h>

#include "crypto/bytes/fixed_id.h"

namespace samband {
namespace {

TEST(SecretBytes, IsEmptyAfterItWasMovedFrom) {
  for (std::size_t size : {std::size_t{32}, SecretBytes::inline_bytes_max, SecretBytes::inline_bytes_max + 1}) {
    SecretBytes secret{Bytes(size, 7)};
    SecretBytes moved{std::move(secret)};
    EXPECT_TRUE(secret.empty());  // NOLINT(bugprone-use-after-move): that is what is tested
    EXPECT_TRUE(equal(moved.view(), Bytes(size, 7)));
  }
}

TEST(SecretBytes, HoldsNothingAfterErase) {
  SecretBytes secret{Bytes(40, 7)};
  const std::uint8_t* where = secret.view().data();
  secret.erase();
  EXPECT_EQ(secret.size(), 0U);
  EXPECT_TRUE(std::all_of(where, where + 40, [](std::uint8_t b) { return b == 0; }));
}

TEST(SecretBytes, ADuplicateLivesOnAfterTheOriginal) {
  SecretBytes copy;
  {
    SecretBytes original{Bytes(80, 9)};
    copy = original.duplicate();
  }
  EXPECT_TRUE(equal(copy.view(), Bytes(80, 9)));
}

TEST(EqualInConstantTime, TellsLengthAndContentApart) {
  EXPECT_TRUE(equal_in_constant_time(Bytes{1, 2}, Bytes{1, 2}));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(Bytes{1, 2}, Bytes{1, 3}));
  EXPECT_FALSE(equal_in_constant_time(Bytes{1, 2}, Bytes{1}));
}

TEST(FixedId, RefusesBytesOfAnotherLength) {
  using Id = FixedId<struct TestTag, 4>;
  EXPECT_TRUE(Id::of(Bytes{1, 2, 3, 4}));
  EXPECT_FALSE(Id::of(Bytes{1, 2, 3}));
  EXPECT_FALSE(Id::of(Bytes{1, 2, 3, 4, 5}));
}

}  // namespace
}  // namespace samband
