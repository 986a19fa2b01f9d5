// The hashes of single nodes, and a fixed-size place to keep one.
// Source: RFC 9420 §7.8 (TreeHashInput), §7.9 (ParentHashInput).
#pragma once

#include <array>

#include "crypto/mls/wire/node.h"

namespace samband::mls {

// At most hash_bytes_max bytes without an allocation; empty means not computed.
class NodeHash {
 public:
  NodeHash() = default;
  explicit NodeHash(BytesView hash);
  [[nodiscard]] bool is_empty() const { return size_ == 0; }
  [[nodiscard]] BytesView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, hash_bytes_max> bytes_{};
  std::uint8_t size_ = 0;
};

// `leaf` and `parent` are nullptr for a blank.
[[nodiscard]] NodeHash leaf_tree_hash(const CipherSuite& suite, LeafIndex index, const LeafNode* leaf);
[[nodiscard]] NodeHash parent_tree_hash(const CipherSuite& suite, const ParentNode* parent, BytesView left_hash,
                                        BytesView right_hash);

// The parent hash of `parent` with a copath child whose original tree hash is given.
[[nodiscard]] Bytes parent_hash(const CipherSuite& suite, const ParentNode& parent,
                                BytesView original_sibling_tree_hash);

}  // namespace samband::mls
