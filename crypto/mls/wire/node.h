// The nodes of a ratchet tree as they cross the wire, and the ratchet_tree vector.
// Source: RFC 9420 §7.1 (ParentNode), §12.4.3.3 (Node, ratchet_tree).
#pragma once

#include <memory>
#include <optional>
#include <variant>

#include "crypto/bytes/short_bytes.h"
#include "crypto/mls/wire/leaf_node.h"

namespace samband::mls {

struct ParentNode {
  ShortBytes encryption_key;
  ShortBytes parent_hash;                  // KDF.Nh bytes, or empty at the top of the filtered direct path
  std::vector<LeafIndex> unmerged_leaves;  // strictly increasing; anything else is malformed
  bool operator==(const ParentNode&) const = default;
};
[[nodiscard]] ParentNode read_parent_node(Reader& in);
void write(Writer& out, const ParentNode& parent);

// Leaves are shared because trees of successive epochs have most of them in common.
using LeafNodePtr = std::shared_ptr<const LeafNode>;
using Node = std::variant<LeafNodePtr, ParentNode>;

// optional<Node> ratchet_tree<V>: in-order, without blanks after the last node. At most nodes_max entries.
// A leaf at an odd position, a parent at an even one, and a blank last entry are malformed.
using RatchetTreeNodes = std::vector<std::optional<Node>>;
[[nodiscard]] RatchetTreeNodes read_ratchet_tree(Reader& in);
[[nodiscard]] std::expected<RatchetTreeNodes, ParseError> parse_ratchet_tree(BytesView wire);
void write_ratchet_tree(Writer& out, const RatchetTreeNodes& nodes);
[[nodiscard]] Bytes encode_ratchet_tree(const RatchetTreeNodes& nodes);

}  // namespace samband::mls
