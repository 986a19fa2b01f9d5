#include "crypto/mls/tree/ratchet_tree.h"

#include <algorithm>

namespace samband::mls {

RatchetTree::RatchetTree(CipherSuite suite, const RatchetTreeNodes& nodes) : RatchetTree{suite} {
  assert(nodes.size() <= nodes_max);
  if (nodes.empty()) return;
  resize(std::bit_ceil(static_cast<std::uint32_t>(nodes.size() / 2 + 1)));
  for (std::uint32_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i]) continue;
    if (const auto* leaf = std::get_if<LeafNodePtr>(&*nodes[i])) {
      set_leaf(leaf_of(NodeIndex{i}), *leaf);
    } else {
      set_parent(NodeIndex{i}, std::get<ParentNode>(*nodes[i]));
    }
  }
}

RatchetTreeNodes RatchetTree::nodes() const {
  RatchetTreeNodes out(node_count(leaf_count_));
  for_each_leaf([&](LeafIndex index, const LeafNode&) { out[node_of(index).value] = shared_leaf(index); });
  for_each_parent([&](NodeIndex index, const ParentNode& node) { out[index.value] = node; });
  while (!out.empty() && !out.back()) out.pop_back();
  return out;
}

const LeafNodePtr& RatchetTree::shared_leaf(LeafIndex index) const {
  static const LeafNodePtr blank;
  return index.value < leaf_count_ ? leaves_[index.value] : blank;
}

const ParentNode* RatchetTree::parent_node(NodeIndex index) const {
  assert(!is_leaf(index));
  if (index.value >= node_count(leaf_count_)) return nullptr;
  const std::optional<ParentNode>& node = parents_[index];
  return node ? &*node : nullptr;
}

bool RatchetTree::is_blank(NodeIndex index) const {
  return is_leaf(index) ? leaf(leaf_of(index)) == nullptr : parent_node(index) == nullptr;
}

BytesView RatchetTree::encryption_key(NodeIndex index) const {
  assert(!is_blank(index));
  if (is_leaf(index)) return leaf(leaf_of(index))->encryption_key;
  return parent_node(index)->encryption_key;
}

std::vector<NodeIndex> RatchetTree::differences(const RatchetTree& other) const {
  std::vector<NodeIndex> out;
  decltype(leaves_)::for_each_difference(leaves_, other.leaves_, [&](std::size_t i) {
    const LeafIndex index{static_cast<std::uint32_t>(i)};
    const LeafNodePtr& here = shared_leaf(index);
    const LeafNodePtr& there = other.shared_leaf(index);
    if (here != there && !(here && there && *here == *there)) out.push_back(node_of(index));
  });
  decltype(parents_)::for_each_difference(parents_, other.parents_, [&](NodeIndex index) {
    const ParentNode* here = parent_node(index);
    const ParentNode* there = other.parent_node(index);
    if (here != there && !(here && there && *here == *there)) out.push_back(index);
  });
  std::ranges::sort(out);
  return out;
}

std::vector<NodeIndex> RatchetTree::resolution(NodeIndex index, std::span<const LeafIndex> without) const {
  std::vector<NodeIndex> out;
  append_resolution(index, without, nodes_max, out);
  return out;
}

bool RatchetTree::resolves_to(std::size_t count, NodeIndex index, std::span<const LeafIndex> without) const {
  std::vector<NodeIndex> found;
  append_resolution(index, without, count, found);
  return found.size() == count;
}

void RatchetTree::append_resolution(NodeIndex index, std::span<const LeafIndex> without, std::size_t enough,
                                    std::vector<NodeIndex>& out) const {
  if (out.size() > enough || resolves_to_nothing(index)) return;
  const auto append_leaf = [&](LeafIndex leaf) {
    if (!std::ranges::binary_search(without, leaf)) out.push_back(node_of(leaf));
  };
  if (is_leaf(index)) {
    append_leaf(leaf_of(index));
  } else if (const ParentNode* node = parent_node(index)) {
    out.push_back(index);
    std::ranges::for_each(node->unmerged_leaves, append_leaf);
  } else {
    append_resolution(left(index), without, enough, out);
    append_resolution(right(index), without, enough, out);
  }
}

std::vector<PathStep> RatchetTree::filtered_direct_path(LeafIndex index) const {
  std::vector<PathStep> steps;
  const NodeIndex top = root(leaf_count_);
  for (NodeIndex at = node_of(index); at != top; at = parent(at)) {
    const NodeIndex copath = sibling(at);
    if (!resolves_to_nothing(copath)) steps.push_back({parent(at), copath});
  }
  return steps;
}

std::optional<LeafIndex> RatchetTree::add(LeafNodePtr node) {
  const LeafIndex index = next_free_leaf();
  if (index.value >= leaves_max) return std::nullopt;
  extend_to(index);
  for (const NodeIndex above : direct_path(index, leaf_count_)) {
    if (!parent_node(above)) continue;
    std::vector<LeafIndex>& unmerged = parents_.edit(above)->unmerged_leaves;
    unmerged.insert(std::ranges::upper_bound(unmerged, index), index);
  }
  set_leaf(index, std::move(node));
  return index;
}

void RatchetTree::update(LeafIndex index, LeafNodePtr node) {
  assert(leaf(index));
  blank_direct_path(index);
  set_leaf(index, std::move(node));
}

void RatchetTree::remove(LeafIndex index) {
  assert(leaf(index));
  blank_direct_path(index);
  replace_leaf(index, nullptr);
  truncate();
}

void RatchetTree::extend_to(LeafIndex index) {
  assert(index.value < leaves_max);
  std::uint32_t count = std::max(leaf_count_, 1U);
  while (index.value >= count) count *= 2;
  if (count != leaf_count_) resize(count);
}

Bytes RatchetTree::set_path(LeafIndex index, std::span<const HPKEPublicKey> keys) {
  const std::vector<PathStep> steps = filtered_direct_path(index);
  assert(keys.size() == steps.size());
  blank_direct_path(index);
  Bytes hash_above;
  for (std::size_t i = steps.size(); i-- > 0;) {
    ParentNode node{
        .encryption_key = ShortBytes{keys[i]}, .parent_hash = ShortBytes{hash_above}, .unmerged_leaves = {}};
    hash_above = parent_hash(suite_, node, hash_of(steps[i].copath));
    set_parent(steps[i].node, std::move(node));
  }
  return hash_above;
}

void RatchetTree::set_leaf(LeafIndex index, LeafNodePtr node) {
  assert(node);
  replace_leaf(index, std::move(node));
}

void RatchetTree::replace_leaf(LeafIndex index, LeafNodePtr node) {
  LeafNodePtr& place = leaves_.edit(index.value);
  if (place) --member_count_;
  if (node) {
    ++member_count_;
    members_.insert(index);
  } else {
    members_.erase(index);
  }
  place = std::move(node);
  forget_hashes_from(node_of(index));
}

void RatchetTree::set_parent(NodeIndex index, std::optional<ParentNode> node) {
  parents_.edit(index) = std::move(node);
  forget_hashes_from(index);
}

void RatchetTree::blank_direct_path(LeafIndex index) {
  for (const NodeIndex above : direct_path(index, leaf_count_)) {
    if (parent_node(above)) set_parent(above, std::nullopt);
  }
}

void RatchetTree::resize(std::uint32_t leaf_count) {
  leaf_count_ = leaf_count;
  members_.resize(leaf_count);
  leaves_.resize(leaf_count);
  parents_.resize(leaf_count);
  hashes_.resize(leaf_count);
}

void RatchetTree::truncate() {
  const std::uint32_t end = members_.end();
  const std::uint32_t count = end == 0 ? 0 : std::bit_ceil(end);
  if (count != leaf_count_) resize(count);
}

void RatchetTree::forget_hashes_from(NodeIndex index) {
  const NodeIndex top = root(leaf_count_);
  while (hashes_.forget(index) && index != top) index = parent(index);
}

BytesView RatchetTree::hash_of(NodeIndex index) {
  assert(index.value < node_count(leaf_count_));
  if (const BytesView known = hashes_.at(index); !known.empty()) return known;
  if (is_leaf(index)) {
    hashes_.set(index, leaf_tree_hash(suite_, leaf_of(index), leaf(leaf_of(index))).view());
  } else {
    // Both are known before either is looked at, because computing one moves the other.
    static_cast<void>(hash_of(left(index)));
    static_cast<void>(hash_of(right(index)));
    hashes_.set(index,
                parent_tree_hash(suite_, parent_node(index), hashes_.at(left(index)), hashes_.at(right(index))).view());
  }
  return hashes_.at(index);
}

}  // namespace samband::mls
