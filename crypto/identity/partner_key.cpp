#include "crypto/identity/partner_key.h"

#include "crypto/codec/hex.h"
#include "crypto/identity/statement.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

constexpr std::string_view claim_purpose = "partner key claim";
constexpr std::size_t fingerprint_group_digits = 4;

void write_body(Writer& out, const PartnerKeyClaim& body) {
  out.u8(statement_version);
  out.fixed(body.partner.view());
  out.fixed(body.key.view());
  out.fixed(body.token_hash.view());
}

Bytes encode_body(const PartnerKeyClaim& body) {
  Writer out;
  write_body(out, body);
  return out.take();
}

}  // namespace

Hash partner_key_fingerprint(const Ed25519PublicKey& key) {
  return hash_statement("partner key", key.view());
}

std::string fingerprint_text(const Hash& fingerprint) {
  const std::string digits = to_hex(fingerprint.view());
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += fingerprint_group_digits) {
    if (i != 0) out += ' ';
    out += digits.substr(i, fingerprint_group_digits);
  }
  return out;
}

SignedPartnerKeyClaim sign(PartnerKeyClaim body, BytesView partner_private_key) {
  const auto signature = signature_of(partner_private_key, claim_purpose, encode_body(body));
  return {body, signature};
}

bool verify(const SignedPartnerKeyClaim& claim) {
  return signature_holds(claim.body.key, claim_purpose, encode_body(claim.body), claim.signature);
}

SignedPartnerKeyClaim read_signed_partner_key_claim(Reader& in) {
  read_statement_version(in);
  SignedPartnerKeyClaim claim;
  claim.body.partner = in.id<PartnerId>();
  claim.body.key = in.id<Ed25519PublicKey>();
  claim.body.token_hash = in.id<Hash>();
  claim.signature = in.id<Ed25519Signature>();
  return claim;
}

std::expected<SignedPartnerKeyClaim, ParseError> parse_signed_partner_key_claim(BytesView wire) {
  Reader in{wire};
  const SignedPartnerKeyClaim claim = read_signed_partner_key_claim(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return claim;
}

void write(Writer& out, const SignedPartnerKeyClaim& claim) {
  write_body(out, claim.body);
  out.fixed(claim.signature.view());
}

Bytes encode(const SignedPartnerKeyClaim& claim) {
  Writer out;
  write(out, claim);
  return out.take();
}

}  // namespace samband::identity
