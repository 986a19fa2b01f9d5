// The partner key: the root of a partner's trust. Kept offline; signs administrator grants and nothing else.
#pragma once

#include <expected>
#include <string>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

// A partner key lost and replaced counts only this long after its leaf, so that people have time to see it.
inline constexpr std::uint64_t reinvited_key_delay_ms = 72ULL * 60 * 60 * 1000;

// What people compare out of band and rosters pin: SHA-256 over the purpose "partner key" and the key.
[[nodiscard]] Hash partner_key_fingerprint(const Ed25519PublicKey& key);
// Sixteen groups of four hex digits, to read aloud: "1f00 8a3c ...".
[[nodiscard]] std::string fingerprint_text(const Hash& fingerprint);

// "This key is the partner's", said by the key itself, so that nobody enters a key they do not hold.
struct PartnerKeyClaim {
  PartnerId partner;
  Ed25519PublicKey key;
  Hash token_hash;  // of the operator's invitation that this claim uses up
  bool operator==(const PartnerKeyClaim&) const = default;
};

struct SignedPartnerKeyClaim {
  PartnerKeyClaim body;
  Ed25519Signature signature;  // by `body.key`, purpose "partner key claim"
  bool operator==(const SignedPartnerKeyClaim&) const = default;
};

[[nodiscard]] SignedPartnerKeyClaim sign(PartnerKeyClaim body, BytesView partner_private_key);
[[nodiscard]] bool verify(const SignedPartnerKeyClaim& claim);

[[nodiscard]] std::expected<SignedPartnerKeyClaim, ParseError> parse_signed_partner_key_claim(BytesView wire);
[[nodiscard]] Bytes encode(const SignedPartnerKeyClaim& claim);
[[nodiscard]] SignedPartnerKeyClaim read_signed_partner_key_claim(Reader& in);
void write(Writer& out, const SignedPartnerKeyClaim& claim);

}  // namespace samband::identity
