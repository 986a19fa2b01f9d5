// What sambandctl asks the server over its Unix socket, and what it gets. Each frame there is {uint32 length,
// body}; a body is {uint8 version = 1, uint8 type, fields}, the types counting from 1 in the order of the variants:
// never renumber. One request, one reply, in order; the socket's permissions say who may ask.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"
#include "crypto/identity/partner.h"

namespace samband::protocol {

inline constexpr std::size_t admin_frame_bytes_max = std::size_t{16}
                                                     << 20U;  // 16 MiB: a national import in one request
inline constexpr std::size_t admin_partners_max = 4096;
inline constexpr std::size_t admin_text_bytes_max = 400;

struct NewPartner {
  PartnerId id;  // chosen by the caller at random
  identity::PartnerKind kind = identity::PartnerKind::municipality;
  std::string number;  // checked against its kind; empty for representatives: the next free R-number
  std::string name;
  std::string community;  // may be empty
  identity::LanguageForm language_form = identity::LanguageForm::neutral;
  Hash token;           // identity::operator_token_hash of the one-time token
  WallTime expires_at;  // of the invitation
};
// All or none: a fault in one row leaves every other out too. Answered with PartnersListed, in the order of the rows.
struct AddPartners {
  std::vector<NewPartner> partners;
};
struct ListPartners {};
struct RenamePartner {
  PartnerId partner;
  std::string name;
};
struct RenumberPartner {
  PartnerId partner;
  std::string number;
};
struct MergePartners {
  PartnerId from;
  PartnerId into;
};
struct RemovePartner {
  PartnerId partner;
};
// A new key for a partner that lost its own: logged, and loud everywhere.
struct ReinvitePartner {
  PartnerId partner;
  Hash token;
  WallTime expires_at;
};
struct ListInvitations {};
struct RevokeInvitation {  // an operator's invitation that was not used yet
  Hash token;
};
struct ListDevices {
  std::optional<std::string> partner_number;
};
struct GetStatus {};
struct GetServerIdentity {};
// The edge's: keep a checkpoint of both stores for this connection, which copies it. Answered with CheckpointHeld.
// It goes away with LetCheckpointGo or with the connection, whichever comes first.
struct HoldCheckpoint {};
struct CheckStore {};  // the edge's: reads the whole store back while serving
struct ListAudit {     // what the operator and the administrators did, newest first
  std::uint32_t items_max = 0;
  WallTime since;                             // nothing older
  std::optional<std::string> partner_number;  // only what is about that partner
};
struct VerifyAudit {          // the edge's: recomputes the audit chain from its first record
  std::optional<Hash> noted;  // of a record, noted before: it must still be in the chain
};
struct SetMaintenance {  // while on, reads go on and writes are refused
  bool on = false;
  std::string reason;  // clients show it; may be empty
};
struct SetPartnerQuota {
  PartnerId partner;
  std::optional<std::uint64_t> document_bytes_max;  // nullopt: the configured limit again
};
struct LetCheckpointGo {  // the one that this connection holds
  bool finished = false;  // a backup of it is complete and on its disk; else it was given up
};

using AdminRequest =
    std::variant<AddPartners, ListPartners, RenamePartner, RenumberPartner, MergePartners, RemovePartner,
                 ReinvitePartner, ListInvitations, RevokeInvitation, ListDevices, GetStatus, GetServerIdentity,
                 HoldCheckpoint, CheckStore, ListAudit, VerifyAudit, SetMaintenance, SetPartnerQuota, LetCheckpointGo>;

struct RowFault {
  std::uint32_t row = 0;  // index into AddPartners::partners
  std::string fault;      // a sentence for people
};
struct AdminRefused {
  std::string reason;
  std::vector<RowFault> rows;
};
struct AdminDone {
  std::string detail;  // may be empty
};
struct PartnerListed {
  PartnerId id;
  identity::PartnerKind kind = identity::PartnerKind::municipality;
  std::string number;
  std::string name;
  std::string community;
  identity::LanguageForm language_form = identity::LanguageForm::neutral;
  bool enrolled = false;  // its partner key is in the directory
  std::uint32_t devices = 0;
  Hash key_fingerprint;              // zeros until enrolled
  std::uint64_t document_bytes = 0;  // of what its devices uploaded, unfinished uploads too
  std::uint64_t document_bytes_max = 0;
  bool has_own_quota = false;  // that bound is the partner's own, not the configured one
};
struct PartnersListed {
  std::vector<PartnerListed> partners;
};
struct InvitationListed {
  PartnerId partner;
  bool by_operator = false;  // else an administrator's delegation
  Hash id;                   // token hash, or the delegation's hash
  std::string name;          // of the staff member invited; empty for the operator's
  WallTime expires_at;
  std::uint16_t uses_left = 0;
  bool revoked = false;
};
struct InvitationsListed {
  std::vector<InvitationListed> invitations;
};
struct DeviceListed {
  PartnerId partner;
  StaffId staff;
  DeviceId device;
  std::string staff_name;
  std::string label;
  WallTime in_force_since;
  bool revoked = false;
};
struct DevicesListed {
  std::vector<DeviceListed> devices;
};
// The core fills the first group, the edge the second.
struct ServerStatus {
  std::uint64_t directory_size = 0;
  std::uint64_t partners = 0;
  std::uint64_t devices = 0;
  std::uint64_t channels = 0;
  std::uint64_t entries = 0;
  std::uint64_t incarnation = 0;
  std::uint64_t partners_enrolled = 0;
  std::uint64_t audit_records = 0;
  bool maintenance = false;
  WallTime maintenance_since;
  std::string maintenance_reason;

  std::string name;
  std::string not_ready_because;  // empty when it is ready
  WallTime certificate_expires_at;
  std::uint64_t main_store_bytes = 0;
  std::uint64_t chunk_store_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  std::uint32_t connections = 0;
  std::uint32_t connections_waiting = 0;  // not logged in yet
  std::uint64_t requests_per_minute = 0;
  std::uint64_t deliveries_per_minute = 0;
  std::uint64_t disk_free_bytes = 0;
  bool taking_writes = false;
  WallTime last_backup_at;  // when the last one that was finished was begun; 0: none ever was
  WallTime started_at;
  std::string version;
};
struct ServerIdentity {
  std::string name;
  std::uint16_t port = 0;
  Hash spki_pin;  // SHA-256 of the certificate's SubjectPublicKeyInfo
  Bytes log_key;  // 32 bytes
};
// A leaf of the directory, a record of the audit chain, or a leaf that a record tells the author of.
struct AuditItem {
  std::optional<std::uint64_t> record;
  std::optional<std::uint64_t> leaf;
  WallTime at;
  std::string who;   // a Unix user of the server's machine, or the name of a partner
  std::string what;  // a sentence for people
  Hash hash;         // of the record, where there is one; else of the leaf in the directory's tree
};
struct AuditListed {
  std::vector<AuditItem> items;
};
struct AuditVerified {  // all is well
  std::uint64_t records = 0;
  std::uint64_t leaves = 0;  // of the directory that the chain covers
  Hash last;                 // of the last record: noted elsewhere, it shows later that nothing before it changed
};

// Folders that are stores of their own. Nothing in them changes while they are held.
struct CheckpointHeld {
  std::string main;
  std::string chunks;
  WallTime at;
  std::uint64_t incarnation = 0;
  std::uint64_t entries = 0;
  std::string name;     // the server's
  std::string version;  // the server's
};

using AdminReply = std::variant<AdminRefused, AdminDone, PartnersListed, InvitationsListed, DevicesListed, ServerStatus,
                                ServerIdentity, AuditListed, AuditVerified, CheckpointHeld>;

[[nodiscard]] std::expected<AdminRequest, ParseError> parse_admin_request(BytesView wire);
[[nodiscard]] std::expected<AdminReply, ParseError> parse_admin_reply(BytesView wire);
[[nodiscard]] Bytes encode_admin_request(const AdminRequest& request);
[[nodiscard]] Bytes encode_admin_reply(const AdminReply& reply);

}  // namespace samband::protocol
