// The fields of logins and requests, in wire order.
#pragma once

#include "server/protocol/fields.h"
#include "server/protocol/messages.h"

namespace samband::protocol {

// Bounds of what requests carry that no other header names.
inline constexpr std::size_t signature_bytes = 64;
inline constexpr std::size_t signed_structure_bytes_max = 4096;  // a grant, delegation, certificate, revocation
inline constexpr std::size_t key_package_bytes_max = std::size_t{16} << 10U;
inline constexpr std::size_t key_packages_per_request_max = 128;
inline constexpr std::size_t mls_object_bytes_max = std::size_t{32} << 20U;  // only a staged request has room for it
inline constexpr std::size_t statement_frame_bytes_max = 8192;

void fields(auto& io, like<Login> auto& login) {
  io(login.device);
  io.enumeration(login.binding, Binding::tls_exporter, Binding::tls_exporter);
  io.bytes(login.signature, signature_bytes);
}

void fields(auto& io, like<EnrolFirst> auto& request) {
  io(request.token);
  io.bytes(request.partner_key, signed_structure_bytes_max);
  io.bytes(request.administrator_grant, signed_structure_bytes_max);
  io.bytes(request.delegation, signed_structure_bytes_max);
  io.bytes(request.certificate, signed_structure_bytes_max);
}
void fields(auto& io, like<EnrolInvited> auto& request) {
  io.bytes(request.certificate, signed_structure_bytes_max);
}
void fields(auto& io, like<FetchDelegation> auto& request) {
  io(request.delegation);
}
void fields(auto& io, like<AddDelegation> auto& request) {
  io.bytes(request.delegation, signed_structure_bytes_max);
}
void fields(auto& io, like<Revoke> auto& request) {
  io.bytes(request.revocation, signed_structure_bytes_max);
}
void fields(auto& io, like<PublishKeyPackages> auto& request) {
  io.vector(request.key_packages, key_packages_per_request_max, as_bytes(key_package_bytes_max));
  io.optional(request.last_resort, as_bytes(key_package_bytes_max));
}
void fields(auto& io, like<ReserveKeyPackages> auto& request) {
  io(request.channel);
  io.vector(request.devices, adds_per_commit_max, as_field);
}
void fields(auto& io, like<AnnounceGuidance> auto& request) {
  io(request.channel, request.guidance, request.content);
}
void fields(auto& io, like<FetchDirectory> auto& request) {
  io(request.from, request.leaves_max);
}
void fields(auto& io, like<FetchConsistency> auto& request) {
  io(request.first_size, request.second_size);
}
void fields(auto& io, like<FetchInclusion> auto& request) {
  io(request.leaf, request.tree_size);
}

void fields(auto& io, like<CreateChannel> auto& request) {
  io(request.channel);
  io.bytes(request.group_info, mls_object_bytes_max);
  io.bytes(request.ratchet_tree, mls_object_bytes_max);
}
void fields(auto& io, like<WelcomeFor> auto& welcome) {
  io(welcome.device);
  io.bytes(welcome.welcome, mls_object_bytes_max);
}
void fields(auto& io, like<SubmitCommit> auto& request) {
  io(request.channel);
  io.bytes(request.commit, mls_object_bytes_max);
  io.bytes(request.group_info, mls_object_bytes_max);
  io.vector(request.welcomes, adds_per_commit_max, as_field);
}
void fields(auto& io, like<SendMessage> auto& request) {
  io(request.channel);
  io.bytes(request.message, message_bytes_max);
}
void fields(auto& io, like<PostStatement> auto& request) {
  io(request.channel);
  io.enumeration(request.kind, storage::EntryKind::leave_request, storage::EntryKind::key_request);
  io.require(request.kind != storage::EntryKind::restart, ParseError::unknown_value);  // has a request of its own
  io.bytes(request.statement, statement_frame_bytes_max);
}
void fields(auto& io, like<StagePart> auto& request) {
  io(request.shard);
  io.bytes(request.part, staged_part_bytes_max);
}
void fields(auto& io, like<StagedRequest> auto& request) {
  io(request.shard);
  io.vector(request.parts, staged_parts_max, as_field);
}
void fields(auto& io, like<UploadChunk> auto& request) {
  io(request.channel, request.blob, request.index);
  io.bytes(request.chunk, chunk_bytes_max);
}
void fields(auto& io, like<SealBlob> auto& request) {
  io(request.channel, request.blob, request.bytes, request.chunks, request.root);
}
void fields(auto& io, like<FetchChunk> auto& request) {
  io(request.channel, request.blob, request.index);
}
void fields(auto& io, like<FetchUpload> auto& request) {
  io(request.channel, request.blob);
}

void fields(auto& io, like<ListChannels> auto& request) {
  io.optional(request.after, as_field);
}
void fields(auto& io, like<Subscribe> auto& request) {
  io(request.channel, request.next_seq);
}
void fields(auto& io, like<Unsubscribe> auto& request) {
  io(request.channel);
}
void fields(auto& io, like<FetchEntries> auto& request) {
  io(request.channel, request.from, request.entries_max);
}
void fields(auto& io, like<FetchGroup> auto& request) {
  io(request.channel);
}
void fields(auto& io, like<FetchTree> auto& request) {
  io(request.channel, request.epoch, request.offset);
}
void fields(auto& io, like<AcknowledgeInbox> auto& request) {
  io(request.shard, request.up_to);
}
void fields(auto& io, like<RestartChannel> auto& request) {
  io(request.channel);
  io.bytes(request.statement, statement_frame_bytes_max);
  io.bytes(request.group_info, mls_object_bytes_max);
  io.bytes(request.ratchet_tree, mls_object_bytes_max);
}
void fields(auto& io, like<ScheduleRelease> auto& request) {
  io(request.channel, request.guidance, request.release_at, request.secret);
}
void fields(auto& io, like<WithdrawRelease> auto& request) {
  io(request.channel, request.guidance);
}

void fields(auto& io, like<RequestBody> auto& body) {
  io.variant(body);
}
void fields(auto& io, like<Request> auto& request) {
  io(request.tag, request.counter, request.body);
  io.require(is_counted(request.body) == (request.counter != 0), ParseError::malformed);
}
void fields(auto& io, like<ClientFrame> auto& frame) {
  io.variant(frame);
}

}  // namespace samband::protocol
