#include "crypto/mls/group/secret_tree.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/message_protection.h"

namespace samband::mls {
namespace {

constexpr std::uint32_t leaves = 8;

CipherSuite suite() {
  return *CipherSuite::of(samband_suite);
}
SecretTree new_tree() {
  return {suite(), SecretBytes{Bytes(suite().hash_bytes(), 9)}, leaves};
}
Bytes application_key(const SecretTree& tree, std::uint32_t leaf, std::uint32_t generation) {
  return copy_of(tree.derive(LeafIndex{leaf}, RatchetKind::application, Generation{generation}).value().key.view());
}
void consume(SecretTree& tree, std::uint32_t leaf, std::uint32_t generation) {
  tree.consume(LeafIndex{leaf}, RatchetKind::application, Generation{generation});
}

// A store of records, as a client keeps it.
class RecordStore {
 public:
  void write(std::vector<SecretTreeRecord> changes) {
    for (SecretTreeRecord& change : changes) {
      kept_.erase(change.node);
      if (!change.value.empty()) kept_.emplace(change.node, std::move(change.value));
    }
  }
  [[nodiscard]] std::vector<SecretTreeRecord> read() const {
    std::vector<SecretTreeRecord> records;
    for (const auto& [node, value] : kept_) records.push_back({node, value.duplicate()});
    return records;
  }

 private:
  std::map<NodeIndex, SecretBytes> kept_;
};

TEST(SecretTree, TheSenderDataKeyHangsOnTheFirstBytesOfTheCiphertext) {
  const Bytes secret(suite().hash_bytes(), 1);
  Bytes ciphertext(suite().hash_bytes() + 1, 2);
  const MessageKey before = derive_sender_data_key(suite(), secret, ciphertext);
  ciphertext[suite().hash_bytes() - 1] ^= 1;
  const MessageKey after = derive_sender_data_key(suite(), secret, ciphertext);
  EXPECT_FALSE(equal(before.key.view(), after.key.view()));
  EXPECT_FALSE(equal(before.nonce.view(), after.nonce.view()));
}

TEST(SecretTree, DerivingChangesNothing) {
  SecretTree tree = new_tree();
  std::ignore = tree.take_changes();
  EXPECT_EQ(application_key(tree, 3, 1), application_key(tree, 3, 1));
  EXPECT_TRUE(tree.take_changes().empty());
}

TEST(SecretTree, OneLeafsMessagesLeaveTheOthersKeysAsTheyWere) {
  SecretTree tree = new_tree();
  std::vector<Bytes> before;
  for (std::uint32_t leaf = 0; leaf < leaves; ++leaf) before.push_back(application_key(tree, leaf, 0));
  consume(tree, 5, 0);
  EXPECT_EQ(tree.derive(LeafIndex{5}, RatchetKind::application, Generation{0}).error(), RatchetError::consumed);
  EXPECT_TRUE(tree.derive(LeafIndex{5}, RatchetKind::handshake, Generation{0}));
  for (std::uint32_t leaf : {0U, 1U, 2U, 3U, 4U, 6U, 7U}) EXPECT_EQ(application_key(tree, leaf, 0), before[leaf]);
}

TEST(SecretTree, WipesThePathThatAConsumedKeyCameFrom) {
  SecretTree tree = new_tree();
  std::ignore = tree.take_changes();
  consume(tree, 0, 0);
  RecordStore store;
  auto changes = tree.take_changes();
  ASSERT_EQ(changes.size(), 7U);  // the path 7, 3, 1, 0 and the siblings 11, 5, 2
  for (const SecretTreeRecord& change : changes) {
    const bool on_path = change.node == NodeIndex{7} || change.node == NodeIndex{3} || change.node == NodeIndex{1};
    EXPECT_EQ(change.value.empty(), on_path) << change.node.value;
  }
}

TEST(SecretTree, ASecondMessageOfALeafChangesItsRecordOnly) {
  SecretTree tree = new_tree();
  consume(tree, 2, 0);
  std::ignore = tree.take_changes();
  consume(tree, 2, 1);
  const auto changes = tree.take_changes();
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].node, node_of(LeafIndex{2}));
}

TEST(SecretTree, IsReadBackFromItsRecords) {
  SecretTree tree = new_tree();
  RecordStore store;
  store.write(tree.take_changes());
  for (std::uint32_t leaf : {1U, 6U, 1U, 0U}) {
    consume(tree, leaf, tree.next_generation(LeafIndex{leaf}, RatchetKind::application).value);
    store.write(tree.take_changes());
    const auto back = SecretTree::load(suite(), leaves, store.read());
    ASSERT_TRUE(back);
    for (std::uint32_t i = 0; i < leaves; ++i) EXPECT_EQ(application_key(*back, i, 3), application_key(tree, i, 3));
    EXPECT_EQ(back->next_generation(LeafIndex{leaf}, RatchetKind::application),
              tree.next_generation(LeafIndex{leaf}, RatchetKind::application));
  }
}

TEST(SecretTree, IsReadBackFromItsFirstChangesAsTheyAre) {
  SecretTree tree = new_tree();
  consume(tree, 3, 0);
  const auto back = SecretTree::load(suite(), leaves, tree.take_changes());
  ASSERT_TRUE(back);
  EXPECT_EQ(application_key(*back, 3, 1), application_key(tree, 3, 1));
}

TEST(SecretTree, RefusesRecordsThatDoNotCoverEachLeafOnce) {
  SecretTree tree = new_tree();
  consume(tree, 4, 0);
  RecordStore store;
  store.write(tree.take_changes());
  auto one_missing = store.read();
  one_missing.pop_back();
  EXPECT_EQ(SecretTree::load(suite(), leaves, one_missing).error(), ParseError::malformed);

  auto covered_twice = store.read();
  SecretTree other = new_tree();
  for (SecretTreeRecord& root_record : other.take_changes()) covered_twice.push_back(std::move(root_record));
  EXPECT_EQ(SecretTree::load(suite(), leaves, covered_twice).error(), ParseError::malformed);
}

// A record that holds the secret of a node.
SecretTreeRecord node_record(std::uint32_t node) {
  return {NodeIndex{node}, SecretBytes{concat({Bytes{1}, Bytes(suite().hash_bytes(), 5)})}};
}
std::optional<ParseError> refusal_of(std::vector<SecretTreeRecord> records) {
  const auto tree = SecretTree::load(suite(), 4, records);
  return tree ? std::nullopt : std::optional{tree.error()};
}

TEST(SecretTree, RefusesRecordsOneAboveTheOtherThoughTheirNumberFits) {
  std::vector<SecretTreeRecord> records;
  for (const std::uint32_t node : {1U, 0U, 4U}) records.push_back(node_record(node));  // leaf 3 has none
  EXPECT_EQ(refusal_of(std::move(records)), ParseError::malformed);
}

TEST(SecretTree, RefusesRecordsOfNodesBeyondTheTreeOrThatComeTwice) {
  const auto with = [](std::uint32_t node) {
    std::vector<SecretTreeRecord> records;
    records.push_back(node_record(3));
    records.push_back(node_record(node));
    return records;
  };
  EXPECT_EQ(refusal_of(with(7)), ParseError::malformed);
  EXPECT_EQ(refusal_of(with(3)), ParseError::malformed);
  std::vector<SecretTreeRecord> root;
  root.push_back(node_record(3));
  EXPECT_EQ(refusal_of(std::move(root)), std::nullopt);
}

TEST(SecretTree, RefusesRecordsOfAnotherFormOrLength) {
  const auto changed = [](auto&& change) {
    Bytes value = copy_of(node_record(3).value.view());
    change(value);
    std::vector<SecretTreeRecord> records;
    records.push_back({NodeIndex{3}, SecretBytes{value}});
    return records;
  };
  EXPECT_EQ(refusal_of(changed([](Bytes& value) { value[0] = 3; })), ParseError::unknown_value);
  EXPECT_EQ(refusal_of(changed([](Bytes& value) { value[0] = 2; })), ParseError::unknown_value);  // ratchets, no leaf
  EXPECT_EQ(refusal_of(changed([](Bytes& value) { value.pop_back(); })), ParseError::truncated);
  EXPECT_EQ(refusal_of(changed([](Bytes& value) { value.push_back(0); })), ParseError::trailing_bytes);
}

}  // namespace
}  // namespace samband::mls
