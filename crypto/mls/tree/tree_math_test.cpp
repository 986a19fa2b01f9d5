#include "crypto/mls/tree/tree_math.h"

#include <gtest/gtest.h>

namespace samband::mls {
namespace {

TEST(TreeMath, TheDirectPathClimbsFromLeafToRoot) {
  EXPECT_EQ(direct_path(LeafIndex{2}, 8), (std::vector{NodeIndex{5}, NodeIndex{3}, NodeIndex{7}}));
  EXPECT_TRUE(direct_path(LeafIndex{0}, 1).empty());
}

TEST(TreeMath, LeavesBelowANodeAreThoseWhosePathMeetsIt) {
  constexpr std::uint32_t leaves = 16;
  for (std::uint32_t n = 0; n < node_count(leaves); ++n) {
    for (std::uint32_t l = 0; l < leaves; ++l) {
      std::vector<NodeIndex> path = direct_path(LeafIndex{l}, leaves);
      path.push_back(node_of(LeafIndex{l}));
      const bool meets = std::ranges::find(path, NodeIndex{n}) != path.end();
      EXPECT_EQ(leaves_below(NodeIndex{n}).contains(LeafIndex{l}), meets) << n << " " << l;
    }
  }
}

TEST(TreeMath, TheCommonAncestorIsTheLowestNodeAboveBoth) {
  constexpr std::uint32_t leaves = 16;
  for (std::uint32_t a = 0; a < leaves; ++a) {
    for (std::uint32_t b = 0; b < leaves; ++b) {
      NodeIndex lowest = node_of(LeafIndex{a});
      while (!leaves_below(lowest).contains(LeafIndex{b})) lowest = parent(lowest);
      EXPECT_EQ(common_ancestor(LeafIndex{a}, LeafIndex{b}), lowest);
    }
  }
}

}  // namespace
}  // namespace samband::mls
