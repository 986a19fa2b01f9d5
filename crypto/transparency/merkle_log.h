// An append-only Merkle tree (RFC 9162 §2.1) whose hashes live in a store of the caller's.
// In memory stay the roots of its complete subtrees only, one per bit of the size.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "crypto/transparency/merkle.h"

namespace samband::transparency {

// The tree's right edge: enough to append and to know the root. A client that follows every leaf needs no more.
class Frontier {
 public:
  void append(const Hash& leaf) {
    append(leaf, [](unsigned, std::uint64_t, const Hash&) {});
  }
  // `on_node(level, index, hash)` is told each complete subtree that the leaf finishes, the leaf itself first.
  template <class OnNode>
  void append(const Hash& leaf, OnNode&& on_node) {
    Hash hash = leaf;
    unsigned level = 0;
    on_node(level, size_, hash);
    for (std::uint64_t index = size_; (index & 1U) != 0; index >>= 1U) {
      hash = node_hash(roots_.back(), hash);
      roots_.pop_back();
      on_node(++level, index >> 1U, hash);
    }
    roots_.push_back(hash);
    ++size_;
  }

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] Hash root() const;  // empty_root() for none
  bool operator==(const Frontier&) const = default;

 private:
  friend class MerkleLog;
  std::uint64_t size_ = 0;
  std::vector<Hash> roots_;  // of the complete subtrees, the largest first
};

// Where hashes of complete subtrees are kept: level 0 are the leaf hashes, node (level, index) covers the leaves
// index * 2^level up to (index + 1) * 2^level. A node is put once and never changes.
class NodeStore {
 public:
  virtual ~NodeStore() = default;
  virtual void put(unsigned level, std::uint64_t index, const Hash& hash) = 0;
  // nullopt when it is missing or can't be read.
  [[nodiscard]] virtual std::optional<Hash> get(unsigned level, std::uint64_t index) const = 0;
};

class MemoryNodeStore final : public NodeStore {
 public:
  void put(unsigned level, std::uint64_t index, const Hash& hash) override { nodes_[{level, index}] = hash; }
  [[nodiscard]] std::optional<Hash> get(unsigned level, std::uint64_t index) const override;

 private:
  std::map<std::pair<unsigned, std::uint64_t>, Hash> nodes_;
};

enum class LogError : std::uint8_t {
  beyond_the_tree,  // a size or an index that the log does not have
  node_missing,     // the store lacks a node it was given once
};

class MerkleLog {
 public:
  // An empty log. `nodes` outlives it.
  explicit MerkleLog(NodeStore& nodes) : nodes_{&nodes} {}
  // The log of `size` leaves whose nodes are in the store.
  [[nodiscard]] static std::expected<MerkleLog, LogError> open(NodeStore& nodes, std::uint64_t size);

  // Puts 1 + trailing_ones(size) nodes, two on average. Returns the leaf's index.
  std::uint64_t append(const Hash& leaf);

  [[nodiscard]] std::uint64_t size() const { return frontier_.size(); }
  [[nodiscard]] Hash root() const { return frontier_.root(); }
  [[nodiscard]] std::expected<Hash, LogError> root_at(std::uint64_t size) const;
  // RFC 9162 §2.1.3.1: the path of leaf `index` in the tree of the first `size` leaves.
  [[nodiscard]] std::expected<Proof, LogError> inclusion_proof(std::uint64_t index, std::uint64_t size) const;
  // RFC 9162 §2.1.4.1: between the trees of the first `first` and the first `second` leaves.
  // Empty for equal sizes and for first = 0.
  [[nodiscard]] std::expected<Proof, LogError> consistency_proof(std::uint64_t first, std::uint64_t second) const;

 private:
  NodeStore* nodes_;
  Frontier frontier_;
};

}  // namespace samband::transparency
