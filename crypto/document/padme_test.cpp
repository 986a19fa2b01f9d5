#include "crypto/document/padme.h"

#include <gtest/gtest.h>
#include <set>

namespace samband {
namespace {

TEST(Padme, RoundsUpToLengthsWithFewSignificantBits) {
  EXPECT_EQ(padme_length(0), 0U);
  EXPECT_EQ(padme_length(1), 1U);
  EXPECT_EQ(padme_length(9), 10U);
  EXPECT_EQ(padme_length(100), 104U);
  EXPECT_EQ(padme_length(65'535), 65'536U);
  EXPECT_EQ(padme_length(65'536), 65'536U);
  EXPECT_EQ(padme_length(1'000'000), 1'015'808U);
}

TEST(Padme, CostsAtMostTwelvePercentAndNeverPassesAPowerOfTwo) {
  for (std::uint64_t size = 1; size < 200'000; ++size) {
    const std::uint64_t padded = padme_length(size);
    ASSERT_GE(padded, size);
    ASSERT_LE((padded - size) * 100, size * 12) << size;
    ASSERT_LE(padded, std::bit_ceil(size));
    ASSERT_EQ(padme_length(padded), padded);
  }
}

TEST(Padme, LeavesFewLengthsToTellApart) {
  std::set<std::uint64_t> lengths;
  for (std::uint64_t size = 1; size <= 65'536; ++size) lengths.insert(padme_length(size));
  EXPECT_LT(lengths.size(), 220U);
}

TEST(Pad, GivesBackTheContentWhateverItEndsWith) {
  for (std::size_t size = 0; size < 300; ++size) {
    for (int last : {0, 1, 0x80}) {
      Bytes content(size, static_cast<std::uint8_t>(last));
      const Bytes padded = pad(content);
      EXPECT_EQ(padded.size(), padme_length(size + 1));
      const auto inner = unpad(padded);
      ASSERT_TRUE(inner);
      EXPECT_TRUE(equal(*inner, content));
    }
  }
}

TEST(Unpad, RefusesWhatPadDoesNotMake) {
  EXPECT_FALSE(unpad({}));
  EXPECT_FALSE(unpad(Bytes(10)));                   // no end of content
  EXPECT_FALSE(unpad(Bytes{1, 2, 0x81}));           // another octet where the content should end
  EXPECT_FALSE(unpad(Bytes{1, 0x80, 0, 0, 0, 0}));  // longer than the Padmé length
  Bytes shorter = pad(Bytes(99, 1));
  shorter.pop_back();
  EXPECT_FALSE(unpad(shorter));
}

}  // namespace
}  // namespace samband
