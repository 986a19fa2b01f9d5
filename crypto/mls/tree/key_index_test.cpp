#include "crypto/mls/tree/key_index.h"

#include <gtest/gtest.h>
#include <map>

#include "crypto/mls/tree/test_leaves.h"

namespace samband::mls {
namespace {

using testing::suite;

BytesView key_of(const RatchetTree& tree, NodeIndex node) {
  return tree.encryption_key(node);
}

// What a tree of leaves with chosen keys is asked, beside a map that is asked the same.
class Keys {
 public:
  void put(LeafIndex leaf, Bytes key) {
    LeafNode node = *testing::leaf_named("a");
    node.encryption_key = std::move(key);
    tree.extend_to(leaf);
    tree.set_leaf(leaf, std::make_shared<const LeafNode>(std::move(node)));
    index.insert(tree, node_of(leaf));
    expected[copy_of(key_of(tree, node_of(leaf)))] = node_of(leaf);
  }
  void erase(const Bytes& key) {
    index.erase(tree, expected.at(key));
    expected.erase(key);
  }
  void expect_agreement() const {
    EXPECT_EQ(index.size(), expected.size());
    for (const auto& [key, node] : expected) EXPECT_EQ(index.find(tree, key), node);
  }

  RatchetTree tree{suite()};
  KeyIndex index{key_of};
  std::map<Bytes, NodeIndex> expected;
};

Bytes number_key(std::uint32_t number, std::size_t zeros_in_front) {
  Writer out;
  out.fixed(Bytes(zeros_in_front));
  out.u32(number);
  return out.take();
}

TEST(KeyIndex, KnowsNothingOfATreeWithoutKeys) {
  Keys keys;
  EXPECT_EQ(keys.index.find(keys.tree, Bytes{1}), std::nullopt);
  EXPECT_TRUE(keys.index.assign(keys.tree, {}));
  EXPECT_EQ(keys.index.find(keys.tree, Bytes{}), std::nullopt);
}

TEST(KeyIndex, TellsKeysApartThatBeginAlike) {
  Keys keys;
  keys.put(LeafIndex{0}, Bytes{1, 2, 3, 4, 5});
  EXPECT_EQ(keys.index.find(keys.tree, Bytes{1, 2, 3, 4, 4}), std::nullopt);
  EXPECT_EQ(keys.index.find(keys.tree, Bytes{1, 2, 3, 4}), std::nullopt);
  EXPECT_EQ(keys.index.find(keys.tree, Bytes{1, 2, 3, 3, 5}), std::nullopt);
  keys.expect_agreement();
}

// Keys that begin alike, too: whoever makes them may choose them so.
TEST(KeyIndex, AgreesWithAMapAfterAnyHistory) {
  for (const std::size_t zeros : {0, 1, 4, 28}) {
    SeededRandom random{7 + zeros};
    const auto roll = [&](std::uint32_t sides) { return Reader{random.secret(4).view()}.u32() % sides; };
    Keys keys;
    std::uint32_t next_leaf = 0;
    for (int step = 0; step < 3000; ++step) {
      const bool grows = step < 1500 ? roll(4) != 0 : roll(4) == 0;
      if (grows || keys.expected.empty()) {
        const Bytes key = number_key(roll(1U << 31U), zeros);
        if (!keys.expected.contains(key)) keys.put(LeafIndex{next_leaf++}, key);
      } else {
        const auto from = keys.expected.lower_bound(number_key(roll(1U << 31U), zeros));
        keys.erase(from == keys.expected.end() ? keys.expected.begin()->first : from->first);
      }
      if (step % 100 == 0) keys.expect_agreement();
    }
    keys.expect_agreement();
    EXPECT_EQ(keys.index.find(keys.tree, number_key(1U << 31U, zeros)), std::nullopt);
  }
}

TEST(KeyIndex, EmptiesFromEitherEnd) {
  for (const bool from_front : {true, false}) {
    Keys keys;
    for (std::uint32_t i = 0; i < 1000; ++i) keys.put(LeafIndex{i}, number_key(i, 0));
    while (!keys.expected.empty()) {
      keys.erase(from_front ? keys.expected.begin()->first : keys.expected.rbegin()->first);
      if (keys.expected.size() % 97 == 0) keys.expect_agreement();
    }
    EXPECT_EQ(keys.index.size(), 0U);
    keys.put(LeafIndex{5}, number_key(5, 0));
    keys.expect_agreement();
  }
}

TEST(KeyIndex, TakesAllKeysAtOnceAndSeesOneThatIsThereTwice) {
  Keys keys;
  std::vector<NodeIndex> nodes;
  for (std::uint32_t i = 0; i < 500; ++i) {
    keys.put(LeafIndex{i}, number_key(i * 7919 % 500, 3));
    nodes.push_back(node_of(LeafIndex{i}));
  }
  EXPECT_TRUE(keys.index.assign(keys.tree, nodes));
  keys.expect_agreement();
  keys.tree.set_leaf(LeafIndex{3}, keys.tree.shared_leaf(LeafIndex{400}));
  EXPECT_FALSE(keys.index.assign(keys.tree, nodes));
  keys.index.erase(keys.tree, node_of(LeafIndex{400}));
  EXPECT_EQ(keys.index.find(keys.tree, number_key(400 * 7919 % 500, 3)), node_of(LeafIndex{3}));
}

}  // namespace
}  // namespace samband::mls
