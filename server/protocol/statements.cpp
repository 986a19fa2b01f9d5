#include "server/protocol/statements.h"

#include "crypto/suite/signing.h"
#include "server/protocol/fields.h"

namespace samband::protocol {

namespace {
inline constexpr std::size_t transcript_hash_bytes_max = 32;
inline constexpr std::size_t hpke_public_key_bytes_max = 32;
}  // namespace

void fields(auto& /*io*/, like<LeaveRequest> auto& /*request*/) {}
void fields(auto& io, like<Complaint> auto& complaint) {
  io(complaint.seq, complaint.entry);
  io.text(complaint.reason, statement_text_bytes_max);
}
void fields(auto& io, like<KeyRequest> auto& request) {
  io(request.generation);
  io.bytes(request.hpke_public_key, hpke_public_key_bytes_max);
}
void fields(auto& io, like<Restart> auto& restart) {
  io.bytes(restart.old_group_id, group_id_bytes_max);
  io.bytes(restart.transcript_hash, transcript_hash_bytes_max);
  io(restart.offender);
  io.bytes(restart.new_group_id, group_id_bytes_max);
}
void fields(auto& io, like<Statement> auto& statement) {
  io.version(1);
  io(statement.channel, statement.device);
  io.bytes(statement.group_id, group_id_bytes_max);
  io(statement.epoch);
  io.variant(statement.body);
}
void fields(auto& io, like<SignedStatement> auto& statement) {
  io(statement.statement);
  io.bytes(statement.signature, ed25519_signature_bytes);
}

storage::EntryKind kind_of(const StatementBody& body) {
  struct Kind {
    storage::EntryKind operator()(const LeaveRequest&) const { return storage::EntryKind::leave_request; }
    storage::EntryKind operator()(const Complaint&) const { return storage::EntryKind::complaint; }
    storage::EntryKind operator()(const KeyRequest&) const { return storage::EntryKind::key_request; }
    storage::EntryKind operator()(const Restart&) const { return storage::EntryKind::restart; }
  };
  return std::visit(Kind{}, body);
}

std::string_view purpose_of(const StatementBody& body) {
  struct Purpose {
    std::string_view operator()(const LeaveRequest&) const { return "leave request"; }
    std::string_view operator()(const Complaint&) const { return "complaint"; }
    std::string_view operator()(const KeyRequest&) const { return "key request"; }
    std::string_view operator()(const Restart&) const { return "restart"; }
  };
  return std::visit(Purpose{}, body);
}

std::expected<SignedStatement, ParseError> parse_signed_statement(BytesView wire) {
  if (wire.size() > statement_bytes_max) return std::unexpected(ParseError::too_long);
  return parse_fields<SignedStatement>(wire);
}
Bytes encode(const SignedStatement& statement) {
  return encode_fields(statement);
}
Bytes encode(const Statement& statement) {
  return encode_fields(statement);
}

SignedStatement sign(Statement statement, BytesView device_private_key) {
  Bytes signature = sign_statement(device_private_key, purpose_of(statement.body), encode(statement));
  return {std::move(statement), std::move(signature)};
}

bool verify(const SignedStatement& statement, BytesView device_key) {
  return verify_statement(device_key, purpose_of(statement.statement.body), encode(statement.statement),
                          statement.signature);
}

}  // namespace samband::protocol
