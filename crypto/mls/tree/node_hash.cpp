#include "crypto/mls/tree/node_hash.h"

#include <algorithm>
#include <cassert>

namespace samband::mls {
namespace {

// Room to write into, so that it need not grow.
constexpr std::size_t leaf_bytes_expected = 512;
constexpr std::size_t parent_bytes_max = public_key_bytes_max + 3 * hash_bytes_max + 16;  // without unmerged leaves

}  // namespace

NodeHash::NodeHash(BytesView hash) : size_{static_cast<std::uint8_t>(hash.size())} {
  assert(hash.size() <= hash_bytes_max);
  std::ranges::copy(hash, bytes_.begin());
}

NodeHashes::NodeHashes(std::size_t hash_bytes) {
  assert(hash_bytes == 32 || hash_bytes == 48 || hash_bytes == 64);
  if (hash_bytes == 48) hashes_.emplace<1>();
  if (hash_bytes == 64) hashes_.emplace<2>();
}

void NodeHashes::resize(std::uint32_t leaves) {
  std::visit([&](auto& hashes) { hashes.resize(leaves); }, hashes_);
}

BytesView NodeHashes::at(NodeIndex node) const {
  return std::visit(
      [&](const auto& hashes) {
        const auto& hash = hashes[node];
        return hash == std::remove_cvref_t<decltype(hash)>{} ? BytesView{} : BytesView{hash};
      },
      hashes_);
}

void NodeHashes::set(NodeIndex node, BytesView hash) {
  std::visit(
      [&](auto& hashes) {
        auto& place = hashes.edit(node);
        assert(hash.size() == place.size());
        std::ranges::copy(hash, place.begin());
      },
      hashes_);
}

bool NodeHashes::forget(NodeIndex node) {
  if (at(node).empty()) return false;
  std::visit([&](auto& hashes) { hashes.edit(node).fill(0); }, hashes_);
  return true;
}

NodeHash leaf_tree_hash(const CipherSuite& suite, LeafIndex index, const LeafNode* leaf) {
  Writer input;
  input.reserve(leaf_bytes_expected);
  input.u8(static_cast<std::uint8_t>(NodeType::leaf));
  input.u32(index.value);
  input.presence(leaf != nullptr);
  if (leaf) write(input, *leaf);
  return NodeHash{suite.hash(input.view())};
}

NodeHash parent_tree_hash(const CipherSuite& suite, const ParentNode* parent, BytesView left_hash,
                          BytesView right_hash) {
  Writer input;
  const std::size_t unmerged_bytes = parent ? sizeof(std::uint32_t) * parent->unmerged_leaves.size() : 0;
  input.reserve(parent_bytes_max + unmerged_bytes);
  input.u8(static_cast<std::uint8_t>(NodeType::parent));
  input.presence(parent != nullptr);
  if (parent) write(input, *parent);
  input.bytes(left_hash);
  input.bytes(right_hash);
  return NodeHash{suite.hash(input.view())};
}

Bytes parent_hash(const CipherSuite& suite, const ParentNode& parent, BytesView original_sibling_tree_hash) {
  Writer input;
  input.reserve(parent_bytes_max);
  input.bytes(parent.encryption_key);
  input.bytes(parent.parent_hash);
  input.bytes(original_sibling_tree_hash);
  return suite.hash(input.view());
}

}  // namespace samband::mls
