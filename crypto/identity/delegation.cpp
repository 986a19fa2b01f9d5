#include "crypto/identity/delegation.h"

#include "crypto/bytes/check.h"
#include "crypto/identity/name.h"
#include "crypto/identity/statement.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

constexpr std::string_view delegation_purpose = "delegation";
constexpr std::size_t enrolment_seed_bytes = 32;

void write_body(Writer& out, const Delegation& body) {
  out.u8(statement_version);
  out.fixed(body.partner.view());
  out.fixed(body.staff.view());
  write_text(out, body.staff_name);
  write(out, body.duties);
  out.fixed(body.enrolment_key.view());
  out.fixed(body.administrator.view());
  out.u64(body.issued_at.ms);
  out.u64(body.expires_at.ms);
  out.u16(body.uses);
  out.u64(body.certificate_validity_ms);
}

Bytes encode_body(const Delegation& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

KeyPair derive_enrolment_key(BytesView seed) {
  SAMBAND_CHECK(seed.size() == enrolment_seed_bytes);
  const auto suite = CipherSuite::of(samband_suite);
  SAMBAND_CHECK(suite.has_value());
  const SecretBytes prk = suite->extract({}, seed);
  const SecretBytes key_seed = suite->expand(prk.view(), view_of("samband enrolment key"), ed25519_private_key_bytes);
  return ed25519_key_pair(key_seed.view());
}

SignedDelegation sign(Delegation body, BytesView administrator_private_key) {
  const auto signature = signature_of(administrator_private_key, delegation_purpose, encode_body(body));
  return {std::move(body), signature};
}

bool verify(const SignedDelegation& delegation, const Ed25519PublicKey& administrator_key) {
  return signature_holds(administrator_key, delegation_purpose, encode_body(delegation.body), delegation.signature);
}

DelegationHash hash_of(const Delegation& body) {
  return {hash_statement("delegation", encode_body(body)).bytes};
}

SignedDelegation read_signed_delegation(Reader& in) {
  read_statement_version(in);
  SignedDelegation delegation;
  delegation.body.partner = in.id<PartnerId>();
  delegation.body.staff = in.id<StaffId>();
  delegation.body.staff_name = read_optional_name(in);
  delegation.body.duties = read_duties(in);
  delegation.body.enrolment_key = in.id<Ed25519PublicKey>();
  delegation.body.administrator = in.id<AdministratorHash>();
  delegation.body.issued_at = WallTime{in.u64()};
  delegation.body.expires_at = WallTime{in.u64()};
  delegation.body.uses = in.u16();
  delegation.body.certificate_validity_ms = in.u64();
  delegation.signature = in.id<Ed25519Signature>();
  return delegation;
}

std::expected<SignedDelegation, ParseError> parse_signed_delegation(BytesView wire) {
  Reader in{wire};
  SignedDelegation delegation = read_signed_delegation(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return delegation;
}

void write(Writer& out, const SignedDelegation& delegation) {
  write_body(out, delegation.body);
  out.fixed(delegation.signature.view());
}

Bytes encode(const SignedDelegation& delegation) {
  Writer out;
  write(out, delegation);
  return out.take();
}

}  // namespace samband::identity
