// RatchetTree::verify_integrity and what it is made of.
#include <algorithm>

#include "crypto/mls/tree/ratchet_tree.h"

namespace samband::mls {
namespace {

// The part of a sorted list that lies below a node.
std::span<const LeafIndex> part_below(NodeIndex node, std::span<const LeafIndex> leaves) {
  const LeafRange range = leaves_below(node);
  const auto first = std::ranges::lower_bound(leaves, range.first);
  const auto end = std::ranges::lower_bound(leaves, range.end);
  return {first, end};
}

}  // namespace

std::expected<void, TreeError> RatchetTree::verify_integrity() {
  std::vector<NodeIndex> parents;
  for_each_parent([&](NodeIndex index, const ParentNode&) { parents.push_back(index); });
  const bool merged_well =
      std::ranges::all_of(parents, [&](NodeIndex index) { return has_valid_unmerged_leaves(index); });
  if (!merged_well) return std::unexpected(TreeError::unmerged_leaf_invalid);
  const bool chained = std::ranges::all_of(parents, [&](NodeIndex index) { return is_parent_hash_valid(index); });
  if (!chained) return std::unexpected(TreeError::parent_hash_invalid);
  return {};
}

bool RatchetTree::has_valid_unmerged_leaves(NodeIndex index) const {
  const LeafRange below = leaves_below(index);
  return std::ranges::all_of(parent_node(index)->unmerged_leaves, [&](LeafIndex entry) {
    if (!below.contains(entry) || !leaf(entry)) return false;
    for (NodeIndex between = parent(node_of(entry)); between != index; between = parent(between)) {
      const ParentNode* node = parent_node(between);
      if (node && !std::ranges::binary_search(node->unmerged_leaves, entry)) return false;
    }
    return true;
  });
}

bool RatchetTree::is_parent_hash_valid(NodeIndex index) {
  const NodeIndex l = left(index);
  const NodeIndex r = right(index);
  return is_parent_hash_valid(index, l, r) != is_parent_hash_valid(index, r, l);
}

// §7.9.2 with P = `index`, C = `child`, S = `copath`. The resolution of C must be the unmerged leaves of P below C,
// which has_valid_unmerged_leaves has found in it, and one node more, so that node is the only possible D.
bool RatchetTree::is_parent_hash_valid(NodeIndex index, NodeIndex child, NodeIndex copath) {
  const ParentNode& node = *parent_node(index);
  const std::span<const LeafIndex> unmerged = part_below(child, node.unmerged_leaves);
  const std::vector<NodeIndex> candidates = resolution(child, unmerged);
  if (candidates.size() != 1) return false;

  const NodeIndex chained = candidates.front();
  const NodeHash sibling_hash = original_tree_hash(copath, node.unmerged_leaves);
  const Bytes expected = parent_hash(suite_, node, sibling_hash.view());
  if (!is_leaf(chained)) return parent_node(chained)->parent_hash == expected;
  const auto* source = std::get_if<CommitSource>(&leaf(leaf_of(chained))->source);
  return source && source->parent_hash == expected;
}

// The tree hash of a subtree with the leaves in `blanked` (sorted) blank and not mentioned (§7.9).
NodeHash RatchetTree::original_tree_hash(NodeIndex index, std::span<const LeafIndex> blanked) {
  const std::span<const LeafIndex> here = part_below(index, blanked);
  if (here.empty()) return NodeHash{hash_of(index)};
  if (is_leaf(index)) return leaf_tree_hash(suite_, leaf_of(index), nullptr);
  const NodeHash left_hash = original_tree_hash(left(index), here);
  const NodeHash right_hash = original_tree_hash(right(index), here);
  const ParentNode* node = parent_node(index);
  if (!node) return parent_tree_hash(suite_, nullptr, left_hash.view(), right_hash.view());
  ParentNode original = *node;
  std::erase_if(original.unmerged_leaves, [&](LeafIndex leaf) { return std::ranges::binary_search(here, leaf); });
  return parent_tree_hash(suite_, &original, left_hash.view(), right_hash.view());
}

}  // namespace samband::mls
