// An invitation as its issuer signs it: whoever holds the seed behind the enrolment key may make
// certificates for this person, with these duties, so many times and until then.
#pragma once

#include <expected>
#include <string>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/duties.h"
#include "crypto/identity/ids.h"
#include "crypto/suite/suite.h"

namespace samband::identity {

inline constexpr std::uint64_t delegation_lifetime_ms_default = 7ULL * 24 * 60 * 60 * 1000;
// From the delegation's place in the log to its expiry.
inline constexpr std::uint64_t delegation_lifetime_ms_max = 90ULL * 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t certificate_validity_ms_default = 2ULL * 365 * 24 * 60 * 60 * 1000;
inline constexpr std::uint64_t certificate_validity_ms_max = 5ULL * 365 * 24 * 60 * 60 * 1000;

struct Delegation {
  PartnerId partner;
  StaffId staff;           // chosen by the administrator; a further device of the same person names it again
  std::string staff_name;  // may be empty: then the invited person says their name
  Duties duties;
  Ed25519PublicKey enrolment_key;
  AdministratorHash administrator;  // the grant whose key signs this
  WallTime issued_at;
  WallTime expires_at;                                                      // a device leaf after this is refused
  std::uint16_t uses = 1;                                                   // certificates it may make, at least 1
  std::uint64_t certificate_validity_ms = certificate_validity_ms_default;  // the longest a certificate may last
  bool operator==(const Delegation&) const = default;
};

struct SignedDelegation {
  Delegation body;
  Ed25519Signature signature;  // by the administrator key, purpose "delegation"
  bool operator==(const SignedDelegation&) const = default;
};

// The enrolment key pair of an invitation's seed (32 bytes, asserted):
// Ed25519 from HKDF-SHA256(salt "", seed, info "samband enrolment key", 32).
[[nodiscard]] KeyPair derive_enrolment_key(BytesView seed);

[[nodiscard]] SignedDelegation sign(Delegation body, BytesView administrator_private_key);
[[nodiscard]] bool verify(const SignedDelegation& delegation, const Ed25519PublicKey& administrator_key);
[[nodiscard]] DelegationHash hash_of(const Delegation& body);

[[nodiscard]] std::expected<SignedDelegation, ParseError> parse_signed_delegation(BytesView wire);
[[nodiscard]] Bytes encode(const SignedDelegation& delegation);
[[nodiscard]] SignedDelegation read_signed_delegation(Reader& in);
void write(Writer& out, const SignedDelegation& delegation);

}  // namespace samband::identity
