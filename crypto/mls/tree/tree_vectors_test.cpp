// tree-operations.json, tree-validation.json and the public half of treekem.json of the official vectors.
#include <gtest/gtest.h>

#include "crypto/mls/tree/member_index.h"
#include "crypto/mls/vectors/vectors.h"
#include "crypto/mls/wire/commit.h"

namespace samband::mls {
namespace {

using vectors::hex_bytes;
using vectors::hex_field;
using vectors::Json;

class EveryCredential final : public AuthenticationService {
 public:
  [[nodiscard]] bool validates(const Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const Credential&, const Credential&) const override { return true; }
};

// The suite of a case, if this build implements it.
std::optional<CipherSuite> suite_of(const Json& test_case) {
  return CipherSuite::of(test_case.at("cipher_suite").get<std::uint16_t>());
}

RatchetTree tree_from(const CipherSuite& suite, const Json& test_case, const char* field) {
  return {suite, parse_ratchet_tree(hex_field(test_case, field)).value()};
}

void apply(RatchetTree& tree, const Proposal& proposal, LeafIndex sender) {
  if (const auto* add = std::get_if<Add>(&proposal)) {
    tree.add(std::make_shared<const LeafNode>(add->key_package.leaf_node));
  } else if (const auto* update = std::get_if<Update>(&proposal)) {
    tree.update(sender, std::make_shared<const LeafNode>(update->leaf_node));
  } else {
    tree.remove(std::get<Remove>(proposal).removed);
  }
}

TEST(TreeOperationsVectors, ProposalsChangeTheTreeAsTheVectorsSay) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "tree-operations.json");
  for (const Json& test_case : cases) {
    RatchetTree tree = tree_from(suite_of(test_case).value(), test_case, "tree_before");
    EXPECT_EQ(to_hex(tree.tree_hash()), test_case.at("tree_hash_before"));
    const auto proposal = parse_proposal(hex_field(test_case, "proposal"));
    apply(tree, proposal.value(), LeafIndex{test_case.at("proposal_sender").get<std::uint32_t>()});
    EXPECT_EQ(to_hex(encode_ratchet_tree(tree.nodes())), test_case.at("tree_after"));
    EXPECT_EQ(to_hex(tree.tree_hash()), test_case.at("tree_hash_after"));
  }
}

bool resolutions_agree(const RatchetTree& tree, const Json& test_case) {
  const Json& resolutions = test_case.at("resolutions");
  for (std::uint32_t i = 0; i < resolutions.size(); ++i) {
    std::vector<std::uint32_t> resolution;
    for (const NodeIndex node : tree.resolution(NodeIndex{i})) resolution.push_back(node.value);
    if (resolution != resolutions.at(i).get<std::vector<std::uint32_t>>()) return false;
  }
  return resolutions.size() == node_count(tree.leaf_count());
}

bool hashes_agree(RatchetTree& tree, const Json& test_case) {
  const Json& hashes = test_case.at("tree_hashes");
  for (std::uint32_t i = 0; i < hashes.size(); ++i) {
    if (tree.tree_hash(NodeIndex{i}) != hex_bytes(hashes.at(i))) return false;
  }
  return hashes.size() == node_count(tree.leaf_count());
}

bool leaves_are_valid(const RatchetTree& tree, const Json& test_case) {
  const LeafRequirements group{.suite = tree.suite(),
                               .group_id = hex_field(test_case, "group_id"),
                               .extension_types = {},
                               .required = {},
                               .now = std::nullopt};
  bool all_valid = true;
  tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    all_valid &= verify_leaf_node(leaf, index, group, EveryCredential{}).has_value();
  });
  return all_valid && verify_all_members(tree).has_value();
}

bool tree_is_valid(const Json& test_case) {
  const auto nodes = parse_ratchet_tree(hex_field(test_case, "tree"));
  if (!nodes) return false;
  RatchetTree tree{*suite_of(test_case), *nodes};
  return encode_ratchet_tree(tree.nodes()) == hex_field(test_case, "tree") && resolutions_agree(tree, test_case) &&
         hashes_agree(tree, test_case) && tree.verify_integrity() && leaves_are_valid(tree, test_case);
}

TEST(TreeValidationVectors, TreesAreValidAndHashAsTheVectorsSay) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "tree-validation.json");
  std::size_t checked = 0;
  for (const Json& test_case : cases) {
    if (!suite_of(test_case)) continue;
    EXPECT_TRUE(tree_is_valid(test_case)) << "case " << checked << " of suite " << test_case.at("cipher_suite");
    ++checked;
  }
  EXPECT_GE(checked, 28U);  // fourteen of each suite
}

TEST(TreeValidationVectors, AChangedDigitAnywhereIsNoticed) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "tree-validation.json");
  vectors::expect_each_flip_is_noticed(cases.at(2), tree_is_valid);
}

// Of suites whose cryptography is not built, the shape of the tree can still be held to the vectors.
TEST(TreeValidationVectors, TreesOfEverySuiteKeepTheirShape) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "tree-validation.json");
  for (const Json& test_case : cases) {
    const RatchetTree tree = tree_from(CipherSuite::of(samband_suite).value(), test_case, "tree");
    EXPECT_EQ(to_hex(encode_ratchet_tree(tree.nodes())), test_case.at("tree"));
    EXPECT_TRUE(resolutions_agree(tree, test_case));
  }
}

void expect_path_merges(const RatchetTree& before, const Json& update) {
  RatchetTree tree = before;
  const LeafIndex sender{update.at("sender").get<std::uint32_t>()};
  const auto path = parse_update_path(hex_field(update, "update_path"));
  const std::vector<PathStep> steps = tree.filtered_direct_path(sender);
  ASSERT_EQ(path->nodes.size(), steps.size());
  std::vector<HPKEPublicKey> keys;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(path->nodes[i].encrypted_path_secret.size(), tree.resolution(steps[i].copath).size());
    keys.push_back(path->nodes[i].encryption_key);
  }
  EXPECT_EQ(tree.set_path(sender, keys), std::get<CommitSource>(path->leaf_node.source).parent_hash);
  tree.set_leaf(sender, std::make_shared<const LeafNode>(path->leaf_node));
  EXPECT_EQ(to_hex(tree.tree_hash()), update.at("tree_hash_after"));
  EXPECT_TRUE(tree.verify_integrity());
}

TEST(TreeKEMVectors, UpdatePathsMergeIntoTheTreeTheVectorsName) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "treekem.json");
  for (const Json& test_case : cases) {
    const auto suite = suite_of(test_case);
    if (!suite) continue;
    RatchetTree tree = tree_from(*suite, test_case, "ratchet_tree");
    EXPECT_TRUE(tree.verify_integrity());
    for (const Json& update : test_case.at("update_paths")) expect_path_merges(tree, update);
  }
}

}  // namespace
}  // namespace samband::mls
