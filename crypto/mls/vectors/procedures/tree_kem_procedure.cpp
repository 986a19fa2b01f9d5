// treekem.json: RFC 9420 §7.4 to §7.6 and §7.9, by every member's private state and by a path of our own. Tests only.
#include <algorithm>
#include <map>

#include "crypto/mls/group/tree_kem.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"
#include "crypto/mls/wire/group_context.h"

namespace samband::vectors {

using namespace mls;

namespace {

struct Member {
  PrivatePath path;
  KeyPair signature_key;
};

struct TreeScene {
  CipherSuite suite;
  RatchetTree tree;
  GroupContext context;
  std::map<LeafIndex, Member> members;
};

// A PrivatePath in its stored form is the way to give it single keys.
PrivatePath private_path_of(const Field& leaf, const CipherSuite& suite) {
  const Field path_secrets = leaf["path_secrets"];
  path_secrets.require(path_secrets.size() <= path_nodes_max, "are more than a path has");
  Writer out;
  out.u32(leaf["index"].u32());
  out.u8(static_cast<std::uint8_t>(path_secrets.size() + 1));
  out.u32(2 * leaf["index"].u32());  // node_of
  out.bytes(kem_private_key_of(leaf["encryption_priv"], suite));
  for (std::size_t i = 0; i < path_secrets.size(); ++i) {
    out.u32(path_secrets[i]["node"].u32());
    out.bytes(derive_node_key_pair(suite, path_secrets[i]["path_secret"].bytes()).private_key.view());
  }
  Reader in{out.view()};
  PrivatePath path = PrivatePath::read(in);
  leaf.require(!in.finish(), "holds keys that no path can");
  return path;
}

// A member holds a path secret of each node above it that is not blank and does not list it as unmerged.
void expect_whole(const RatchetTree& tree, LeafIndex index, const Field& path_secrets) {
  std::size_t held = 0;
  for (NodeIndex above : direct_path(index, tree.leaf_count())) {
    const ParentNode* node = tree.parent_node(above);
    if (node != nullptr && std::ranges::find(node->unmerged_leaves, index) == node->unmerged_leaves.end()) ++held;
  }
  path_secrets.require(path_secrets.size() == held, "are not those of the nodes above the leaf");
}

void add_member(TreeScene& scene, const Field& leaf) {
  const LeafIndex index{leaf["index"].u32()};
  const LeafNode* node = scene.tree.leaf(index);
  leaf["index"].require(node != nullptr && !scene.members.contains(index), "is no other member");
  KeyPair signature_key = signature_key_of(leaf["signature_priv"], scene.suite);
  leaf["signature_priv"].require(signature_key.public_key == node->signature_key, "does not belong to the leaf");
  PrivatePath path = private_path_of(leaf, scene.suite);
  leaf.require(path.matches(scene.tree), "holds private keys that do not belong to the tree");
  expect_whole(scene.tree, index, leaf["path_secrets"]);
  scene.members.emplace(index, Member{std::move(path), std::move(signature_key)});
}

TreeScene tree_scene_of(const Field& test_case) {
  const CipherSuite suite = suite_of(test_case);
  TreeScene scene{suite, RatchetTree{suite}, {.cipher_suite = static_cast<std::uint16_t>(suite.id())}, {}};
  scene.tree = RatchetTree{suite, parsed(test_case["ratchet_tree"], parse_ratchet_tree)};
  scene.context.group_id = test_case["group_id"].bytes();
  scene.context.epoch = Epoch{test_case["epoch"].number(~std::uint64_t{0})};
  scene.context.confirmed_transcript_hash = test_case["confirmed_transcript_hash"].bytes();
  test_case["ratchet_tree"].require(scene.tree.leaf_count() > 0 && scene.tree.verify_integrity(), "is invalid");
  const Field leaves = test_case["leaves_private"];
  for (std::size_t i = 0; i < leaves.size(); ++i) add_member(scene, leaves[i]);
  leaves.require(scene.members.size() == scene.tree.member_count(), "are not those of all members");
  return scene;
}

void merge(RatchetTree& tree, LeafIndex sender, const UpdatePath& path, const Field& field) {
  const std::vector<PathStep> steps = tree.filtered_direct_path(sender);
  field.require(steps.size() == path.nodes.size(), "has another number of nodes");
  std::vector<HPKEPublicKey> keys;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const std::size_t recipients = tree.resolution(steps[i].copath).size();
    field.require(path.nodes[i].encrypted_path_secret.size() == recipients, "is encrypted to others");
    keys.push_back(path.nodes[i].encryption_key);
  }
  const auto* source = std::get_if<CommitSource>(&path.leaf_node.source);
  field.require(source != nullptr && tree.set_path(sender, keys) == source->parent_hash, "has another parent hash");
  tree.set_leaf(sender, std::make_shared<const LeafNode>(path.leaf_node));
  field.require(tree.verify_integrity().has_value(), "leads to an invalid tree");
}

// Every other member arrives at `commit_secret`, with keys that fit the tree.
bool reaches_all(const TreeScene& scene, const RatchetTree& tree, LeafIndex sender, const UpdatePath& path,
                 BytesView commit_secret) {
  GroupContext context = scene.context;
  context.tree_hash = RatchetTree{tree}.tree_hash();
  return std::ranges::all_of(scene.members, [&](const auto& entry) {
    if (entry.first == sender) return true;
    PrivatePath receiver = entry.second.path.duplicate();
    const auto received = receiver.receive_path(tree, sender, {}, path, encode(context));
    receiver.forget_blanks(tree);
    return received && equal(received->view(), commit_secret) && receiver.matches(tree);
  });
}

// A path secret belongs to the lowest node above its leaf and the sender: its keys are that node's.
void expect_path_secrets(const TreeScene& scene, const RatchetTree& tree, LeafIndex sender, const Field& path_secrets) {
  path_secrets.require(path_secrets.size() <= tree.leaf_count(), "are more than the leaves");
  for (std::uint32_t i = 0; i < tree.leaf_count(); ++i) {
    const bool is_receiver = LeafIndex{i} != sender && tree.leaf(LeafIndex{i}) != nullptr;
    if (!is_receiver && i >= path_secrets.size()) continue;  // blank leaves at the end
    path_secrets[i].require(path_secrets[i].is_null() != is_receiver, "is not for a receiver");
    if (!is_receiver) continue;
    const KeyPair pair = derive_node_key_pair(scene.suite, path_secrets[i].bytes());
    path_secrets[i].require(equal(pair.public_key, tree.encryption_key(common_ancestor(LeafIndex{i}, sender))),
                            "differs");
  }
}

void check_update_path(const TreeScene& scene, LeafIndex sender, const Field& update) {
  const Field field = update["update_path"];
  const UpdatePath path = parsed(field, parse_update_path);
  RatchetTree tree = scene.tree;
  merge(tree, sender, path, field);
  field.require(verify_leaf_node_signature(path.leaf_node, scene.suite, scene.context.group_id, sender),
                "has an invalid leaf signature");
  update["tree_hash_after"].expect(tree.tree_hash());
  expect_path_secrets(scene, tree, sender, update["path_secrets"]);
  field.require(reaches_all(scene, tree, sender, path, update["commit_secret"].bytes()),
                "does not lead every member to commit_secret");
}

// A path of our own from the same sender reaches everybody too.
bool own_path_reaches_all(const TreeScene& scene, LeafIndex sender) {
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
  if (!reaches_all(scene, tree, sender, path, fresh.commit_secret.view())) return false;
  PrivatePath own = scene.members.at(sender).path.duplicate();
  own.install(targets, std::move(fresh));
  own.forget_blanks(tree);
  return own.matches(tree);
}

}  // namespace

void check_tree_kem(const Field& test_case) {
  const TreeScene scene = tree_scene_of(test_case);
  const Field updates = test_case["update_paths"];
  updates.require(updates.size() > 0, "are none");
  for (std::size_t i = 0; i < updates.size(); ++i) {
    const LeafIndex sender{updates[i]["sender"].u32()};
    updates[i]["sender"].require(scene.members.contains(sender), "is no member");
    check_update_path(scene, sender, updates[i]);
    updates[i]["sender"].require(own_path_reaches_all(scene, sender), "makes a path that does not reach everybody");
  }
}

}  // namespace samband::vectors
