// The hashes of single nodes, and where they are kept.
// Source: RFC 9420 §7.8 (TreeHashInput), §7.9 (ParentHashInput).
#pragma once

#include <array>
#include <variant>

#include "crypto/mls/tree/node_pages.h"
#include "crypto/mls/wire/node.h"

namespace samband::mls {

// One hash, without an allocation.
class NodeHash {
 public:
  explicit NodeHash(BytesView hash);
  [[nodiscard]] BytesView view() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, hash_bytes_max> bytes_{};
  std::uint8_t size_ = 0;
};

// The tree hashes that were computed, by node, each in the KDF.Nh bytes it needs. Copies share what neither changes.
// One that is not known is kept as zeros: should a hash ever be zeros, it would be computed each time it is asked for.
class NodeHashes {
 public:
  explicit NodeHashes(std::size_t hash_bytes);  // 32, 48 or 64
  void resize(std::uint32_t leaves);
  // Empty when it is not known. The view lives until the next change.
  [[nodiscard]] BytesView at(NodeIndex node) const;
  void set(NodeIndex node, BytesView hash);
  // False when it was not known anyway.
  bool forget(NodeIndex node);

 private:
  template <std::size_t hash_bytes>
  using Hashes = NodePages<std::array<std::uint8_t, hash_bytes>, 0>;

  std::variant<Hashes<32>, Hashes<48>, Hashes<64>> hashes_;
};

// `leaf` and `parent` are nullptr for a blank.
[[nodiscard]] NodeHash leaf_tree_hash(const CipherSuite& suite, LeafIndex index, const LeafNode* leaf);
[[nodiscard]] NodeHash parent_tree_hash(const CipherSuite& suite, const ParentNode* parent, BytesView left_hash,
                                        BytesView right_hash);

// The parent hash of `parent` with a copath child whose original tree hash is given.
[[nodiscard]] Bytes parent_hash(const CipherSuite& suite, const ParentNode& parent,
                                BytesView original_sibling_tree_hash);

}  // namespace samband::mls
