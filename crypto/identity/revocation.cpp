#include "crypto/identity/revocation.h"

#include "crypto/identity/name.h"
#include "crypto/identity/statement.h"

namespace samband::identity {

namespace {

constexpr std::string_view revocation_purpose = "revocation";

BytesView view_of_subject(const RevocationSubject& subject) {
  return std::visit(
      [](const auto& id) -> BytesView {
        if constexpr (requires { id.fingerprint; }) {
          return id.fingerprint.view();
        } else {
          return id.view();
        }
      },
      subject);
}

RevocationSubject read_subject(Reader& in) {
  switch (in.u8()) {
    case 1: return in.id<DeviceId>();
    case 2: return in.id<StaffId>();
    case 3: return in.id<DelegationHash>();
    case 4: return in.id<AdministratorHash>();
    case 5: return PendingPartnerKey{in.id<Hash>()};
    default: in.fail(ParseError::unknown_value); return {};
  }
}

void write_body(Writer& out, const Revocation& body) {
  out.u8(statement_version);
  out.fixed(body.partner.view());
  out.fixed(body.administrator.view());
  out.u8(static_cast<std::uint8_t>(body.subject.index() + 1));
  out.fixed(view_of_subject(body.subject));
  write_text(out, body.reason);
  out.u64(body.issued_at.ms);
}

Bytes encode_body(const Revocation& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

SignedRevocation sign(Revocation body, BytesView administrator_private_key) {
  const auto signature = signature_of(administrator_private_key, revocation_purpose, encode_body(body));
  return {std::move(body), signature};
}

bool verify(const SignedRevocation& revocation, const Ed25519PublicKey& administrator_key) {
  return signature_holds(administrator_key, revocation_purpose, encode_body(revocation.body), revocation.signature);
}

SignedRevocation read_signed_revocation(Reader& in) {
  read_statement_version(in);
  SignedRevocation revocation;
  revocation.body.partner = in.id<PartnerId>();
  revocation.body.administrator = in.id<AdministratorHash>();
  revocation.body.subject = read_subject(in);
  revocation.body.reason = read_text(in);
  revocation.body.issued_at = WallTime{in.u64()};
  revocation.signature = in.id<Ed25519Signature>();
  return revocation;
}

std::expected<SignedRevocation, ParseError> parse_signed_revocation(BytesView wire) {
  Reader in{wire};
  SignedRevocation revocation = read_signed_revocation(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return revocation;
}

void write(Writer& out, const SignedRevocation& revocation) {
  write_body(out, revocation.body);
  out.fixed(revocation.signature.view());
}

Bytes encode(const SignedRevocation& revocation) {
  Writer out;
  write(out, revocation);
  return out.take();
}

}  // namespace samband::identity
