// The secrets of all senders of one epoch: a tree derived lazily from encryption_secret.
// Source: RFC 9420 §9 (derivation), §9.2 (deletion).
// Pure computation: no I/O, clock or locks.
//
// Each node of the tree has at most one record here: the node's secret while nothing below it is consumed, or,
// for a leaf that has spoken, its two ratchets. A message touches the records of one direct path, so the
// owner stores those and not the whole tree (`take_changes`).
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <variant>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/codec/reader.h"
#include "crypto/mls/group/sender_ratchet.h"
#include "crypto/mls/tree/tree_math.h"
#include "crypto/mls/wire/types.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

// Which of a leaf's two ratchets (§9): Proposals and Commits, or application messages.
enum class RatchetKind : std::uint8_t { handshake = 0, application = 1 };

// What the store keeps under one node of the secret tree; an empty `value` says that the record is gone and
// must be erased.
struct SecretTreeRecord {
  NodeIndex node;
  SecretBytes value;
};

class SecretTree {
 public:
  // `encryption_secret`: KDF.Nh bytes. `leaf_count`: leaves of the ratchet tree, a power of two.
  SecretTree(CipherSuite suite, SecretBytes encryption_secret, std::uint32_t leaf_count,
             std::uint32_t skip_max = skip_max_default);

  // A tree read back from its records; ParseError::malformed when one is missing, or not of
  // this suite or tree.
  [[nodiscard]] static std::expected<SecretTree, ParseError> load(CipherSuite suite, std::uint32_t leaf_count,
                                                                  std::span<const SecretTreeRecord> records,
                                                                  std::uint32_t skip_max = skip_max_default);

  // The key of one message. Changes nothing, so that a forged message spends no key. `leaf` is inside the
  // tree (asserted; callers check that it is not blank).
  [[nodiscard]] std::expected<MessageKey, RatchetError> derive(LeafIndex leaf, RatchetKind kind,
                                                               Generation generation) const;

  // Call once the message has authenticated (or before an own one leaves): wipes the key and every secret
  // it came from.
  void consume(LeafIndex leaf, RatchetKind kind, Generation generation);

  // The first generation of a ratchet that was not derived yet: where the own next message goes.
  [[nodiscard]] Generation next_generation(LeafIndex leaf, RatchetKind kind) const;

  // The records that changed since the last call (all of them, the first time), in node order.
  [[nodiscard]] std::vector<SecretTreeRecord> take_changes();

 private:
  using Ratchets = std::array<SenderRatchet, 2>;  // by RatchetKind
  using Record = std::variant<SecretBytes, Ratchets>;

  SecretTree(CipherSuite suite, std::uint32_t leaf_count, std::uint32_t skip_max);
  [[nodiscard]] Ratchets ratchets_of(BytesView leaf_secret) const;
  [[nodiscard]] SecretBytes child_secret(BytesView parent_secret, std::string_view side) const;
  [[nodiscard]] Ratchets derive_ratchets(NodeIndex leaf) const;
  Ratchets& open_ratchets(NodeIndex leaf);
  [[nodiscard]] const Ratchets* find_ratchets(NodeIndex leaf) const;
  [[nodiscard]] bool covers_each_leaf_once() const;
  [[nodiscard]] SecretBytes encode(const Record& record) const;

  CipherSuite suite_;
  std::uint32_t leaf_count_;
  std::uint32_t skip_max_;
  std::map<NodeIndex, Record> records_;
  std::set<NodeIndex> changed_;
};

}  // namespace samband::mls
