// How the nodes of a tree get on with one another: no key twice, and no credential type that some member does not
// support. Kept beside the tree, so that judging a Commit costs what it changes and not what there is.
// Source: RFC 9420 §7.3 (leaves), §12.4.2 (keys of an UpdatePath), §12.4.3.1 (joining).
#pragma once

#include <array>
#include <expected>
#include <span>

#include "crypto/mls/tree/key_index.h"
#include "crypto/mls/tree/leaf_validation.h"

namespace samband::mls {

// An UpdatePath that is not yet in the tree.
struct IncomingPath {
  LeafIndex index;  // of its leaf; what stands there now will be replaced
  const LeafNode& leaf;
  std::vector<BytesView> node_keys;
};

// How many members have a credential of each type, and how many support it.
class CredentialUse {
 public:
  void enter(const LeafNode& leaf) { count(leaf, 1); }
  void leave(const LeafNode& leaf) { count(leaf, -1); }
  // Whether every type that somebody has is supported by all.
  [[nodiscard]] bool is_supported_by_all() const;

 private:
  struct Count {
    std::int64_t holders = 0;
    std::int64_t supporters = 0;
  };
  void count(const LeafNode& leaf, std::int64_t step);

  std::int64_t members_ = 0;
  std::array<Count, std::variant_size_v<Credential>> counts_{};  // by the credential's place in its variant
};

class MemberIndex {
 public:
  explicit MemberIndex(RatchetTree tree);

  // The tree it speaks of.
  [[nodiscard]] const RatchetTree& tree() const { return tree_; }

  // Of the whole tree, as a joiner asks.
  [[nodiscard]] std::expected<void, LeafError> verify() const;
  // Of `leaf` in the place of what stands at `index`: the credential types in use, without a look at the others.
  [[nodiscard]] std::expected<void, LeafError> verify_credential_types(const LeafNode& leaf, LeafIndex index) const;
  // Of the nodes of `next` that are not what they are here, and of `path` (nullptr for none) before it is merged into
  // `next`. Whatever stays is taken to be in order.
  [[nodiscard]] std::expected<void, LeafError> verify_next(const RatchetTree& next, const IncomingPath* path) const;

  // Speaks of `next` from now on.
  void follow(const RatchetTree& next);

 private:
  [[nodiscard]] bool has_encryption_key(const RatchetTree& next, BytesView key) const;
  [[nodiscard]] bool has_signature_key(const RatchetTree& next, BytesView key, const IncomingPath* path) const;

  RatchetTree tree_;
  KeyIndex encryption_keys_;  // of leaves and parents
  KeyIndex signature_keys_;   // of leaves
  CredentialUse credentials_;
  std::optional<LeafError> key_twice_;  // found when the index was made
};

// The same for a tree by itself.
[[nodiscard]] std::expected<void, LeafError> verify_all_members(const RatchetTree& tree);

}  // namespace samband::mls
