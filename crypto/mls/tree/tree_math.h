// Arithmetic on the array form of a full binary tree.
// Source: RFC 9420 Appendix C. A tree of `leaves` leaves (a power of two) has 2 * leaves - 1 nodes.
#pragma once

#include <bit>
#include <cassert>
#include <vector>

#include "crypto/mls/wire/types.h"

namespace samband::mls {

[[nodiscard]] constexpr std::uint32_t node_count(std::uint32_t leaves) {
  return leaves == 0 ? 0 : 2 * leaves - 1;
}
[[nodiscard]] constexpr NodeIndex node_of(LeafIndex leaf) {
  return NodeIndex{leaf.value * 2};
}
[[nodiscard]] constexpr bool is_leaf(NodeIndex node) {
  return node.value % 2 == 0;
}
// `node` must be a leaf.
[[nodiscard]] constexpr LeafIndex leaf_of(NodeIndex node) {
  assert(is_leaf(node));
  return LeafIndex{node.value / 2};
}

// Leaves are at level 0.
[[nodiscard]] constexpr std::uint32_t level(NodeIndex node) {
  return static_cast<std::uint32_t>(std::countr_one(node.value));
}
[[nodiscard]] constexpr NodeIndex root(std::uint32_t leaves) {
  return NodeIndex{leaves - 1};
}

// Children of a parent node; a leaf has none.
[[nodiscard]] constexpr NodeIndex left(NodeIndex node) {
  assert(!is_leaf(node));
  return NodeIndex{node.value ^ (1U << (level(node) - 1))};
}
[[nodiscard]] constexpr NodeIndex right(NodeIndex node) {
  assert(!is_leaf(node));
  return NodeIndex{node.value ^ (3U << (level(node) - 1))};
}

// The node above, in any tree that has one there: the root of a tree must not be asked.
[[nodiscard]] constexpr NodeIndex parent(NodeIndex node) {
  const std::uint32_t k = level(node);
  return NodeIndex{(node.value | (1U << k)) & ~(1U << (k + 1))};
}
[[nodiscard]] constexpr NodeIndex sibling(NodeIndex node) {
  const NodeIndex above = parent(node);
  return node < above ? right(above) : left(above);
}

// The leaves below a node are `first` up to, not including, `end`.
struct LeafRange {
  LeafIndex first;
  LeafIndex end;
  [[nodiscard]] constexpr bool contains(LeafIndex leaf) const { return first <= leaf && leaf < end; }
};
[[nodiscard]] constexpr LeafRange leaves_below(NodeIndex node) {
  const std::uint32_t k = level(node);
  const std::uint32_t first = (node.value >> (k + 1)) << k;
  return {LeafIndex{first}, LeafIndex{first + (1U << k)}};
}

// The lowest node above both leaves; the leaf itself when they are one.
[[nodiscard]] constexpr NodeIndex common_ancestor(LeafIndex a, LeafIndex b) {
  const auto k = static_cast<std::uint32_t>(std::bit_width(a.value ^ b.value));
  return NodeIndex{((a.value >> k) << (k + 1)) | ((1U << k) - 1)};
}

// From the node above `leaf` to the root; empty in a tree of one leaf.
[[nodiscard]] std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves);

}  // namespace samband::mls
