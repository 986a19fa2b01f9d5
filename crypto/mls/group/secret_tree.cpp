#include "crypto/mls/group/secret_tree.h"

#include "crypto/bytes/check.h"
#include "crypto/codec/writer.h"

namespace samband::mls {
namespace {

// Which kind of record a stored value is: u8, then the node's secret (KDF.Nh bytes), or its two ratchets, each
// u32 next generation || its secret || u32 count || count times (u32 generation || key || nonce). Never renumber.
enum class RecordForm : std::uint8_t { node_secret = 1, ratchets = 2 };

constexpr std::size_t kind_index(RatchetKind kind) {
  return static_cast<std::size_t>(kind);
}

}  // namespace

SecretTree::SecretTree(CipherSuite suite, std::uint32_t leaf_count, std::uint32_t skip_max)
    : suite_{suite}, leaf_count_{leaf_count}, skip_max_{skip_max} {}

SecretTree::SecretTree(CipherSuite suite, SecretBytes encryption_secret, std::uint32_t leaf_count,
                       std::uint32_t skip_max)
    : SecretTree{suite, leaf_count, skip_max} {
  records_.emplace(root(leaf_count), std::move(encryption_secret));
  changed_.insert(root(leaf_count));
}

SecretBytes SecretTree::child_secret(BytesView parent_secret, std::string_view side) const {
  return suite_.expand_with_label(parent_secret, "tree", view_of(side), suite_.hash_bytes());
}

SecretTree::Ratchets SecretTree::ratchets_of(BytesView leaf_secret) const {
  const auto ratchet = [&](std::string_view label) {
    return SenderRatchet{suite_, suite_.expand_with_label(leaf_secret, label, {}, suite_.hash_bytes()), skip_max_};
  };
  return {ratchet("handshake"), ratchet("application")};
}

const SecretTree::Ratchets* SecretTree::find_ratchets(NodeIndex leaf) const {
  const auto record = records_.find(leaf);
  return record == records_.end() ? nullptr : std::get_if<Ratchets>(&record->second);
}

SecretTree::Ratchets SecretTree::derive_ratchets(NodeIndex leaf) const {
  NodeIndex at = leaf;
  while (!records_.contains(at)) at = parent(at);
  SecretBytes secret = std::get<SecretBytes>(records_.at(at)).duplicate();
  while (at != leaf) {
    const bool goes_left = leaf < at;  // an in-order tree: the left subtree has the smaller indices
    secret = child_secret(secret.view(), goes_left ? "left" : "right");
    at = goes_left ? left(at) : right(at);
  }
  return ratchets_of(secret.view());
}

// As above, but wipes the secrets on the way and keeps those of the siblings in their place.
SecretTree::Ratchets& SecretTree::open_ratchets(NodeIndex leaf) {
  NodeIndex at = leaf;
  while (!records_.contains(at)) at = parent(at);
  SecretBytes secret;
  if (auto* held = std::get_if<SecretBytes>(&records_.at(at))) {
    secret = std::move(*held);
  } else {
    return std::get<Ratchets>(records_.at(at));
  }
  while (at != leaf) {
    const bool goes_left = leaf < at;
    const NodeIndex sibling = goes_left ? right(at) : left(at);
    records_.erase(at);
    records_.emplace(sibling, child_secret(secret.view(), goes_left ? "right" : "left"));
    changed_.insert({at, sibling});
    secret = child_secret(secret.view(), goes_left ? "left" : "right");
    at = goes_left ? left(at) : right(at);
  }
  records_.erase(leaf);
  return std::get<Ratchets>(records_.emplace(leaf, ratchets_of(secret.view())).first->second);
}

std::expected<MessageKey, RatchetError> SecretTree::derive(LeafIndex leaf, RatchetKind kind,
                                                           Generation generation) const {
  SAMBAND_CHECK(leaf.value < leaf_count_);
  const NodeIndex node = node_of(leaf);
  if (const Ratchets* ratchets = find_ratchets(node)) return (*ratchets)[kind_index(kind)].derive(generation);
  return derive_ratchets(node)[kind_index(kind)].derive(generation);
}

void SecretTree::consume(LeafIndex leaf, RatchetKind kind, Generation generation) {
  SAMBAND_CHECK(leaf.value < leaf_count_);
  const NodeIndex node = node_of(leaf);
  open_ratchets(node)[kind_index(kind)].consume(generation);
  changed_.insert(node);
}

Generation SecretTree::next_generation(LeafIndex leaf, RatchetKind kind) const {
  const Ratchets* ratchets = find_ratchets(node_of(leaf));
  return ratchets == nullptr ? Generation{0} : (*ratchets)[kind_index(kind)].next();
}

SecretBytes SecretTree::encode(const Record& record) const {
  Writer out;  // reserved in full, so that it does not grow and leave copies behind
  if (const auto* secret = std::get_if<SecretBytes>(&record)) {
    out.reserve(1 + secret->size());
    out.u8(static_cast<std::uint8_t>(RecordForm::node_secret));
    out.fixed(secret->view());
  } else {
    const Ratchets& ratchets = std::get<Ratchets>(record);
    out.reserve(1 + ratchets[0].encoded_bytes() + ratchets[1].encoded_bytes());
    out.u8(static_cast<std::uint8_t>(RecordForm::ratchets));
    for (const SenderRatchet& ratchet : ratchets) ratchet.write(out);
  }
  return out.take_secret();
}

bool SecretTree::covers_each_leaf_once() const {
  std::uint64_t covered = 0;
  for (const auto& [node, record] : records_) {
    covered += std::uint64_t{1} << level(node);
    for (NodeIndex at = node; at != root(leaf_count_);) {
      at = parent(at);
      if (records_.contains(at)) return false;
    }
  }
  return covered == leaf_count_;
}

std::vector<SecretTreeRecord> SecretTree::take_changes() {
  std::vector<SecretTreeRecord> changes;
  changes.reserve(changed_.size());
  for (const NodeIndex node : changed_) {
    const auto record = records_.find(node);
    changes.push_back({node, record == records_.end() ? SecretBytes{} : encode(record->second)});
  }
  changed_.clear();
  return changes;
}

std::expected<SecretTree, ParseError> SecretTree::load(CipherSuite suite, std::uint32_t leaf_count,
                                                       std::span<const SecretTreeRecord> records,
                                                       std::uint32_t skip_max) {
  SecretTree tree{suite, leaf_count, skip_max};
  for (const SecretTreeRecord& stored : records) {
    if (stored.value.empty()) continue;  // gone
    Reader in{stored.value.view()};
    const auto form = static_cast<RecordForm>(in.u8());
    if (stored.node.value >= node_count(leaf_count) || tree.records_.contains(stored.node))
      in.fail(ParseError::malformed);
    if (form == RecordForm::node_secret) {
      tree.records_.emplace(stored.node, SecretBytes{in.fixed(suite.hash_bytes())});
    } else if (form == RecordForm::ratchets && is_leaf(stored.node)) {
      SenderRatchet handshake = SenderRatchet::read(in, suite, skip_max);
      SenderRatchet application = SenderRatchet::read(in, suite, skip_max);
      tree.records_.emplace(stored.node, Ratchets{std::move(handshake), std::move(application)});
    } else {
      in.fail(ParseError::unknown_value);
    }
    if (auto error = in.finish()) return std::unexpected(*error);
  }
  if (!tree.covers_each_leaf_once()) return std::unexpected(ParseError::malformed);
  return tree;
}

}  // namespace samband::mls
