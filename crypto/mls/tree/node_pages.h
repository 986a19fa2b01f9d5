// Values of the nodes of a tree, laid out so that a direct path lies in few pages: each page holds a subtree of five
// levels. A Commit writes to a whole direct path, and to write to a page that is shared means to copy it: in a tree of
// 16,384 leaves these are three pages, where nodes in the order of their indices would be in eleven.
#pragma once

#include <array>
#include <bit>

#include "crypto/mls/tree/paged_vector.h"
#include "crypto/mls/tree/tree_math.h"
#include "crypto/mls/wire/limits.h"

namespace samband::mls {

// `lowest_level`: of the nodes it has values for; 0 for all nodes, 1 for parents.
template <class T, std::uint32_t lowest_level>
class NodePages {
 public:
  // `node`: in the tree.
  [[nodiscard]] const T& operator[](NodeIndex node) const { return values_[slot_of(node)]; }
  // For writing; its page becomes this object's own.
  [[nodiscard]] T& edit(NodeIndex node) { return values_.edit(slot_of(node)); }

  // `leaves`: zero or a power of two. Nodes that are new have value-initialised values.
  void resize(std::uint32_t leaves) {
    if (leaves < leaves_) forget_outside(leaves);
    values_.resize(leaves == 0 ? 0 : (first_page(0) + pages_of(0, leaves)) * page_size);
    leaves_ = leaves;
  }

  // Calls `visit(NodeIndex)`, in no order that means anything, for every node whose values `a` and `b` may not have in
  // common. It may be a node that is in neither tree.
  template <class Visit>
  static void for_each_difference(const NodePages& a, const NodePages& b, Visit&& visit) {
    Values::for_each_difference(a.values_, b.values_, [&](std::size_t slot) {
      if (slot % page_size != 0) visit(node_at(slot));
    });
  }

 private:
  using Values = PagedVector<T>;
  static constexpr std::size_t page_size = Values::page_size;
  static constexpr std::uint32_t height =
      std::bit_width(page_size) - 1;  // levels in a page; its first slot is not used
  static constexpr std::uint32_t layers = (path_nodes_max - lowest_level) / height + 1;

  // Pages of the layer that begins `layer` heights above the lowest level, in a tree of so many leaves.
  static constexpr std::size_t pages_of(std::uint32_t layer, std::size_t leaves) {
    const std::size_t lowest_nodes = leaves >> (lowest_level + layer * height);
    return (lowest_nodes + page_size / 2 - 1) / (page_size / 2);
  }
  // Upper layers come first, each with the room it has in the largest tree, so that a place never changes.
  static constexpr std::size_t first_page(std::uint32_t layer) {
    std::size_t first = 0;
    for (std::uint32_t above = layer + 1; above < layers; ++above) first += pages_of(above, leaves_max);
    return first;
  }

  // In its page a subtree stands as in a heap: its root at 1, the children of i at 2i and 2i + 1.
  static constexpr std::size_t slot_of(NodeIndex node) {
    const std::uint32_t steps = level(node) - lowest_level;
    const std::uint32_t depth = height - 1 - steps % height;
    const std::uint32_t nth = node.value >> (level(node) + 1);  // of its level
    const std::uint32_t row = 1U << depth;
    return (first_page(steps / height) + (nth >> depth)) * page_size + (row | (nth & (row - 1)));
  }
  static constexpr NodeIndex node_at(std::size_t slot) {
    std::uint32_t layer = layers - 1;
    while (layer > 0 && slot / page_size >= first_page(layer - 1)) --layer;
    const auto page = static_cast<std::uint32_t>(slot / page_size - first_page(layer));
    const auto place = static_cast<std::uint32_t>(slot % page_size);
    const auto depth = static_cast<std::uint32_t>(std::bit_width(place)) - 1;
    const std::uint32_t nth = page << depth | (place ^ 1U << depth);
    const std::uint32_t node_level = lowest_level + layer * height + height - 1 - depth;
    return NodeIndex{nth << (node_level + 1) | ((1U << node_level) - 1)};
  }

  // Above the root of a smaller tree there is nothing, and beside it nothing either.
  void forget_outside(std::uint32_t leaves) {
    const std::size_t end = std::min(values_.size(), (first_page(0) + 1) * page_size);
    for (std::size_t slot = 0; slot < end; ++slot) {
      if (slot % page_size == 0 || node_at(slot).value < node_count(leaves)) continue;
      if (values_[slot] != T{}) values_.edit(slot) = T{};
    }
  }

  std::uint32_t leaves_ = 0;
  Values values_;
};

}  // namespace samband::mls
