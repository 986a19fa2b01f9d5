#include "crypto/identity/administrator_grant.h"

#include "crypto/identity/name.h"
#include "crypto/identity/statement.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

constexpr std::string_view administrator_purpose = "administrator";

template <class Id>
std::optional<Id> read_optional_id(Reader& in) {
  if (!in.presence()) return std::nullopt;
  return in.id<Id>();
}

template <class Id>
void write_optional_id(Writer& out, const std::optional<Id>& id) {
  out.presence(id.has_value());
  if (id) out.fixed(id->view());
}

void write_body(Writer& out, const AdministratorGrant& body) {
  out.u8(statement_version);
  out.fixed(body.partner.view());
  out.fixed(body.partner_key.view());
  out.fixed(body.administrator_key.view());
  write_optional_id(out, body.staff);
  write_optional_id(out, body.device);
  write_text(out, body.label);
  out.u64(body.issued_at.ms);
}

Bytes encode_body(const AdministratorGrant& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

SignedAdministratorGrant sign(AdministratorGrant body, BytesView partner_private_key) {
  const auto signature = signature_of(partner_private_key, administrator_purpose, encode_body(body));
  return {std::move(body), signature};
}

bool verify(const SignedAdministratorGrant& grant) {
  return signature_holds(grant.body.partner_key, administrator_purpose, encode_body(grant.body), grant.signature);
}

AdministratorHash hash_of(const AdministratorGrant& body) {
  return {hash_statement("administrator grant", encode_body(body)).bytes};
}

SignedAdministratorGrant read_signed_administrator_grant(Reader& in) {
  read_statement_version(in);
  SignedAdministratorGrant grant;
  grant.body.partner = in.id<PartnerId>();
  grant.body.partner_key = in.id<Ed25519PublicKey>();
  grant.body.administrator_key = in.id<Ed25519PublicKey>();
  grant.body.staff = read_optional_id<StaffId>(in);
  grant.body.device = read_optional_id<DeviceId>(in);
  grant.body.label = read_name(in);
  grant.body.issued_at = WallTime{in.u64()};
  grant.signature = in.id<Ed25519Signature>();
  return grant;
}

std::expected<SignedAdministratorGrant, ParseError> parse_signed_administrator_grant(BytesView wire) {
  Reader in{wire};
  SignedAdministratorGrant grant = read_signed_administrator_grant(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return grant;
}

void write(Writer& out, const SignedAdministratorGrant& grant) {
  write_body(out, grant.body);
  out.fixed(grant.signature.view());
}

Bytes encode(const SignedAdministratorGrant& grant) {
  Writer out;
  write(out, grant);
  return out.take();
}

}  // namespace samband::identity
