#include "server/protocol/admin.h"

#include "server/protocol/fields.h"

namespace samband::protocol {
namespace {

inline constexpr std::size_t admin_items_max = 200'000;
inline constexpr std::size_t admin_path_bytes_max = 4096;
inline constexpr std::size_t log_key_bytes = 32;

void text(auto& io, auto& value) {
  io.text(value, admin_text_bytes_max);
}
void kind(auto& io, auto& value) {
  io.enumeration(value, identity::PartnerKind::municipality, identity::PartnerKind::representative);
}
void language(auto& io, auto& value) {
  io.enumeration(value, identity::LanguageForm::neutral, identity::LanguageForm::nn);
}

}  // namespace

void fields(auto& io, like<NewPartner> auto& partner) {
  io(partner.id);
  kind(io, partner.kind);
  text(io, partner.number);
  text(io, partner.name);
  text(io, partner.community);
  language(io, partner.language_form);
  io(partner.token, partner.expires_at);
}
void fields(auto& io, like<AddPartners> auto& request) {
  io.vector(request.partners, admin_partners_max, as_field);
}
void fields(auto& /*io*/, like<ListPartners> auto& /*request*/) {}
void fields(auto& io, like<RenamePartner> auto& request) {
  io(request.partner);
  text(io, request.name);
}
void fields(auto& io, like<RenumberPartner> auto& request) {
  io(request.partner);
  text(io, request.number);
}
void fields(auto& io, like<MergePartners> auto& request) {
  io(request.from, request.into);
}
void fields(auto& io, like<RemovePartner> auto& request) {
  io(request.partner);
}
void fields(auto& io, like<ReinvitePartner> auto& request) {
  io(request.partner, request.token, request.expires_at);
}
void fields(auto& /*io*/, like<ListInvitations> auto& /*request*/) {}
void fields(auto& io, like<RevokeInvitation> auto& request) {
  io(request.token);
}
void fields(auto& io, like<ListDevices> auto& request) {
  io.optional(request.partner_number, [](auto& inner, auto& number) { text(inner, number); });
}
void fields(auto& /*io*/, like<GetStatus> auto& /*request*/) {}
void fields(auto& /*io*/, like<GetServerIdentity> auto& /*request*/) {}
void fields(auto& /*io*/, like<HoldCheckpoint> auto& /*request*/) {}
void fields(auto& /*io*/, like<CheckStore> auto& /*request*/) {}
void fields(auto& io, like<ListAudit> auto& request) {
  io(request.items_max, request.since);
  io.optional(request.partner_number, [](auto& inner, auto& number) { text(inner, number); });
}
void fields(auto& io, like<VerifyAudit> auto& request) {
  io.optional(request.noted, as_field);
}
void fields(auto& io, like<SetMaintenance> auto& request) {
  io(request.on);
  text(io, request.reason);
}
void fields(auto& io, like<SetPartnerQuota> auto& request) {
  io(request.partner);
  io.optional(request.document_bytes_max, as_field);
}
void fields(auto& io, like<LetCheckpointGo> auto& request) {
  io(request.finished);
}

void fields(auto& io, like<RowFault> auto& fault) {
  io(fault.row);
  text(io, fault.fault);
}
void fields(auto& io, like<AdminRefused> auto& refused) {
  text(io, refused.reason);
  io.vector(refused.rows, admin_partners_max, as_field);
}
void fields(auto& io, like<AdminDone> auto& done) {
  text(io, done.detail);
}
void fields(auto& io, like<PartnerListed> auto& partner) {
  io(partner.id);
  kind(io, partner.kind);
  text(io, partner.number);
  text(io, partner.name);
  text(io, partner.community);
  language(io, partner.language_form);
  io(partner.enrolled, partner.devices, partner.key_fingerprint);
  io(partner.document_bytes, partner.document_bytes_max, partner.has_own_quota);
}
void fields(auto& io, like<PartnersListed> auto& listed) {
  io.vector(listed.partners, admin_items_max, as_field);
}
void fields(auto& io, like<InvitationListed> auto& invitation) {
  io(invitation.partner, invitation.by_operator, invitation.id);
  text(io, invitation.name);
  io(invitation.expires_at, invitation.uses_left, invitation.revoked);
}
void fields(auto& io, like<InvitationsListed> auto& listed) {
  io.vector(listed.invitations, admin_items_max, as_field);
}
void fields(auto& io, like<DeviceListed> auto& device) {
  io(device.partner, device.staff, device.device);
  text(io, device.staff_name);
  text(io, device.label);
  io(device.in_force_since, device.revoked);
}
void fields(auto& io, like<DevicesListed> auto& listed) {
  io.vector(listed.devices, admin_items_max, as_field);
}
void fields(auto& io, like<ServerStatus> auto& status) {
  io(status.directory_size, status.partners, status.devices, status.channels, status.entries, status.incarnation);
  io(status.partners_enrolled, status.audit_records);
  io(status.maintenance, status.maintenance_since);
  text(io, status.maintenance_reason);
  text(io, status.name);
  text(io, status.not_ready_because);
  io(status.certificate_expires_at, status.main_store_bytes, status.chunk_store_bytes, status.disk_reserve_bytes);
  io(status.connections, status.connections_waiting, status.requests_per_minute, status.deliveries_per_minute);
  io(status.disk_free_bytes, status.taking_writes, status.started_at);
  text(io, status.version);
  io(status.last_backup_at);
}
void fields(auto& io, like<ServerIdentity> auto& identity) {
  text(io, identity.name);
  io(identity.port, identity.spki_pin);
  io.bytes(identity.log_key, log_key_bytes);
}
void fields(auto& io, like<AuditItem> auto& item) {
  io.optional(item.record, as_field);
  io.optional(item.leaf, as_field);
  io(item.at);
  text(io, item.who);
  text(io, item.what);
  io(item.hash);
}
void fields(auto& io, like<AuditListed> auto& listed) {
  io.vector(listed.items, admin_items_max, as_field);
}
void fields(auto& io, like<AuditVerified> auto& verified) {
  io(verified.records, verified.leaves, verified.last);
}
void fields(auto& io, like<CheckpointHeld> auto& held) {
  io.text(held.main, admin_path_bytes_max);
  io.text(held.chunks, admin_path_bytes_max);
  io(held.at, held.incarnation, held.entries);
  text(io, held.name);
  text(io, held.version);
}

void fields(auto& io, like<AdminRequest> auto& request) {
  io.version(1);
  io.variant(request);
}
void fields(auto& io, like<AdminReply> auto& reply) {
  io.version(1);
  io.variant(reply);
}

std::expected<AdminRequest, ParseError> parse_admin_request(BytesView wire) {
  if (wire.size() > admin_frame_bytes_max) return std::unexpected(ParseError::too_long);
  return parse_fields<AdminRequest>(wire);
}
std::expected<AdminReply, ParseError> parse_admin_reply(BytesView wire) {
  if (wire.size() > admin_frame_bytes_max) return std::unexpected(ParseError::too_long);
  return parse_fields<AdminReply>(wire);
}
Bytes encode_admin_request(const AdminRequest& request) {
  return encode_fields(request);
}
Bytes encode_admin_reply(const AdminReply& reply) {
  return encode_fields(reply);
}

}  // namespace samband::protocol
