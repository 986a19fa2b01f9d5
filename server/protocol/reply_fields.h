// The fields of what the server says, in wire order.
#pragma once

#include "server/protocol/fields.h"
#include "server/protocol/messages.h"

namespace samband::protocol {

inline constexpr std::size_t server_name_bytes_max = 253;
inline constexpr std::size_t tree_head_bytes_max = 512;
inline constexpr std::size_t detail_bytes_max = 400;
inline constexpr std::size_t shard_counters_max = 65'536;
inline constexpr std::size_t proof_hashes_max = 64;

void fields(auto& io, like<Hello> auto& hello) {
  io(hello.version);
  io.text(hello.server_name, server_name_bytes_max);
  io(hello.nonce, hello.incarnation, hello.shard_count, hello.now);
  io.bytes(hello.tree_head, tree_head_bytes_max);
}
void fields(auto& io, like<LoginAccepted> auto& accepted) {
  io(accepted.now);
  io.vector(accepted.counters, shard_counters_max, as_field);
}

void fields(auto& io, like<Refused> auto& refused) {
  io.enumeration(refused.status, Status::malformed, Status::partner_limit);
  io.text(refused.detail, detail_bytes_max);
}
void fields(auto& /*io*/, like<Done> auto& /*done*/) {}
void fields(auto& io, like<Placed> auto& placed) {
  io(placed.seq, placed.at, placed.hash);
}
void fields(auto& io, like<LeafPlaced> auto& placed) {
  io(placed.index, placed.at);
}
void fields(auto& io, like<DelegationFound> auto& found) {
  io.bytes(found.delegation, frame_bytes_max);
  io.bytes(found.administrator_grant, frame_bytes_max);
}
void fields(auto& io, like<ReservedKeyPackage> auto& reserved) {
  io(reserved.device);
  io.bytes(reserved.key_package, frame_bytes_max);
}
void fields(auto& io, like<ReservedKeyPackages> auto& reserved) {
  io.vector(reserved.key_packages, adds_per_commit_max, as_field);
}
void fields(auto& io, like<DirectoryPage> auto& page) {
  io(page.from);
  io.vector(page.leaves, page_items_max, as_bytes(frame_bytes_max));
  io.bytes(page.tree_head, tree_head_bytes_max);
}
void fields(auto& io, like<Proof> auto& proof) {
  io.vector(proof.path, proof_hashes_max, as_field);
}
void fields(auto& io, like<ChannelSummary> auto& summary) {
  io(summary.channel, summary.next_seq, summary.epoch, summary.is_member);
  io.bytes(summary.policy, frame_bytes_max);
}
void fields(auto& io, like<Channels> auto& listed) {
  io.vector(listed.channels, page_items_max, as_field);
}
void fields(auto& io, like<EntriesPage> auto& page) {
  io.vector(page.entries, page_items_max, as_bytes(frame_bytes_max));
}
void fields(auto& io, like<GroupState> auto& state) {
  io(state.epoch, state.next_seq, state.last_hash);
  io.bytes(state.group_info, frame_bytes_max);
  io(state.tree_bytes);
}
void fields(auto& io, like<TreePart> auto& part) {
  io(part.total);
  io.bytes(part.part, frame_bytes_max);
}
void fields(auto& io, like<Chunk> auto& chunk) {
  io.bytes(chunk.chunk, chunk_bytes_max);
}
void fields(auto& io, like<UploadState> auto& state) {
  io.vector(state.missing_below, page_items_max, as_field);
  io(state.next, state.sealed);
}
void fields(auto& io, like<ReplyBody> auto& body) {
  io.variant(body);
}
void fields(auto& io, like<Reply> auto& reply) {
  io(reply.tag, reply.body);
}

void fields(auto& io, like<EntryEvent> auto& event) {
  io.bytes(event.entry, frame_bytes_max);
}
void fields(auto& io, like<InboxEvent> auto& event) {
  io(event.shard, event.n, event.channel, event.seq, event.epoch, event.hash);
  io.bytes(event.welcome, frame_bytes_max);
}
void fields(auto& io, like<DirectoryEvent> auto& event) {
  io.bytes(event.tree_head, tree_head_bytes_max);
}
void fields(auto& io, like<ChannelEvent> auto& event) {
  io(event.channel);
}
void fields(auto& io, like<Closing> auto& closing) {
  io.enumeration(closing.status, Status::malformed, Status::partner_limit);
  io.text(closing.detail, detail_bytes_max);
}
void fields(auto& io, like<ServerFrame> auto& frame) {
  io.variant(frame);
}

}  // namespace samband::protocol
