#include "crypto/mls/tree/node_pages.h"

#include <gtest/gtest.h>
#include <set>

namespace samband::mls {
namespace {

template <class Pages>
class NodePagesTest : public ::testing::Test {
 protected:
  static constexpr bool has_leaves = std::is_same_v<Pages, NodePages<std::uint32_t, 0>>;

  template <class Visit>
  static void for_each_node(std::uint32_t leaves, Visit&& visit) {
    for (std::uint32_t i = has_leaves ? 0 : 1; i < node_count(leaves); i += has_leaves ? 1 : 2) visit(NodeIndex{i});
  }
  // Each node's value says which it is.
  static Pages numbered(std::uint32_t leaves) {
    Pages pages;
    pages.resize(leaves);
    for_each_node(leaves, [&](NodeIndex node) { pages.edit(node) = node.value + 1; });
    return pages;
  }
  static std::set<NodeIndex> differences(const Pages& a, const Pages& b) {
    std::set<NodeIndex> out;
    Pages::for_each_difference(a, b, [&](NodeIndex node) { EXPECT_TRUE(out.insert(node).second) << node.value; });
    return out;
  }
};

using Kinds = ::testing::Types<NodePages<std::uint32_t, 0>, NodePages<std::uint32_t, 1>>;
TYPED_TEST_SUITE(NodePagesTest, Kinds);

TYPED_TEST(NodePagesTest, HasAPlaceOfItsOwnForEachNode) {
  for (std::uint32_t leaves = 1; leaves <= leaves_max; leaves *= 2) {
    const TypeParam pages = this->numbered(leaves);
    std::size_t wrong = 0;
    this->for_each_node(leaves, [&](NodeIndex node) { wrong += pages[node] == node.value + 1 ? 0 : 1; });
    EXPECT_EQ(wrong, 0U) << leaves;
  }
}

TYPED_TEST(NodePagesTest, KeepsWhatStaysAndForgetsWhatGoes) {
  for (std::uint32_t before = 1; before <= 4096; before *= 2) {
    for (std::uint32_t less = before / 2;; less /= 2) {
      TypeParam pages = this->numbered(before);
      pages.resize(less);
      pages.resize(before);
      std::size_t wrong = 0;
      this->for_each_node(before, [&](NodeIndex node) {
        wrong += pages[node] == (node.value < node_count(less) ? node.value + 1 : 0) ? 0 : 1;
      });
      EXPECT_EQ(wrong, 0U) << before << " to " << less;
      if (less == 0) break;
    }
  }
}

TYPED_TEST(NodePagesTest, FindsEachDifferenceAndLooksAtLittleElse) {
  for (const std::uint32_t leaves : {1U, 2U, 32U, 64U, 1024U, 16'384U, 65'536U}) {
    const TypeParam original = this->numbered(leaves);
    EXPECT_TRUE(this->differences(original, TypeParam{original}).empty());
    for (const std::uint32_t leaf : {0U, leaves / 3, leaves - 1}) {
      TypeParam copy = original;
      std::set<NodeIndex> path;
      for (const NodeIndex node : direct_path(LeafIndex{leaf}, leaves)) path.insert(node);
      for (const NodeIndex node : path) copy.edit(node) = 0;
      const std::set<NodeIndex> found = this->differences(original, copy);
      EXPECT_TRUE(std::ranges::includes(found, path)) << leaves;
      EXPECT_LE(found.size(), 31 * (path.size() / 5 + 1)) << leaves;
    }
  }
}

TYPED_TEST(NodePagesTest, FindsWhatOnlyOneOfTwoTreesHas) {
  const TypeParam larger = this->numbered(128);
  TypeParam smaller = larger;
  smaller.resize(64);
  const std::set<NodeIndex> found = this->differences(smaller, larger);
  this->for_each_node(
      128, [&](NodeIndex node) { EXPECT_TRUE(node.value < node_count(64) || found.contains(node)) << node.value; });
  EXPECT_EQ(found, this->differences(larger, smaller));
}

}  // namespace
}  // namespace samband::mls
