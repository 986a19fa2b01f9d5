#include "crypto/mls/wire/node.h"

#include <algorithm>

namespace samband::mls {
namespace {

Node read_node(Reader& in) {
  switch (static_cast<NodeType>(in.u8())) {
    case NodeType::leaf: return std::make_shared<const LeafNode>(read_leaf_node(in));
    case NodeType::parent: return read_parent_node(in);
  }
  in.fail(ParseError::unknown_value);
  return ParentNode{};
}

void write_node(Writer& out, const Node& node) {
  if (const auto* leaf = std::get_if<LeafNodePtr>(&node)) {
    out.u8(static_cast<std::uint8_t>(NodeType::leaf));
    write(out, **leaf);
  } else {
    out.u8(static_cast<std::uint8_t>(NodeType::parent));
    write(out, std::get<ParentNode>(node));
  }
}

bool has_shape_of_tree(const RatchetTreeNodes& nodes) {
  if (nodes.empty() || !nodes.back()) return false;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (nodes[i] && std::holds_alternative<LeafNodePtr>(*nodes[i]) != (i % 2 == 0)) return false;
  }
  return true;
}

}  // namespace

ParentNode read_parent_node(Reader& in) {
  ParentNode parent{
      .encryption_key = ShortBytes{in.bytes(public_key_bytes_max)},
      .parent_hash = ShortBytes{in.bytes(hash_bytes_max)},
      .unmerged_leaves = read_vector<LeafIndex>(in, leaves_max, [](Reader& item) { return LeafIndex{item.u32()}; })};
  const bool increasing =
      std::ranges::adjacent_find(parent.unmerged_leaves, std::greater_equal<>{}) == parent.unmerged_leaves.end();
  if (!increasing) in.fail(ParseError::malformed);
  return parent;
}

void write(Writer& out, const ParentNode& parent) {
  out.bytes(parent.encryption_key);
  out.bytes(parent.parent_hash);
  out.vector([&](Writer& inner) {
    for (const LeafIndex leaf : parent.unmerged_leaves) inner.u32(leaf.value);
  });
}

RatchetTreeNodes read_ratchet_tree(Reader& in) {
  auto nodes = read_vector<std::optional<Node>>(in, nodes_max, [](Reader& item) -> std::optional<Node> {
    if (!item.presence()) return std::nullopt;
    return read_node(item);
  });
  if (!has_shape_of_tree(nodes)) in.fail(ParseError::malformed);
  return nodes;
}

std::expected<RatchetTreeNodes, ParseError> parse_ratchet_tree(BytesView wire) {
  return parse_whole(wire, read_ratchet_tree);
}

void write_ratchet_tree(Writer& out, const RatchetTreeNodes& nodes) {
  out.vector([&](Writer& inner) {
    for (const std::optional<Node>& node : nodes) {
      inner.presence(node.has_value());
      if (node) write_node(inner, *node);
    }
  });
}

Bytes encode_ratchet_tree(const RatchetTreeNodes& nodes) {
  Writer out;
  write_ratchet_tree(out, nodes);
  return out.take();
}

}  // namespace samband::mls
