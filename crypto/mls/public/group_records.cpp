// A PublicGroup as records. Formats (never renumber):
//   head:       u16 version || GroupContext, its extensions empty || interim transcript hash <V>
//   extensions: extensions <V>
//   waiting:    WaitingProposals <V> || optional<ReInit>
//   a node:     LeafNode or ParentNode; which of them its number tells
#include <algorithm>

#include "crypto/mls/public/public_group.h"
#include "crypto/mls/public/waiting_proposal.h"

namespace samband::mls {
namespace {

constexpr std::uint16_t records_version = 1;

Bytes encode_node(const RatchetTree& tree, NodeIndex node) {
  if (is_leaf(node)) return encode(*tree.leaf(leaf_of(node)));
  return encode(*tree.parent_node(node));
}

std::expected<Node, ParseError> parse_node(NodeIndex index, BytesView value) {
  if (is_leaf(index)) {
    auto leaf = parse_leaf_node(value);
    if (!leaf) return std::unexpected(leaf.error());
    return std::make_shared<const LeafNode>(std::move(*leaf));
  }
  auto parent = parse_whole(value, read_parent_node);
  if (!parent) return std::unexpected(parent.error());
  return std::move(*parent);
}

// What records say, taken apart and not yet a group.
struct Parts {
  std::array<BytesView, group_part_count> parts;
  RatchetTreeNodes nodes;

  [[nodiscard]] BytesView part(GroupPart which) const { return parts[static_cast<std::uint32_t>(which)]; }

  [[nodiscard]] std::optional<ParseError> take(const GroupRecord& record) {
    if (record.value.empty()) return std::nullopt;  // gone
    if (record.number < group_part_count) {
      if (!parts[record.number].empty()) return ParseError::malformed;
      parts[record.number] = record.value;
      return std::nullopt;
    }
    if (record.number < first_node_record) return ParseError::unknown_value;
    const NodeIndex index{record.number - first_node_record};
    if (index.value >= nodes_max) return ParseError::too_long;
    if (nodes.size() <= index.value) nodes.resize(index.value + 1);
    if (nodes[index.value]) return ParseError::malformed;
    auto node = parse_node(index, record.value);
    if (!node) return node.error();
    nodes[index.value] = std::move(*node);
    return std::nullopt;
  }
};

}  // namespace

std::array<Bytes, group_part_count> PublicGroup::encode_parts() const {
  std::array<Bytes, group_part_count> out;
  GroupContext context = context_;
  context.extensions.clear();
  Writer head;
  head.u16(records_version);
  write(head, context);
  head.bytes(interim_transcript_hash_);
  out[static_cast<std::uint32_t>(GroupPart::head)] = head.take();

  Writer extensions;
  write_extensions(extensions, context_.extensions);
  out[static_cast<std::uint32_t>(GroupPart::extensions)] = extensions.take();

  if (!waiting_.empty() || reinit_) {
    Writer waiting;
    write_vector(waiting, waiting_);
    waiting.presence(reinit_.has_value());
    if (reinit_) write(waiting, *reinit_);
    out[static_cast<std::uint32_t>(GroupPart::waiting)] = waiting.take();
  }
  return out;
}

GroupChanges PublicGroup::take_changes() {
  GroupChanges out{.are_whole = !taken_, .records = {}};
  Taken now{encode_parts(), tree()};
  const Taken before = taken_ ? std::move(*taken_) : Taken{.parts = {}, .tree = RatchetTree{suite()}};
  for (std::uint32_t i = 0; i < group_part_count; ++i) {
    if (now.parts[i] != before.parts[i]) out.records.push_back({i, now.parts[i]});
  }
  for (const NodeIndex node : now.tree.differences(before.tree)) {
    out.records.push_back({record_number(node), now.tree.is_blank(node) ? Bytes{} : encode_node(now.tree, node)});
  }
  taken_ = std::move(now);
  return out;
}

std::expected<PublicGroup, ParseError> PublicGroup::load(std::span<const GroupRecord> records) {
  Parts stored;
  for (const GroupRecord& record : records) {
    if (const auto error = stored.take(record)) return std::unexpected(*error);
  }
  Reader head{stored.part(GroupPart::head)};
  if (head.u16() != records_version) head.fail(ParseError::unknown_value);
  GroupContext context = read_group_context(head);
  Bytes interim_transcript_hash = head.bytes_owned(hash_bytes_max);
  if (!context.extensions.empty()) head.fail(ParseError::malformed);
  Reader extensions{stored.part(GroupPart::extensions)};
  context.extensions = read_extensions(extensions);
  if (const auto error = extensions.finish()) head.fail(*error);

  std::vector<WaitingProposal> waiting;
  std::optional<ReInit> reinit;
  if (const BytesView part = stored.part(GroupPart::waiting); !part.empty()) {
    Reader in{part};
    waiting = read_vector<WaitingProposal>(in, proposals_waiting_max, read_waiting_proposal);
    if (in.presence()) reinit = read_reinit(in);
    if (waiting.empty() && !reinit) in.fail(ParseError::malformed);
    if (const auto error = in.finish()) head.fail(*error);
  }
  const auto suite = CipherSuite::of(context.cipher_suite);
  if (!suite) head.fail(ParseError::unknown_value);
  if (const auto error = head.finish()) return std::unexpected(*error);

  auto group = restore(std::move(context), std::move(interim_transcript_hash), RatchetTree{*suite, stored.nodes},
                       std::move(waiting), std::move(reinit));
  if (group) group->taken_ = Taken{group->encode_parts(), group->tree()};
  return group;
}

}  // namespace samband::mls
