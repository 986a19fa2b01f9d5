#include "crypto/transparency/merkle_log.h"

#include <bit>

namespace samband::transparency {

namespace {

// A run of leaves [begin, begin + count) of the tree, hashed as RFC 9162 §2.1.1 splits it: at the largest
// power of two below its length. Runs that start at a multiple of such a power are complete subtrees.
struct Run {
  std::uint64_t begin;
  std::uint64_t count;

  [[nodiscard]] bool is_complete() const { return std::has_single_bit(count); }
  [[nodiscard]] Run left() const { return {begin, split()}; }
  [[nodiscard]] Run right() const { return {begin + split(), count - split()}; }

 private:
  [[nodiscard]] std::uint64_t split() const { return std::bit_floor(count - 1); }
};

std::expected<Hash, LogError> stored(const NodeStore& nodes, Run complete) {
  const auto level = static_cast<unsigned>(std::countr_zero(complete.count));
  auto hash = nodes.get(level, complete.begin >> level);
  if (!hash) return std::unexpected(LogError::node_missing);
  return *hash;
}

// MTH of the run: at most one stored node per bit of its length.
std::expected<Hash, LogError> hash_of(const NodeStore& nodes, Run run) {
  if (run.count == 0) return empty_root();
  if (run.is_complete()) return stored(nodes, run);
  auto left = stored(nodes, run.left());
  if (!left) return left;
  auto right = hash_of(nodes, run.right());
  if (!right) return right;
  return node_hash(*left, *right);
}

// Appends the run's hash to the path.
std::expected<void, LogError> take(const NodeStore& nodes, Run run, Proof& path) {
  auto hash = hash_of(nodes, run);
  if (!hash) return std::unexpected(hash.error());
  path.push_back(*hash);
  return {};
}

}  // namespace

Hash Frontier::root() const {
  if (roots_.empty()) return empty_root();
  Hash hash = roots_.back();
  for (std::size_t i = roots_.size() - 1; i-- > 0;) hash = node_hash(roots_[i], hash);
  return hash;
}

std::optional<Hash> MemoryNodeStore::get(unsigned level, std::uint64_t index) const {
  const auto found = nodes_.find({level, index});
  if (found == nodes_.end()) return std::nullopt;
  return found->second;
}

std::expected<MerkleLog, LogError> MerkleLog::open(NodeStore& nodes, std::uint64_t size) {
  MerkleLog log{nodes};
  for (std::uint64_t covered = 0; covered < size;) {
    const Run subtree{covered, std::bit_floor(size - covered)};
    auto root = stored(nodes, subtree);
    if (!root) return std::unexpected(root.error());
    log.frontier_.roots_.push_back(*root);
    covered += subtree.count;
  }
  log.frontier_.size_ = size;
  return log;
}

std::uint64_t MerkleLog::append(const Hash& leaf) {
  frontier_.append(leaf,
                   [this](unsigned level, std::uint64_t index, const Hash& hash) { nodes_->put(level, index, hash); });
  return frontier_.size() - 1;
}

std::expected<Hash, LogError> MerkleLog::root_at(std::uint64_t size) const {
  if (size > this->size()) return std::unexpected(LogError::beyond_the_tree);
  return hash_of(*nodes_, {0, size});
}

std::expected<Proof, LogError> MerkleLog::inclusion_proof(std::uint64_t index, std::uint64_t size) const {
  if (size > this->size() || index >= size) return std::unexpected(LogError::beyond_the_tree);
  // From the root down to the leaf, so the siblings come in the wrong order first.
  Proof path;
  for (Run run{0, size}; run.count > 1;) {
    const bool goes_left = index < run.right().begin;
    if (auto taken = take(*nodes_, goes_left ? run.right() : run.left(), path); !taken) {
      return std::unexpected(taken.error());
    }
    run = goes_left ? run.left() : run.right();
  }
  std::ranges::reverse(path);
  return path;
}

std::expected<Proof, LogError> MerkleLog::consistency_proof(std::uint64_t first, std::uint64_t second) const {
  if (second > this->size() || first > second) return std::unexpected(LogError::beyond_the_tree);
  Proof path;
  if (first == 0 || first == second) return path;
  // Down to where the old tree ends; everything beside that way is a sibling (§2.1.4.1, SUBPROOF).
  Run run{0, second};
  while (first != run.begin + run.count) {
    const bool goes_left = first <= run.right().begin;
    if (auto taken = take(*nodes_, goes_left ? run.right() : run.left(), path); !taken) {
      return std::unexpected(taken.error());
    }
    run = goes_left ? run.left() : run.right();
  }
  // The run that ends with the old tree is known to the verifier when it is the whole old tree.
  if (run.begin != 0) {
    if (auto taken = take(*nodes_, run, path); !taken) return std::unexpected(taken.error());
  }
  std::ranges::reverse(path);
  return path;
}

}  // namespace samband::transparency
