#include "crypto/mls/tree/member_index.h"

#include <algorithm>
#include <string_view>

namespace samband::mls {
namespace {

using Verdict = std::expected<void, LeafError>;

constexpr std::array known_credential_types{CredentialType::basic, CredentialType::x509};
static_assert(known_credential_types.size() == std::variant_size_v<Credential>);

BytesView encryption_key_of(const RatchetTree& tree, NodeIndex node) {
  return tree.encryption_key(node);
}
BytesView signature_key_of(const RatchetTree& tree, NodeIndex leaf) {
  return tree.leaf(leaf_of(leaf))->signature_key;
}

bool has_key(const RatchetTree& tree, NodeIndex node, BytesView key, KeyIndex::KeyOf key_of) {
  return !tree.is_blank(node) && equal(key_of(tree, node), key);
}
// The node has a key in `tree`, and it is not the one it has in `other`.
bool has_key_of_its_own(const RatchetTree& tree, const RatchetTree& other, NodeIndex node, KeyIndex::KeyOf key_of) {
  return !tree.is_blank(node) && !has_key(other, node, key_of(tree, node), key_of);
}

bool is_any_twice(std::vector<BytesView> keys) {
  std::ranges::sort(keys, {}, text_of);
  return std::ranges::adjacent_find(keys, equal) != keys.end();
}

struct NewKeys {
  std::vector<BytesView> encryption;
  std::vector<BytesView> signature;

  [[nodiscard]] static NewKeys of(const RatchetTree& next, const RatchetTree& before,
                                  std::span<const NodeIndex> changed, const IncomingPath* path) {
    NewKeys keys;
    for (const NodeIndex node : changed) {
      if (has_key_of_its_own(next, before, node, encryption_key_of))
        keys.encryption.push_back(next.encryption_key(node));
      if (is_leaf(node) && has_key_of_its_own(next, before, node, signature_key_of)) {
        keys.signature.push_back(signature_key_of(next, node));
      }
    }
    if (path) {
      keys.encryption.insert(keys.encryption.end(), path->node_keys.begin(), path->node_keys.end());
      keys.encryption.emplace_back(path->leaf.encryption_key);
      keys.signature.emplace_back(path->leaf.signature_key);
    }
    return keys;
  }
};

void exchange_leaf(CredentialUse& credentials, const LeafNode* before, const LeafNode* after) {
  if (before) credentials.leave(*before);
  if (after) credentials.enter(*after);
}

}  // namespace

void CredentialUse::count(const LeafNode& leaf, std::int64_t step) {
  members_ += step;
  counts_[leaf.credential.index()].holders += step;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (leaf.capabilities.supports(known_credential_types[i])) counts_[i].supporters += step;
  }
}

bool CredentialUse::is_supported_by_all() const {
  return std::ranges::all_of(counts_,
                             [&](const Count& count) { return count.holders == 0 || count.supporters == members_; });
}

MemberIndex::MemberIndex(RatchetTree tree)
    : tree_{std::move(tree)}, encryption_keys_{encryption_key_of}, signature_keys_{signature_key_of} {
  std::vector<NodeIndex> leaves;
  tree_.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    leaves.push_back(node_of(index));
    credentials_.enter(leaf);
  });
  if (!signature_keys_.assign(tree_, leaves)) key_twice_ = LeafError::signature_key_reused;
  std::vector<NodeIndex> nodes = std::move(leaves);
  tree_.for_each_parent([&](NodeIndex index, const ParentNode&) { nodes.push_back(index); });
  if (!encryption_keys_.assign(tree_, nodes)) key_twice_ = LeafError::encryption_key_reused;
}

Verdict MemberIndex::verify() const {
  if (key_twice_) return std::unexpected(*key_twice_);
  if (!credentials_.is_supported_by_all()) return std::unexpected(LeafError::credential_type_unsupported);
  return {};
}

Verdict MemberIndex::verify_credential_types(const LeafNode& leaf, LeafIndex index) const {
  CredentialUse credentials = credentials_;
  exchange_leaf(credentials, tree_.leaf(index), &leaf);
  if (!credentials.is_supported_by_all()) return std::unexpected(LeafError::credential_type_unsupported);
  return {};
}

// A key of the present tree that is still in its place in `next`.
bool MemberIndex::has_encryption_key(const RatchetTree& next, BytesView key) const {
  const auto node = encryption_keys_.find(tree_, key);
  return node && has_key(next, *node, key, encryption_key_of);
}

bool MemberIndex::has_signature_key(const RatchetTree& next, BytesView key, const IncomingPath* path) const {
  const auto node = signature_keys_.find(tree_, key);
  if (!node || (path && *node == node_of(path->index))) return false;
  return has_key(next, *node, key, signature_key_of);
}

Verdict MemberIndex::verify_next(const RatchetTree& next, const IncomingPath* path) const {
  const std::vector<NodeIndex> changed = next.differences(tree_);
  const NewKeys keys = NewKeys::of(next, tree_, changed, path);
  if (is_any_twice(keys.encryption)) return std::unexpected(LeafError::encryption_key_reused);
  if (is_any_twice(keys.signature)) return std::unexpected(LeafError::signature_key_reused);
  if (std::ranges::any_of(keys.encryption, [&](BytesView key) { return has_encryption_key(next, key); })) {
    return std::unexpected(LeafError::encryption_key_reused);
  }
  if (std::ranges::any_of(keys.signature, [&](BytesView key) { return has_signature_key(next, key, path); })) {
    return std::unexpected(LeafError::signature_key_reused);
  }
  CredentialUse credentials = credentials_;
  for (const NodeIndex node : changed) {
    if (is_leaf(node)) exchange_leaf(credentials, tree_.leaf(leaf_of(node)), next.leaf(leaf_of(node)));
  }
  if (path) exchange_leaf(credentials, next.leaf(path->index), &path->leaf);
  if (!credentials.is_supported_by_all()) return std::unexpected(LeafError::credential_type_unsupported);
  return {};
}

void MemberIndex::follow(const RatchetTree& next) {
  const std::vector<NodeIndex> changed = next.differences(tree_);
  // All that go are out before any comes in: each index is only ever asked about keys of one tree.
  const auto exchange = [&](KeyIndex& keys, KeyIndex::KeyOf key_of, auto&& is_concerned) {
    for (const NodeIndex node : changed) {
      if (is_concerned(node) && has_key_of_its_own(tree_, next, node, key_of)) keys.erase(tree_, node);
    }
    for (const NodeIndex node : changed) {
      if (is_concerned(node) && has_key_of_its_own(next, tree_, node, key_of)) keys.insert(next, node);
    }
  };
  exchange(encryption_keys_, encryption_key_of, [](NodeIndex) { return true; });
  exchange(signature_keys_, signature_key_of, is_leaf);
  for (const NodeIndex node : changed) {
    if (is_leaf(node)) exchange_leaf(credentials_, tree_.leaf(leaf_of(node)), next.leaf(leaf_of(node)));
  }
  tree_ = next;
}

Verdict verify_all_members(const RatchetTree& tree) {
  return MemberIndex{tree}.verify();
}

}  // namespace samband::mls
