// The public ratchet tree of a group.
// Source: RFC 9420 §4 (concepts), §7.7 (adding and removing leaves), §7.8 (tree hash), §7.9 (parent hash).
// Pure computation. A copy is cheap and shares what neither side changes, so trying a Commit means
// changing a copy and then keeping or dropping it.
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "crypto/mls/tree/leaf_set.h"
#include "crypto/mls/tree/node_hash.h"
#include "crypto/mls/tree/paged_vector.h"
#include "crypto/mls/tree/tree_math.h"
#include "crypto/mls/wire/node.h"

namespace samband::mls {

enum class TreeError : std::uint8_t {
  unmerged_leaf_invalid,  // an entry is not a member below its node, or a node between them lacks it (§12.4.3.1)
  parent_hash_invalid,    // a parent node is not chained to exactly one node below it (§7.9.2)
};

// One step of a filtered direct path: a parent node, and its child that is off the path.
struct PathStep {
  NodeIndex node;
  NodeIndex copath;
  bool operator==(const PathStep&) const = default;
};

class RatchetTree {
 public:
  // A tree without leaves.
  explicit RatchetTree(CipherSuite suite) : suite_{suite}, hashes_{suite.hash_bytes()} {}
  // The tree of a ratchet_tree vector, extended with blanks to a power of two. Nothing is verified.
  RatchetTree(CipherSuite suite, const RatchetTreeNodes& nodes);

  [[nodiscard]] const CipherSuite& suite() const { return suite_; }
  // What a ratchet_tree vector holds: no blanks at the end.
  [[nodiscard]] RatchetTreeNodes nodes() const;

  // --- reading
  // Leaves of the full tree, blank ones too: zero or a power of two.
  [[nodiscard]] std::uint32_t leaf_count() const { return leaf_count_; }
  // Leaves that are not blank.
  [[nodiscard]] std::uint32_t member_count() const { return member_count_; }
  // nullptr when blank or beyond the tree.
  [[nodiscard]] const LeafNode* leaf(LeafIndex index) const { return shared_leaf(index).get(); }
  [[nodiscard]] const LeafNodePtr& shared_leaf(LeafIndex index) const;
  [[nodiscard]] const ParentNode* parent_node(NodeIndex index) const;
  // True beyond the tree.
  [[nodiscard]] bool is_blank(NodeIndex index) const;
  // Of a node that is not blank.
  [[nodiscard]] BytesView encryption_key(NodeIndex index) const;
  // Where the next leaf will be added: the leftmost blank, or the first one of a doubled tree (§12.1.1).
  [[nodiscard]] LeafIndex next_free_leaf() const { return members_.first_outside(); }

  // The nodes that are not what they are in `other`, by content, in order; what the trees share is not looked at.
  [[nodiscard]] std::vector<NodeIndex> differences(const RatchetTree& other) const;

  // Calls `visit(LeafIndex, const LeafNode&)` for each member, from left to right.
  template <class Visit>
  void for_each_leaf(Visit&& visit) const {
    for (std::uint32_t i = 0; i < leaf_count_; ++i) {
      if (const LeafNode* node = leaf(LeafIndex{i})) visit(LeafIndex{i}, *node);
    }
  }
  // Calls `visit(NodeIndex, const ParentNode&)` for each parent node that is not blank, from left to right.
  template <class Visit>
  void for_each_parent(Visit&& visit) const {
    for (std::uint32_t i = 1; i < node_count(leaf_count_); i += 2) {
      if (const ParentNode* node = parent_node(NodeIndex{i})) visit(NodeIndex{i}, *node);
    }
  }

  // §4.1.1: the nodes that together reach all members below `index`, in order. Leaves in `without`, which is sorted,
  // are left out: those a Commit adds get no path secret from its path (§7.6).
  [[nodiscard]] std::vector<NodeIndex> resolution(NodeIndex index, std::span<const LeafIndex> without = {}) const;
  // Whether the same are `count` nodes; looks at no more of the tree than it must to see that they are more.
  [[nodiscard]] bool resolves_to(std::size_t count, NodeIndex index, std::span<const LeafIndex> without = {}) const;
  // §4.1.2: the direct path of `index`, from the leaf up, less the nodes whose copath child resolves to nothing.
  [[nodiscard]] std::vector<PathStep> filtered_direct_path(LeafIndex index) const;

  // --- changing
  // nullopt when leaves_max members leave no room. The tree doubles when no leaf is blank.
  std::optional<LeafIndex> add(LeafNodePtr node);
  // Replaces a member's leaf and blanks the nodes above it (§12.1.2).
  void update(LeafIndex index, LeafNodePtr node);
  // Blanks a member's leaf and the nodes above it, then truncates the tree (§12.1.3).
  void remove(LeafIndex index);
  // Doubles the tree until it has a leaf at `index`, blank for now: the place of an external joiner.
  void extend_to(LeafIndex index);
  // Puts fresh keys on the filtered direct path of `index`, one for each step from the leaf up, blanks the rest of its
  // direct path and sets the parent hashes (§7.5, §7.9). `keys` must be as many as the steps. Returns what the
  // parent_hash of the leaf has to be; the leaf itself stays as it is.
  [[nodiscard]] Bytes set_path(LeafIndex index, std::span<const HPKEPublicKey> keys);
  // Sets a leaf, blank or not, and nothing else: the last step of merging an UpdatePath.
  void set_leaf(LeafIndex index, LeafNodePtr node);

  // --- hashing: results are kept, and only what lies above a change is computed again
  // §7.8; KDF.Nh bytes. The tree must have a leaf.
  [[nodiscard]] Bytes tree_hash() { return copy_of(hash_of(root(leaf_count_))); }
  [[nodiscard]] Bytes tree_hash(NodeIndex index) { return copy_of(hash_of(index)); }

  // What a joiner checks of a tree it did not see grow: unmerged leaves, then parent hashes (§7.9.2, §12.4.3.1).
  [[nodiscard]] std::expected<void, TreeError> verify_integrity();

 private:
  // The view lives until the next change or hash.
  [[nodiscard]] BytesView hash_of(NodeIndex index);
  [[nodiscard]] bool has_valid_unmerged_leaves(NodeIndex index) const;
  [[nodiscard]] bool is_parent_hash_valid(NodeIndex index);
  [[nodiscard]] bool is_parent_hash_valid(NodeIndex index, NodeIndex child, NodeIndex copath);
  [[nodiscard]] NodeHash original_tree_hash(NodeIndex index, std::span<const LeafIndex> blanked);
  void resize(std::uint32_t leaf_count);
  void truncate();
  void replace_leaf(LeafIndex index, LeafNodePtr node);
  void set_parent(NodeIndex index, std::optional<ParentNode> node);
  void blank_direct_path(LeafIndex index);
  void forget_hashes_from(NodeIndex index);
  // A parent node has a key only while there is a member below it; a tree of nodes from elsewhere that breaks this
  // has no valid parent hashes.
  [[nodiscard]] bool resolves_to_nothing(NodeIndex index) const { return !members_.any_in(leaves_below(index)); }
  // Ends early once `out` has more than `enough`.
  void append_resolution(NodeIndex index, std::span<const LeafIndex> without, std::size_t enough,
                         std::vector<NodeIndex>& out) const;

  CipherSuite suite_;
  std::uint32_t leaf_count_ = 0;
  std::uint32_t member_count_ = 0;
  LeafSet members_;                  // the leaves that are not blank
  PagedVector<LeafNodePtr> leaves_;  // leaf_count_
  NodePages<std::optional<ParentNode>, 1> parents_;
  NodeHashes hashes_;  // one that is not known has only such above it
};

}  // namespace samband::mls
