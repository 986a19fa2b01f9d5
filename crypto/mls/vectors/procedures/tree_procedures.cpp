// tree-math.json (RFC 9420 Appendix C), tree-operations.json (§7.7, §12.1) and tree-validation.json (§4.1.1, §7.3,
// §7.8, §7.9). Tests only.
#include <bit>

#include "crypto/mls/tree/leaf_validation.h"
#include "crypto/mls/tree/member_index.h"
#include "crypto/mls/vectors/procedures/every_credential.h"
#include "crypto/mls/vectors/procedures/procedures.h"
#include "crypto/mls/vectors/procedures/reading.h"

namespace samband::vectors {

using namespace mls;

namespace {

template <class Relative>
void expect_relatives(const Field& field, std::uint32_t leaves, Relative relative) {
  field.require(field.size() == node_count(leaves), "has another number of nodes");
  for (std::uint32_t i = 0; i < node_count(leaves); ++i) {
    const std::optional<NodeIndex> derived = relative(NodeIndex{i});
    field[i].expect(derived ? std::optional{derived->value} : std::nullopt);
  }
}

RatchetTree tree_of(const Field& field, const CipherSuite& suite) {
  RatchetTree tree{suite, parsed(field, parse_ratchet_tree)};
  field.require(tree.leaf_count() > 0, "has no leaf");
  return tree;
}

bool is_member(const RatchetTree& tree, LeafIndex leaf) {
  return tree.leaf(leaf) != nullptr;
}

void apply(RatchetTree& tree, const Field& test_case) {
  const Field proposal_field = test_case["proposal"];
  const Field sender_field = test_case["proposal_sender"];
  const Proposal proposal = parsed(proposal_field, parse_proposal);
  const LeafIndex sender{sender_field.u32()};
  sender_field.require(is_member(tree, sender), "is no member");
  if (const auto* add = std::get_if<Add>(&proposal)) {
    const bool is_of_suite = add->key_package.cipher_suite == static_cast<std::uint16_t>(tree.suite().id());
    proposal_field.require(is_of_suite, "is of another suite");
    proposal_field.require(verify_key_package_signature(add->key_package, tree.suite()), "has an invalid signature");
    proposal_field.require(tree.add(std::make_shared<const LeafNode>(add->key_package.leaf_node)).has_value(),
                           "finds no place");
  } else if (const auto* update = std::get_if<Update>(&proposal)) {
    tree.update(sender, std::make_shared<const LeafNode>(update->leaf_node));
  } else if (const auto* remove = std::get_if<Remove>(&proposal)) {
    proposal_field.require(is_member(tree, remove->removed), "removes no member");
    sender_field.require(sender != remove->removed, "removes itself");
    tree.remove(remove->removed);
  } else {
    proposal_field.fail("is none that changes the tree");
  }
}

void expect_resolutions(const RatchetTree& tree, const Field& resolutions) {
  resolutions.require(resolutions.size() == node_count(tree.leaf_count()), "has another number of nodes");
  for (std::uint32_t i = 0; i < resolutions.size(); ++i) {
    const std::vector<NodeIndex> resolution = tree.resolution(NodeIndex{i});
    resolutions[i].require(resolutions[i].size() == resolution.size(), "has another number of nodes");
    for (std::size_t k = 0; k < resolution.size(); ++k) resolutions[i][k].expect(resolution[k].value);
  }
}

void expect_hashes(RatchetTree& tree, const Field& hashes) {
  hashes.require(hashes.size() == node_count(tree.leaf_count()), "has another number of nodes");
  for (std::uint32_t i = 0; i < hashes.size(); ++i) hashes[i].expect(tree.tree_hash(NodeIndex{i}));
}

void expect_valid_leaves(const RatchetTree& tree, const Field& test_case) {
  LeafRequirements group{tree.suite(), {}, {}, {}, std::nullopt, any_lifetime};
  group.group_id = test_case["group_id"].bytes();
  tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    test_case["tree"].require(verify_leaf_node(leaf, index, group, EveryCredential{}).has_value(),
                              "has an invalid leaf " + std::to_string(index.value));
  });
  test_case["tree"].require(verify_all_members(tree).has_value(), "has leaves that do not go together");
}

}  // namespace

void check_tree_math(const Field& test_case) {
  const std::uint32_t leaves = static_cast<std::uint32_t>(test_case["n_leaves"].number(leaves_max));
  test_case["n_leaves"].require(std::has_single_bit(leaves), "is not a power of two");
  test_case["n_nodes"].expect(node_count(leaves));
  test_case["root"].expect(root(leaves).value);
  const auto below = [](auto of) {
    return [=](NodeIndex node) { return is_leaf(node) ? std::nullopt : std::optional{of(node)}; };
  };
  const auto above = [&](auto of) {
    return [=](NodeIndex node) { return node == root(leaves) ? std::nullopt : std::optional{of(node)}; };
  };
  expect_relatives(test_case["left"], leaves, below(left));
  expect_relatives(test_case["right"], leaves, below(right));
  expect_relatives(test_case["parent"], leaves, above(parent));
  expect_relatives(test_case["sibling"], leaves, above(sibling));
}

void check_tree_operations(const Field& test_case) {
  RatchetTree tree = tree_of(test_case["tree_before"], suite_of(test_case));
  test_case["tree_hash_before"].expect(tree.tree_hash());
  apply(tree, test_case);
  test_case["tree_after"].expect(encode_ratchet_tree(tree.nodes()));
  test_case["tree_hash_after"].expect(tree.tree_hash());
}

void check_tree_validation(const Field& test_case) {
  RatchetTree tree = tree_of(test_case["tree"], suite_of(test_case));
  test_case["tree"].expect(encode_ratchet_tree(tree.nodes()));
  expect_resolutions(tree, test_case["resolutions"]);
  expect_hashes(tree, test_case["tree_hashes"]);
  test_case["tree"].require(tree.verify_integrity().has_value(), "has invalid parent hashes or unmerged leaves");
  expect_valid_leaves(tree, test_case);
}

}  // namespace samband::vectors
