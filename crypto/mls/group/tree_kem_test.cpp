#include "crypto/mls/group/tree_kem.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/official_vectors.h"
#include "crypto/mls/wire/group_context.h"

namespace samband::mls {
namespace {

struct Member {
  PrivatePath path;
  KeyPair signature_key;
};

struct Scene {
  CipherSuite suite;
  RatchetTree tree;
  GroupContext context;
  std::map<LeafIndex, Member> members;
};

// A PrivatePath in its stored form is the way to give it single keys.
PrivatePath private_path_of(const Json& leaf, CipherSuite suite) {
  Writer out;
  out.u32(leaf.at("index"));
  out.u8(static_cast<std::uint8_t>(leaf.at("path_secrets").size() + 1));
  out.u32(node_of(LeafIndex{leaf.at("index").get<std::uint32_t>()}).value);
  out.bytes(hex_field(leaf, "encryption_priv"));
  for (const Json& step : leaf.at("path_secrets")) {
    out.u32(step.at("node"));
    out.bytes(derive_node_key_pair(suite, hex_field(step, "path_secret")).private_key.view());
  }
  Reader in{out.view()};
  return PrivatePath::read(in);
}

std::optional<Scene> scene_of(const Json& test_case) {
  const CipherSuite suite = suite_of(test_case);
  const auto nodes = parse_ratchet_tree(hex_field(test_case, "ratchet_tree"));
  if (!nodes) return std::nullopt;
  Scene scene{.suite = suite,
              .tree = RatchetTree{suite, *nodes},
              .context = {.cipher_suite = test_case.at("cipher_suite"),
                          .group_id = hex_field(test_case, "group_id"),
                          .epoch = Epoch{test_case.at("epoch").get<std::uint64_t>()},
                          .confirmed_transcript_hash = hex_field(test_case, "confirmed_transcript_hash")},
              .members = {}};
  for (const Json& leaf : test_case.at("leaves_private")) {
    auto signature_key =
        suite.signature_key_pair(private_key_field(leaf, "signature_priv", suite.signature_private_key_bytes()));
    PrivatePath path = private_path_of(leaf, suite);
    const LeafNode* node = scene.tree.leaf(path.own_leaf());
    const bool keys_match =
        signature_key && node && path.matches(scene.tree) && node->signature_key == signature_key->public_key;
    if (!keys_match) return std::nullopt;
    scene.members.emplace(path.own_leaf(), Member{path.duplicate(), std::move(*signature_key)});
  }
  return scene;
}

std::vector<HPKEPublicKey> keys_of(const UpdatePath& path) {
  std::vector<HPKEPublicKey> keys;
  for (const UpdatePathNode& node : path.nodes) keys.push_back(node.encryption_key);
  return keys;
}

bool merges(RatchetTree& tree, LeafIndex sender, const UpdatePath& path) {
  const auto* source = std::get_if<CommitSource>(&path.leaf_node.source);
  if (source == nullptr || tree.filtered_direct_path(sender).size() != path.nodes.size()) return false;
  if (tree.set_path(sender, keys_of(path)) != source->parent_hash) return false;
  tree.set_leaf(sender, std::make_shared<const LeafNode>(path.leaf_node));
  return true;
}

// Every other member arrives at `commit_secret`, with keys that fit the tree.
bool reaches_all(const Scene& scene, const RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                 const GroupContext& context, BytesView commit_secret) {
  return std::ranges::all_of(scene.members, [&](const auto& entry) {
    if (entry.first == sender) return true;
    PrivatePath receiver = entry.second.path.duplicate();
    const auto received = receiver.receive_path(tree, sender, {}, path, encode(context));
    receiver.forget_blanks(tree);
    return received && equal(received->view(), commit_secret) && receiver.matches(tree);
  });
}

bool path_secrets_match(const Scene& scene, const RatchetTree& tree, LeafIndex sender, const Json& path_secrets) {
  for (std::uint32_t i = 0; i < path_secrets.size(); ++i) {
    if (path_secrets[i].is_null()) continue;
    const NodeIndex ancestor = common_ancestor(LeafIndex{i}, sender);
    const KeyPair pair = derive_node_key_pair(scene.suite, hex_bytes(path_secrets[i]));
    if (!equal(pair.public_key, tree.encryption_key(ancestor))) return false;
  }
  return true;
}

bool update_path_passes(const Scene& scene, const Json& update) {
  const LeafIndex sender{update.at("sender").get<std::uint32_t>()};
  const auto path = parse_update_path(hex_field(update, "update_path"));
  RatchetTree tree = scene.tree;
  if (!path || !merges(tree, sender, *path)) return false;
  if (!verify_leaf_node_signature(path->leaf_node, scene.suite, scene.context.group_id, sender)) return false;
  GroupContext context = scene.context;
  context.tree_hash = tree.tree_hash();
  return context.tree_hash == hex_field(update, "tree_hash_after") &&
         path_secrets_match(scene, tree, sender, update.at("path_secrets")) &&
         reaches_all(scene, tree, sender, *path, context, hex_field(update, "commit_secret"));
}

// A path of our own from the same sender reaches everybody too.
bool own_path_passes(const Scene& scene, LeafIndex sender) {
  SeededRandom random{1};
  RatchetTree tree = scene.tree;
  std::vector<PathTarget> targets;
  for (const PathStep& step : tree.filtered_direct_path(sender)) {
    targets.push_back({step.node, step.copath, tree.resolution(step.copath)});
  }
  FreshPath fresh = generate_path(scene.suite, targets.size(), random);
  LeafNode leaf = *tree.leaf(sender);
  leaf.encryption_key = fresh.leaf_key.public_key;
  leaf.source = CommitSource{tree.set_path(sender, fresh.public_keys())};
  sign_leaf_node(leaf, scene.suite, scene.members.at(sender).signature_key.private_key.view(), scene.context.group_id,
                 sender);
  tree.set_leaf(sender, std::make_shared<const LeafNode>(leaf));
  GroupContext context = scene.context;
  context.tree_hash = tree.tree_hash();
  auto nodes = encrypt_path(tree, targets, fresh, encode(context), random);
  if (!nodes) return false;
  const UpdatePath path{std::move(leaf), std::move(*nodes)};
  if (!reaches_all(scene, tree, sender, path, context, fresh.commit_secret.view())) return false;
  PrivatePath own = scene.members.at(sender).path.duplicate();
  own.install(targets, std::move(fresh));
  own.forget_blanks(tree);
  return own.matches(tree);
}

bool tree_kem_passes(const Json& test_case) {
  const auto scene = scene_of(test_case);
  if (!scene) return false;
  return std::ranges::all_of(test_case.at("update_paths"), [&](const Json& update) {
    const LeafIndex sender{update.at("sender").get<std::uint32_t>()};
    return update_path_passes(*scene, update) && own_path_passes(*scene, sender);
  });
}

TEST(TreeKem, AgreesWithTheOfficialVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "treekem.json");
  expect_cases_pass(cases, tree_kem_passes);
}

TEST(TreeKem, NoticesAChangedDigitInAnyFieldOfItsVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "treekem.json");
  expect_flips_fail(cases, tree_kem_passes);
}

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

}  // namespace
}  // namespace samband::mls
