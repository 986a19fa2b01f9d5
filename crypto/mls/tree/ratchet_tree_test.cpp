#include "crypto/mls/tree/ratchet_tree.h"

#include <algorithm>
#include <gtest/gtest.h>

#include "crypto/mls/tree/test_leaves.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::leaf_named;
using testing::suite;

RatchetTree tree_of(std::uint32_t members) {
  RatchetTree tree{suite()};
  for (std::uint32_t i = 0; i < members; ++i) tree.add(leaf_named(std::to_string(i)));
  return tree;
}

// What a Commit with a path does to the tree: fresh keys, and a leaf that signs for them.
void commit_from(RatchetTree& tree, LeafIndex committer, const std::string& name) {
  std::vector<HPKEPublicKey> keys;
  for (const PathStep& step : tree.filtered_direct_path(committer)) {
    keys.push_back(copy_of(view_of(name + " at " + std::to_string(step.node.value))));
  }
  LeafNode leaf = *leaf_named(name);
  leaf.source = CommitSource{tree.set_path(committer, keys)};
  tree.set_leaf(committer, std::make_shared<const LeafNode>(std::move(leaf)));
}

// The hash of the same nodes in a tree that has computed nothing yet.
Bytes fresh_hash(const RatchetTree& tree) {
  return RatchetTree{tree.suite(), tree.nodes()}.tree_hash();
}

std::vector<NodeIndex> nodes(std::initializer_list<std::uint32_t> values) {
  std::vector<NodeIndex> out;
  for (const std::uint32_t value : values) out.push_back(NodeIndex{value});
  return out;
}

TEST(RatchetTree, TakesTheLeftmostBlankLeafAndDoublesWhenThereIsNone) {
  RatchetTree tree = tree_of(4);
  tree.remove(LeafIndex{1});
  EXPECT_EQ(tree.next_free_leaf(), LeafIndex{1});
  EXPECT_EQ(tree.add(leaf_named("anna")), LeafIndex{1});
  EXPECT_EQ(tree.leaf_count(), 4U);
  EXPECT_EQ(tree.add(leaf_named("berit")), LeafIndex{4});
  EXPECT_EQ(tree.leaf_count(), 8U);
  EXPECT_EQ(tree.member_count(), 5U);
}

TEST(RatchetTree, TruncatesToTheSmallestTreeThatHoldsTheLastMember) {
  RatchetTree tree = tree_of(9);
  EXPECT_EQ(tree.leaf_count(), 16U);
  tree.remove(LeafIndex{7});
  EXPECT_EQ(tree.leaf_count(), 16U);
  tree.remove(LeafIndex{8});
  EXPECT_EQ(tree.leaf_count(), 8U);
  tree.remove(LeafIndex{6});
  tree.remove(LeafIndex{4});
  tree.remove(LeafIndex{5});
  EXPECT_EQ(tree.leaf_count(), 4U);
  EXPECT_EQ(tree.add(leaf_named("anna")), LeafIndex{4});
}

TEST(RatchetTree, ForgetsTheNodesThatTruncatingCutOff) {
  RatchetTree tree = tree_of(8);
  commit_from(tree, LeafIndex{0}, "anna");
  for (const std::uint32_t leaf : {4U, 5U, 6U, 7U}) tree.remove(LeafIndex{leaf});
  tree.add(leaf_named("berit"));
  EXPECT_EQ(tree.parent_node(NodeIndex{7}), nullptr);
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
}

TEST(RatchetTree, NewLeavesAreUnmergedAtEveryKeyAboveThemInOrder) {
  RatchetTree tree = tree_of(8);
  tree.remove(LeafIndex{3});
  tree.remove(LeafIndex{1});
  commit_from(tree, LeafIndex{0}, "anna");
  tree.add(leaf_named("berit"));
  tree.add(leaf_named("cecilie"));
  EXPECT_EQ(tree.parent_node(NodeIndex{7})->unmerged_leaves, (std::vector{LeafIndex{1}, LeafIndex{3}}));
  EXPECT_EQ(tree.parent_node(NodeIndex{3})->unmerged_leaves, (std::vector{LeafIndex{1}, LeafIndex{3}}));
  EXPECT_EQ(tree.resolution(NodeIndex{3}), nodes({3, 2, 6}));
  const std::vector added{LeafIndex{3}};
  EXPECT_EQ(tree.resolution(NodeIndex{3}, added), nodes({3, 2}));
  for (std::size_t count = 0; count < 6; ++count) {
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{3}), count == 3) << count;
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{3}, added), count == 2) << count;
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{11}), count == 4) << count;
  }
}

TEST(RatchetTree, ResolvesABlankNodeToAllBelowIt) {
  RatchetTree tree = tree_of(8);
  tree.remove(LeafIndex{5});
  for (std::size_t count = 0; count < 10; ++count) {
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{7}), count == 7) << count;
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{9}), count == 1) << count;
    EXPECT_EQ(tree.resolves_to(count, NodeIndex{10}), count == 0) << count;
  }
}

TEST(RatchetTree, LeavesOutOfAPathWhatHasNobodyBesideIt) {
  RatchetTree tree = tree_of(8);
  tree.remove(LeafIndex{1});
  tree.remove(LeafIndex{2});
  tree.remove(LeafIndex{3});
  EXPECT_EQ(tree.filtered_direct_path(LeafIndex{0}), (std::vector<PathStep>{{NodeIndex{7}, NodeIndex{11}}}));
  EXPECT_TRUE(tree_of(1).filtered_direct_path(LeafIndex{0}).empty());
}

TEST(RatchetTree, UpdatesAndRemovesBlankTheNodesAbove) {
  RatchetTree tree = tree_of(4);
  commit_from(tree, LeafIndex{0}, "anna");
  commit_from(tree, LeafIndex{2}, "berit");
  tree.update(LeafIndex{3}, leaf_named("cecilie"));
  EXPECT_TRUE(tree.is_blank(NodeIndex{5}));
  EXPECT_TRUE(tree.is_blank(NodeIndex{3}));
  EXPECT_FALSE(tree.is_blank(NodeIndex{1}));
  tree.remove(LeafIndex{1});
  EXPECT_TRUE(tree.is_blank(NodeIndex{1}));
}

TEST(RatchetTree, CachedHashesAreThoseOfATreeHashedAfresh) {
  RatchetTree tree = tree_of(6);
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
  commit_from(tree, LeafIndex{2}, "anna");
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
  tree.add(leaf_named("berit"));
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
  tree.remove(LeafIndex{5});
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
  for (const char* name : {"c", "d", "e", "f"}) tree.add(leaf_named(name));
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
  tree.remove(LeafIndex{8});
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
}

TEST(RatchetTree, FreshKeysOnAPathChangeTheHashBeforeTheLeafDoes) {
  RatchetTree tree = tree_of(4);
  const Bytes before = tree.tree_hash();
  (void)tree.set_path(LeafIndex{0}, std::vector<HPKEPublicKey>{{1}, {2}});
  EXPECT_NE(tree.tree_hash(), before);
  EXPECT_EQ(tree.tree_hash(), fresh_hash(tree));
}

TEST(RatchetTree, IsBlankBeyondItsLastNode) {
  const RatchetTree tree = tree_of(4);
  for (const std::uint32_t beyond : {7U, 8U, 9U, 1023U, 0xffff'ffffU}) EXPECT_TRUE(tree.is_blank(NodeIndex{beyond}));
  EXPECT_EQ(tree.leaf(LeafIndex{4}), nullptr);
}

TEST(RatchetTree, ACopyAndItsOriginalChangeApart) {
  RatchetTree tree = tree_of(100);
  const Bytes before = tree.tree_hash();
  RatchetTree copy = tree;
  copy.remove(LeafIndex{40});
  copy.update(LeafIndex{3}, leaf_named("anna"));
  commit_from(copy, LeafIndex{70}, "berit");
  EXPECT_EQ(fresh_hash(tree), before);
  EXPECT_NE(copy.tree_hash(), before);
  EXPECT_EQ(copy.tree_hash(), fresh_hash(copy));
}

TEST(RatchetTree, SeesWhichNodesDifferByTheirContent) {
  const RatchetTree tree = tree_of(100);
  EXPECT_TRUE(tree.differences(tree).empty());
  RatchetTree copy = tree;
  commit_from(copy, LeafIndex{70}, "berit");
  copy.remove(LeafIndex{3});
  std::vector<NodeIndex> expected = direct_path(LeafIndex{70}, 128);
  std::erase_if(expected, [&](NodeIndex node) { return copy.is_blank(node); });
  expected.insert(expected.end(), {node_of(LeafIndex{3}), node_of(LeafIndex{70})});
  std::ranges::sort(expected);
  EXPECT_EQ(copy.differences(tree), expected);
  EXPECT_EQ(tree.differences(copy), expected);
  EXPECT_TRUE(copy.differences(RatchetTree{suite(), copy.nodes()}).empty());
}

TEST(RatchetTree, SeesWhatGrowingAndTruncatingChanged) {
  const RatchetTree small = tree_of(4);
  RatchetTree grown = small;
  const LeafIndex added = *grown.add(leaf_named("anna"));
  EXPECT_EQ(grown.differences(small), std::vector{node_of(added)});
  RatchetTree keyed = grown;
  commit_from(keyed, added, "anna");
  EXPECT_EQ(small.differences(keyed), (std::vector{NodeIndex{7}, node_of(added)}));
}

TEST(RatchetTree, HoldsUpToTheLargestGroupAndNoLeafMore) {
  RatchetTree tree{suite()};
  const LeafNodePtr leaf = leaf_named("anna");
  for (std::uint32_t i = 0; i < leaves_max; ++i) ASSERT_TRUE(tree.add(leaf));
  EXPECT_FALSE(tree.add(leaf));
  EXPECT_EQ(tree.member_count(), leaves_max);
}

class TreeIntegrity : public ::testing::Test {
 protected:
  TreeIntegrity() {
    commit_from(tree, LeafIndex{0}, "anna");
    tree.remove(LeafIndex{5});
    commit_from(tree, LeafIndex{6}, "berit");
    tree.add(leaf_named("cecilie"));  // leaf 5, unmerged at 11 and 7
  }

  std::expected<void, TreeError> verdict_of_changed_parent(std::uint32_t node, void (*change)(ParentNode&)) {
    RatchetTreeNodes all = tree.nodes();
    change(std::get<ParentNode>(*all.at(node)));
    return RatchetTree{suite(), all}.verify_integrity();
  }

  RatchetTree tree = tree_of(8);
};

TEST_F(TreeIntegrity, IsWhatCommitsLeaveBehind) {
  EXPECT_TRUE(tree.verify_integrity());
}

TEST_F(TreeIntegrity, NeedsAParentHashForEveryKey) {
  const auto verdict = verdict_of_changed_parent(7, [](ParentNode& node) { node.encryption_key[0] ^= 1; });
  EXPECT_EQ(error_of(verdict), TreeError::parent_hash_invalid);
}

TEST_F(TreeIntegrity, NeedsTheChainToReachALeaf) {
  RatchetTreeNodes all = tree.nodes();
  all.at(12) = leaf_named("not the leaf that committed");
  EXPECT_EQ(error_of(RatchetTree(suite(), all).verify_integrity()), TreeError::parent_hash_invalid);
}

TEST_F(TreeIntegrity, RefusesAnUnmergedLeafThatIsBlank) {
  tree.remove(LeafIndex{5});
  RatchetTreeNodes all = tree.nodes();
  all.at(3) = ParentNode{.encryption_key = {1}, .parent_hash = {}, .unmerged_leaves = {LeafIndex{2}}};
  all.at(4) = std::nullopt;
  EXPECT_EQ(error_of(RatchetTree(suite(), all).verify_integrity()), TreeError::unmerged_leaf_invalid);
}

TEST_F(TreeIntegrity, RefusesAnUnmergedLeafFromElsewhere) {
  const auto verdict =
      verdict_of_changed_parent(11, [](ParentNode& node) { node.unmerged_leaves = {LeafIndex{1}, LeafIndex{5}}; });
  EXPECT_EQ(error_of(verdict), TreeError::unmerged_leaf_invalid);
}

TEST_F(TreeIntegrity, RefusesAnUnmergedLeafFromElsewhereThoughEveryNodeAboveItListsIt) {
  RatchetTreeNodes all = tree.nodes();
  for (const std::size_t between : {1U, 3U}) all.at(between) = std::nullopt;
  for (const std::size_t listing : {7U, 11U}) {
    std::get<ParentNode>(*all.at(listing)).unmerged_leaves = {LeafIndex{1}, LeafIndex{5}};
  }
  EXPECT_EQ(error_of(RatchetTree(suite(), all).verify_integrity()), TreeError::unmerged_leaf_invalid);
}

TEST_F(TreeIntegrity, RefusesAnUnmergedLeafThatANodeBetweenDoesNotList) {
  const auto verdict = verdict_of_changed_parent(11, [](ParentNode& node) { node.unmerged_leaves.clear(); });
  EXPECT_EQ(error_of(verdict), TreeError::unmerged_leaf_invalid);
}

TEST_F(TreeIntegrity, RefusesAMemberThatSlippedInWithoutBeingListed) {
  // Leaf 5 is in the tree under keys it was never given: nobody lists it, so the resolutions don't match.
  RatchetTreeNodes all = tree.nodes();
  std::get<ParentNode>(*all.at(7)).unmerged_leaves.clear();
  std::get<ParentNode>(*all.at(11)).unmerged_leaves.clear();
  EXPECT_EQ(error_of(RatchetTree(suite(), all).verify_integrity()), TreeError::parent_hash_invalid);
}

TEST_F(TreeIntegrity, RefusesAMemberThatSlippedInBesideTheCommitter) {
  RatchetTree pair_and_one = tree_of(4);
  pair_and_one.remove(LeafIndex{1});
  commit_from(pair_and_one, LeafIndex{0}, "anna");  // no key at node 1: nobody is beside anna
  ASSERT_TRUE(pair_and_one.verify_integrity());
  pair_and_one.set_leaf(LeafIndex{1}, leaf_named("intruder"));
  EXPECT_EQ(error_of(pair_and_one.verify_integrity()), TreeError::parent_hash_invalid);
}

}  // namespace
}  // namespace samband::mls
