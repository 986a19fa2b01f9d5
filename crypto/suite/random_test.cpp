#include "crypto/suite/random.h"

#include <gtest/gtest.h>

namespace samband {
namespace {

using TestId = FixedId<struct TestTag, 16>;

TEST(SeededRandom, GivesTheSameBytesForTheSameSeed) {
  SeededRandom one{7}, same{7}, other{8};
  const TestId first = one.id<TestId>();
  EXPECT_EQ(first, same.id<TestId>());
  EXPECT_NE(first, other.id<TestId>());
}

TEST(SeededRandom, NeverGivesTheSameBytesTwice) {
  SeededRandom random{7};
  EXPECT_NE(random.id<TestId>(), random.id<TestId>());
}

TEST(SeededRandom, FillsAnyLength) {
  SeededRandom random{7};
  random.fill({});
  EXPECT_EQ(random.secret(0).size(), 0U);
  const SecretBytes long_secret = random.secret(1000);
  EXPECT_FALSE(equal(long_secret.view(), Bytes(1000)));
}

TEST(SystemRandom, GivesBytesWithoutAnyoneHavingInitialisedIt) {
  SystemRandom random;
  random.fill({});
  EXPECT_NE(random.id<TestId>(), random.id<TestId>());
  EXPECT_FALSE(random.id<TestId>().is_zero());
}

}  // namespace
}  // namespace samband
