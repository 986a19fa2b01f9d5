#include "crypto/mls/tree/tree_math.h"

#include <gtest/gtest.h>

#include "crypto/mls/vectors/vectors.h"

namespace samband::mls {
namespace {

using vectors::Json;

std::optional<NodeIndex> node_or_null(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return NodeIndex{value.get<std::uint32_t>()};
}

TEST(TreeMathVectors, NodesHaveTheRelativesTheVectorsName) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "tree-math.json");
  for (const Json& tree : cases) {
    const auto leaves = tree.at("n_leaves").get<std::uint32_t>();
    EXPECT_EQ(node_count(leaves), tree.at("n_nodes"));
    EXPECT_EQ(root(leaves), node_or_null(tree.at("root")));
    for (std::uint32_t i = 0; i < node_count(leaves); ++i) {
      const NodeIndex node{i};
      const bool is_root = node == root(leaves);
      EXPECT_EQ(is_leaf(node) ? std::nullopt : std::optional{left(node)}, node_or_null(tree.at("left").at(i)));
      EXPECT_EQ(is_leaf(node) ? std::nullopt : std::optional{right(node)}, node_or_null(tree.at("right").at(i)));
      EXPECT_EQ(is_root ? std::nullopt : std::optional{parent(node)}, node_or_null(tree.at("parent").at(i)));
      EXPECT_EQ(is_root ? std::nullopt : std::optional{sibling(node)}, node_or_null(tree.at("sibling").at(i)));
    }
  }
}

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
