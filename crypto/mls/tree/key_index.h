// Which node of a tree holds a public key.
// Sorted by key, because peers choose the keys and could choose them to collide in a hash table: to find, insert or
// erase one costs the logarithm of their number, whoever chose them. Copying costs all of it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "crypto/mls/tree/ratchet_tree.h"

namespace samband::mls {

// The keys stay in the tree. Wherever a tree is asked for, its nodes must have the keys that they have here.
class KeyIndex {
 public:
  // The key of a node that is not blank.
  using KeyOf = BytesView (*)(const RatchetTree& tree, NodeIndex node);
  explicit KeyIndex(KeyOf key_of) : key_of_{key_of} {}

  // All at once, in place of what was here; no node is named twice. False when two of them have the same key, which
  // leaves both in.
  bool assign(const RatchetTree& tree, std::span<const NodeIndex> nodes);

  [[nodiscard]] std::optional<NodeIndex> find(const RatchetTree& tree, BytesView key) const;
  void insert(const RatchetTree& tree, NodeIndex node);
  void erase(const RatchetTree& tree, NodeIndex node);  // asserted: it is here

  [[nodiscard]] std::size_t size() const;

 private:
  // A key by its first four bytes, which tell most keys apart without a look at the tree.
  struct Entry {
    std::uint32_t start;
    NodeIndex node;
  };
  struct Run {
    Entry last;                  // of `entries`, here so that finding the run takes no step to the heap
    std::vector<Entry> entries;  // 1 to run_max of them, in order
  };

  struct Place {
    std::size_t run;
    std::size_t entry;
  };

  [[nodiscard]] bool is_before(const RatchetTree& tree, const Entry& entry, std::uint32_t start, BytesView key) const {
    return entry.start != start ? entry.start < start : has_lower_key(tree, entry, key);
  }
  [[nodiscard]] bool has_lower_key(const RatchetTree& tree, const Entry& entry, BytesView key) const;
  // Of the first entry that is not before `key`; one past the last entry of the last run when there is none.
  [[nodiscard]] Place lower_bound(const RatchetTree& tree, BytesView key) const;
  [[nodiscard]] Place place_of(const RatchetTree& tree, NodeIndex node) const;
  void insert_run(std::size_t index, std::span<const Entry> entries);
  bool join_with_next(std::size_t index);  // false when they are too many for one, or it is the last

  KeyOf key_of_;
  std::vector<Run> runs_;  // in order
};

}  // namespace samband::mls
