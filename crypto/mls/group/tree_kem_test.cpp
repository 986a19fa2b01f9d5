#include "crypto/mls/group/tree_kem.h"

#include <gtest/gtest.h>

#include "crypto/mls/wire/group_context.h"

namespace samband::mls {
namespace {

// Two leaves and the path that leaf 0 makes.
struct Pair {
  Pair() {
    for (KeyPair* pair : {&first, &second}) {
      *pair = suite.generate_kem_key_pair(random);
      LeafNode leaf{.encryption_key = pair->public_key};
      tree.add(std::make_shared<const LeafNode>(std::move(leaf)));
    }
    const std::vector<PathTarget> targets{{NodeIndex{1}, NodeIndex{2}, {NodeIndex{2}}}};
    FreshPath fresh = generate_path(suite, 1, random);
    path.leaf_node = *tree.leaf(LeafIndex{0});
    std::ignore = tree.set_path(LeafIndex{0}, fresh.public_keys());
    path.nodes = encrypt_path(tree, targets, fresh, {}, random).value();
  }
  std::expected<SecretBytes, PathError> receive(const UpdatePath& received, std::vector<LeafIndex> added = {}) {
    PrivatePath own{LeafIndex{1}, second.private_key.duplicate()};
    return own.receive_path(tree, LeafIndex{0}, added, received, {});
  }

  SeededRandom random{1};
  CipherSuite suite = *CipherSuite::of(samband_suite);
  RatchetTree tree{suite};
  KeyPair first;
  KeyPair second;
  UpdatePath path;
};

TEST(TreeKem, ReachesEveryMemberButThoseAddedByTheSameCommit) {
  Pair pair;
  EXPECT_TRUE(pair.receive(pair.path));
  EXPECT_EQ(pair.receive(pair.path, {LeafIndex{1}}).error(), PathError::not_reached);
  UpdatePath for_nobody = pair.path;
  for_nobody.nodes[0].encrypted_path_secret.clear();
  EXPECT_EQ(pair.receive(for_nobody, {LeafIndex{1}}).error(), PathError::not_reached);
}

TEST(TreeKem, DoesNotReadAPathOfAnotherShape) {
  Pair pair;
  UpdatePath shorter = pair.path;
  shorter.nodes.pop_back();
  EXPECT_EQ(pair.receive(shorter).error(), PathError::not_reached);
  UpdatePath twice = pair.path;
  twice.nodes[0].encrypted_path_secret.push_back(twice.nodes[0].encrypted_path_secret[0]);
  EXPECT_EQ(pair.receive(twice).error(), PathError::not_reached);
}

TEST(TreeKem, DoesNotReadAPathThatWasMadeForOthers) {
  Pair pair;
  PrivatePath committer{LeafIndex{0}, pair.first.private_key.duplicate()};
  EXPECT_EQ(committer.receive_path(pair.tree, LeafIndex{0}, {}, pair.path, {}).error(), PathError::not_reached);
  EXPECT_EQ(committer.receive_path_secret(pair.tree, LeafIndex{0}, Bytes(32)).error(), PathError::not_reached);
}

TEST(TreeKem, TakesNoPathSecretForANodeThatIsBlank) {
  Pair pair;
  pair.tree.update(LeafIndex{0}, pair.tree.shared_leaf(LeafIndex{0}));  // blanks the node above
  PrivatePath own{LeafIndex{1}, pair.second.private_key.duplicate()};
  EXPECT_EQ(own.receive_path_secret(pair.tree, LeafIndex{0}, Bytes(32, 1)).error(), PathError::key_mismatch);
}

TEST(TreeKem, EncryptsNothingToAKeyThatIsNone) {
  Pair pair;
  LeafNode keyless = *pair.tree.leaf(LeafIndex{1});
  keyless.encryption_key = Bytes(31, 1);
  pair.tree.set_leaf(LeafIndex{1}, std::make_shared<const LeafNode>(keyless));
  const std::vector<PathTarget> targets{{NodeIndex{1}, NodeIndex{2}, {NodeIndex{2}}}};
  const FreshPath fresh = generate_path(pair.suite, 1, pair.random);
  EXPECT_EQ(encrypt_path(pair.tree, targets, fresh, {}, pair.random).error(), CryptoError::invalid_key);
}

// A stored path with one key.
PrivatePath stored_path(std::uint32_t node, BytesView private_key) {
  Writer out;
  out.u32(1);
  out.u8(1);
  out.u32(node);
  out.bytes(private_key);
  Reader in{out.view()};
  return PrivatePath::read(in);
}

TEST(TreeKem, MatchesTheKeysOfTheTreeAndNoOthers) {
  Pair pair;
  const BytesView key = pair.second.private_key.view();
  EXPECT_TRUE(stored_path(2, key).matches(pair.tree));
  EXPECT_FALSE(stored_path(0, key).matches(pair.tree));
  EXPECT_FALSE(stored_path(2, key.first(31)).matches(pair.tree));
  EXPECT_FALSE(stored_path(4, key).matches(pair.tree));  // beyond the tree
  EXPECT_FALSE(stored_path(5, key).matches(pair.tree));
  pair.tree.remove(LeafIndex{0});
  EXPECT_FALSE(stored_path(0, key).matches(pair.tree));  // blank
}

TEST(TreeKem, ForgetsTheKeysOfBlankedNodes) {
  Pair pair;
  PrivatePath own{LeafIndex{1}, pair.second.private_key.duplicate()};
  ASSERT_TRUE(own.receive_path(pair.tree, LeafIndex{0}, {}, pair.path, {}));
  const std::size_t with_parent = own.encoded_bytes();
  pair.tree.update(LeafIndex{0}, pair.tree.shared_leaf(LeafIndex{0}));  // blanks the node above
  own.forget_blanks(pair.tree);
  EXPECT_LT(own.encoded_bytes(), with_parent);
  EXPECT_TRUE(own.matches(pair.tree));
}

TEST(TreeKem, RefusesMoreStoredKeysThanAPathHas) {
  Writer out;
  out.u32(0);
  out.u8(path_nodes_max + 2);
  for (std::uint32_t i = 0; i < path_nodes_max + 2; ++i) {
    out.u32(i);
    out.bytes(Bytes(32, 1));
  }
  Reader in{out.view()};
  std::ignore = PrivatePath::read(in);
  EXPECT_EQ(in.error(), ParseError::malformed);
}

TEST(TreeKem, RefusesAStoredKeyThatIsLongerThanAnyKey) {
  const auto refusal = [](std::size_t size) {
    Writer out;
    out.u32(1);
    out.u8(1);
    out.u32(2);
    out.bytes(Bytes(size));
    Reader in{out.view()};
    std::ignore = PrivatePath::read(in);
    return in.error();
  };
  EXPECT_EQ(refusal(public_key_bytes_max), std::nullopt);
  EXPECT_EQ(refusal(public_key_bytes_max + 1), ParseError::too_long);
}

}  // namespace
}  // namespace samband::mls
