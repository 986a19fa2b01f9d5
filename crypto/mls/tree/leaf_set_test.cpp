#include "crypto/mls/tree/leaf_set.h"

#include <gtest/gtest.h>
#include <set>

#include "crypto/suite/random.h"

namespace samband::mls {
namespace {

TEST(LeafSet, AgreesWithASetOfNumbers) {
  SeededRandom random{3};
  for (const std::uint32_t leaves : {1U, 2U, 32U, 64U, 128U, 1024U}) {
    LeafSet set;
    set.resize(leaves);
    std::set<std::uint32_t> expected;
    for (std::uint32_t step = 0; step < 3 * leaves; ++step) {
      std::array<std::uint8_t, 3> dice{};
      random.fill(dice);
      const std::uint32_t leaf = (dice[0] << 8U | dice[1]) % leaves;
      const bool grows = step < 2 * leaves ? dice[2] % 4 != 0 : dice[2] % 4 == 0;
      if (grows) {
        set.insert(LeafIndex{leaf});
        expected.insert(leaf);
      } else {
        set.erase(LeafIndex{leaf});
        expected.erase(leaf);
      }
      std::uint32_t free = 0;
      while (expected.contains(free)) ++free;
      ASSERT_EQ(set.first_outside(), LeafIndex{free});
      ASSERT_EQ(set.end(), expected.empty() ? 0 : *expected.rbegin() + 1);
      for (NodeIndex at = node_of(LeafIndex{leaf});; at = parent(at)) {
        const LeafRange range = leaves_below(at);
        const auto from = expected.lower_bound(range.first.value);
        ASSERT_EQ(set.any_in(range), from != expected.end() && *from < range.end.value) << at.value;
        if (at == root(leaves)) break;
      }
    }
  }
}

TEST(LeafSet, ForgetsWhatIsCutOff) {
  LeafSet set;
  set.resize(128);
  for (const std::uint32_t leaf : {3U, 40U, 100U}) set.insert(LeafIndex{leaf});
  set.resize(32);
  EXPECT_EQ(set.end(), 4U);
  set.resize(128);
  EXPECT_EQ(set.end(), 4U);
  EXPECT_FALSE(set.any_in({LeafIndex{64}, LeafIndex{128}}));
  set.resize(0);
  EXPECT_EQ(set.first_outside(), LeafIndex{0});
}

}  // namespace
}  // namespace samband::mls
