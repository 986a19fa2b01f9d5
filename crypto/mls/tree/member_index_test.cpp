#include "crypto/mls/tree/member_index.h"

#include <functional>
#include <gtest/gtest.h>
#include <map>

#include "crypto/mls/tree/test_leaves.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::suite;

class AmongMembers : public ::testing::Test {
 protected:
  AmongMembers() {
    for (const char* name : {"a", "b", "c", "d"}) tree.add(testing::leaf_named(name));
  }
  void replace(std::uint32_t leaf, const std::function<void(LeafNode&)>& change) {
    LeafNode node = *tree.leaf(LeafIndex{leaf});
    change(node);
    tree.set_leaf(LeafIndex{leaf}, std::make_shared<const LeafNode>(std::move(node)));
  }

  RatchetTree tree{suite()};
};

TEST_F(AmongMembers, KeysAreTheirOwners) {
  EXPECT_TRUE(verify_all_members(tree));
  replace(1, [&](LeafNode& leaf) { leaf.signature_key = tree.leaf(LeafIndex{0})->signature_key; });
  EXPECT_EQ(error_of(verify_all_members(tree)), LeafError::signature_key_reused);
  replace(1, [&](LeafNode& leaf) { leaf.encryption_key = tree.leaf(LeafIndex{0})->encryption_key; });
  EXPECT_EQ(error_of(verify_all_members(tree)), LeafError::encryption_key_reused);
}

TEST_F(AmongMembers, ParentNodesShareNoKeyEither) {
  (void)tree.set_path(LeafIndex{0}, std::vector<HPKEPublicKey>{{1}, {2}});
  EXPECT_TRUE(verify_all_members(tree));
  (void)tree.set_path(LeafIndex{0}, std::vector<HPKEPublicKey>{{1}, {1}});
  EXPECT_EQ(error_of(verify_all_members(tree)), LeafError::encryption_key_reused);
  (void)tree.set_path(LeafIndex{0}, std::vector<HPKEPublicKey>{{1}, tree.leaf(LeafIndex{3})->encryption_key});
  EXPECT_EQ(error_of(verify_all_members(tree)), LeafError::encryption_key_reused);
}

TEST_F(AmongMembers, EverybodySupportsEveryCredentialTypeInUse) {
  replace(1, [](LeafNode& leaf) {
    leaf.credential = X509Credential{{Bytes{1}}};
    leaf.capabilities.credentials = {CredentialType::x509};
  });
  EXPECT_EQ(error_of(verify_all_members(tree)), LeafError::credential_type_unsupported);
  for (const std::uint32_t leaf : {0U, 1U, 2U, 3U}) {
    replace(leaf,
            [](LeafNode& node) { node.capabilities.credentials = {CredentialType::basic, CredentialType::x509}; });
  }
  EXPECT_TRUE(verify_all_members(tree));
}

TEST_F(AmongMembers, APathBringsItsCredentialTypeToo) {
  LeafNode leaf = *testing::leaf_named("a again");
  leaf.credential = X509Credential{{Bytes{1}}};
  leaf.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
  const IncomingPath path{.index = LeafIndex{0}, .leaf = leaf, .node_keys = {}};
  EXPECT_EQ(error_of(MemberIndex{tree}.verify_next(tree, &path)), LeafError::credential_type_unsupported);
}

TEST_F(AmongMembers, APathMayKeepTheSignatureKeyOfTheLeafThatItReplacesAndNoOther) {
  const MemberIndex members{tree};
  LeafNode leaf = *testing::leaf_named("a again");
  const IncomingPath path{.index = LeafIndex{0}, .leaf = leaf, .node_keys = {}};
  leaf.signature_key = tree.leaf(LeafIndex{0})->signature_key;
  EXPECT_TRUE(members.verify_next(tree, &path));
  leaf.signature_key = tree.leaf(LeafIndex{1})->signature_key;
  EXPECT_EQ(error_of(members.verify_next(tree, &path)), LeafError::signature_key_reused);
  RatchetTree next = tree;
  next.remove(LeafIndex{1});
  EXPECT_TRUE(members.verify_next(next, &path));
}

TEST_F(AmongMembers, APathBringsNoKeyThatIsThereAlready) {
  (void)tree.set_path(LeafIndex{0}, std::vector<HPKEPublicKey>{{1}, {2}});
  const MemberIndex members{tree};
  const LeafNode leaf = *testing::leaf_named("a again");
  const auto verdict_of = [&](std::initializer_list<Bytes> keys) {
    IncomingPath path{.index = LeafIndex{3}, .leaf = leaf, .node_keys = {}};
    for (const Bytes& key : keys) path.node_keys.emplace_back(key);
    return error_of(members.verify_next(tree, &path));
  };
  EXPECT_EQ(verdict_of({{3}, {4}}), std::nullopt);
  EXPECT_EQ(verdict_of({{3}, {3}}), LeafError::encryption_key_reused);
  EXPECT_EQ(verdict_of({{3}, {2}}), LeafError::encryption_key_reused);  // that node will be replaced, and yet
  EXPECT_EQ(verdict_of({{3}, leaf.encryption_key}), LeafError::encryption_key_reused);
  EXPECT_EQ(verdict_of({{3}, tree.leaf(LeafIndex{1})->encryption_key}), LeafError::encryption_key_reused);
}

// --- against a scan of everything

using Verdict = std::optional<LeafError>;

// §7.3 read literally: every key of the tree and the path counted, every member asked about every credential.
Verdict scan(const RatchetTree& tree, const IncomingPath* path) {
  std::map<Bytes, int> encryption;
  std::map<Bytes, int> signature;
  std::vector<const LeafNode*> members;
  tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    ++encryption[leaf.encryption_key];
    if (path && path->index == index) return;
    ++signature[leaf.signature_key];
    members.push_back(&leaf);
  });
  tree.for_each_parent([&](NodeIndex, const ParentNode& node) { ++encryption[copy_of(node.encryption_key)]; });
  if (path) {
    for (const BytesView key : path->node_keys) ++encryption[copy_of(key)];
    ++encryption[path->leaf.encryption_key];
    ++signature[path->leaf.signature_key];
    members.push_back(&path->leaf);
  }
  const auto is_twice = [](const auto& counted) { return counted.second > 1; };
  if (std::ranges::any_of(encryption, is_twice)) return LeafError::encryption_key_reused;
  if (std::ranges::any_of(signature, is_twice)) return LeafError::signature_key_reused;
  for (const LeafNode* one : members) {
    for (const LeafNode* other : members) {
      if (!other->capabilities.supports(credential_type(one->credential)))
        return LeafError::credential_type_unsupported;
    }
  }
  return std::nullopt;
}

class History {
 public:
  explicit History(std::uint64_t seed) : random_{seed} { tree_.add(new_leaf()); }

  // One Commit: some proposals, perhaps a path. It counts when it is in order.
  void step() {
    RatchetTree next = tree_;
    for (std::size_t changes = roll(4); changes > 0; --changes) change(next);
    if (next.member_count() == 0) return;
    const LeafIndex committer = any_member(next);
    const std::size_t steps = next.filtered_direct_path(committer).size();
    std::vector<HPKEPublicKey> keys;
    for (std::size_t i = 0; i < steps; ++i) keys.push_back(new_key());
    const LeafNodePtr leaf = roll(3) == 0 ? next.shared_leaf(committer) : new_leaf();
    IncomingPath path{.index = committer, .leaf = *leaf, .node_keys = {keys.begin(), keys.end()}};
    const IncomingPath* incoming = roll(3) == 0 ? nullptr : &path;
    const Verdict expected = scan(next, incoming);
    ASSERT_EQ(members_.verify_next(next, incoming).has_value(), !expected);
    ++(expected ? refused : accepted);
    if (expected) return;
    if (incoming) {
      (void)next.set_path(committer, keys);
      next.set_leaf(committer, leaf);
    }
    members_.follow(next);
    tree_ = next;
    ASSERT_EQ(members_.verify_next(tree_, nullptr).has_value(), MemberIndex{tree_}.verify().has_value());
  }

  int accepted = 0;
  int refused = 0;

 private:
  std::uint32_t roll(std::uint32_t sides) { return Reader{random_.secret(4).view()}.u32() % sides; }

  // From few enough that one comes again now and then.
  Bytes new_key() { return Bytes{static_cast<std::uint8_t>(roll(256)), static_cast<std::uint8_t>(roll(16))}; }

  LeafNodePtr new_leaf() {
    LeafNode leaf = *testing::leaf_named("a");
    leaf.encryption_key = new_key();
    leaf.signature_key = new_key();
    if (roll(12) == 0) leaf.credential = X509Credential{{Bytes{1}}};
    if (roll(8) != 0) leaf.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
    return std::make_shared<const LeafNode>(std::move(leaf));
  }

  LeafIndex any_member(const RatchetTree& tree) {
    for (;;) {
      const LeafIndex index{roll(tree.leaf_count())};
      if (tree.leaf(index)) return index;
    }
  }

  void change(RatchetTree& next) {
    if (next.member_count() < 2 || roll(2) == 0) {
      next.add(new_leaf());
    } else if (roll(2) == 0) {
      next.update(any_member(next), new_leaf());
    } else {
      next.remove(any_member(next));
    }
  }

  SeededRandom random_;
  RatchetTree tree_{suite()};
  MemberIndex members_{tree_};
};

TEST(MemberIndex, JudgesEveryCommitAsAScanOfTheWholeTreeWould) {
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    SCOPED_TRACE(seed);
    History history{seed};
    for (int i = 0; i < 600 && !::testing::Test::HasFatalFailure(); ++i) history.step();
    EXPECT_GT(history.accepted, 100);
    EXPECT_GT(history.refused, 50);
  }
}

}  // namespace
}  // namespace samband::mls
