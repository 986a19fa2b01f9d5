#include "crypto/mls/tree/node_hash.h"

#include <algorithm>
#include <cassert>

namespace samband::mls {

NodeHash::NodeHash(BytesView hash) : size_{static_cast<std::uint8_t>(hash.size())} {
  assert(hash.size() <= hash_bytes_max);
  std::ranges::copy(hash, bytes_.begin());
}

NodeHash leaf_tree_hash(const CipherSuite& suite, LeafIndex index, const LeafNode* leaf) {
  Writer input;
  input.u8(static_cast<std::uint8_t>(NodeType::leaf));
  input.u32(index.value);
  input.presence(leaf != nullptr);
  if (leaf) write(input, *leaf);
  return NodeHash{suite.hash(input.view())};
}

NodeHash parent_tree_hash(const CipherSuite& suite, const ParentNode* parent, BytesView left_hash,
                          BytesView right_hash) {
  Writer input;
  input.u8(static_cast<std::uint8_t>(NodeType::parent));
  input.presence(parent != nullptr);
  if (parent) write(input, *parent);
  input.bytes(left_hash);
  input.bytes(right_hash);
  return NodeHash{suite.hash(input.view())};
}

Bytes parent_hash(const CipherSuite& suite, const ParentNode& parent, BytesView original_sibling_tree_hash) {
  Writer input;
  input.bytes(parent.encryption_key);
  input.bytes(parent.parent_hash);
  input.bytes(original_sibling_tree_hash);
  return suite.hash(input.view());
}

}  // namespace samband::mls
