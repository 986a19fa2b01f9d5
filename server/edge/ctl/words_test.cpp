// Times and sizes as people write them.
#include <cstdlib>
#include <ctime>
#include <gtest/gtest.h>

#include "server/edge/ctl/sizes.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

constexpr WallTime noon{1'800'014'400'000};  // 2027-01-15T12:00:00Z

TEST(Sizes, AreReadInPowersOf1024) {
  EXPECT_EQ(parse_size("0"), 0U);
  EXPECT_EQ(parse_size("1000"), 1000U);
  EXPECT_EQ(parse_size("50GiB"), 50ULL << 30U);
  EXPECT_EQ(parse_size("50 GiB"), 50ULL << 30U);
  EXPECT_EQ(parse_size("1.5TiB"), 3ULL << 39U);
  EXPECT_EQ(parse_size("2PiB"), 2ULL << 50U);
}

TEST(Sizes, AreRefusedWhenTheyAreNone) {
  for (const char* wrong : {"", "GiB", "-1", "1GB", "1gib", "1 GiB ", "1e3", "nan", "20000PiB", "1  GiB"}) {
    EXPECT_EQ(parse_size(wrong), std::nullopt) << wrong;
  }
}

TEST(Sizes, AreShownWithOneDecimalAtMost) {
  EXPECT_EQ(size_text(0), "0 B");
  EXPECT_EQ(size_text(1023), "1023 B");
  EXPECT_EQ(size_text(50ULL << 30U), "50 GiB");
  EXPECT_EQ(size_text((3ULL << 39U)), "1.5 TiB");
}

TEST(PastTimes, AreReadWithTheirOffset) {
  EXPECT_EQ(parse_past_time("2027-01-15T12:00:00Z", noon), noon);
  EXPECT_EQ(parse_past_time("2027-01-15T13:00:00+01:00", noon), noon);
}

TEST(PastTimes, AreReadAsLocalDates) {
  ::setenv("TZ", "Europe/Oslo", 1);
  ::tzset();
  EXPECT_EQ(parse_past_time("2027-01-15", noon)->ms, noon.ms - 13ULL * 3600 * 1000);
}

TEST(PastTimes, AreReadAsHowLongAgo) {
  EXPECT_EQ(parse_past_time("30m", noon)->ms, noon.ms - 30ULL * 60 * 1000);
  EXPECT_EQ(parse_past_time("-7d", noon)->ms, noon.ms - 7ULL * 24 * 3600 * 1000);
}

TEST(PastTimes, AreRefusedWhenTheyAreNone) {
  for (const char* wrong : {"", "yesterday", "7", "+7d", "--7d", "2027-01-15T12:00:00", "2027-13-01", "2027-01-15 x"}) {
    EXPECT_EQ(parse_past_time(wrong, noon), std::nullopt) << wrong;
  }
}

}  // namespace
}  // namespace samband::server::edge::ctl
