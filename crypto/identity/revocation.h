// An administrator's word that something of its own partner no longer counts.
#pragma once

#include <expected>
#include <string>
#include <variant>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

// The fingerprint of a replacing partner key that is not yet in force: the partner's veto.
struct PendingPartnerKey {
  Hash fingerprint;
  bool operator==(const PendingPartnerKey&) const = default;
};

// On the wire: an octet 1..5 in this order (never renumber), then the id's 16 or 32 bytes.
using RevocationSubject = std::variant<DeviceId,           // 1: that device, and administrator keys kept on it
                                       StaffId,            // 2: the person: all devices, delegations and keys
                                       DelegationHash,     // 3: an invitation; devices it has made stay
                                       AdministratorHash,  // 4: an administrator key, with its open invitations
                                       PendingPartnerKey   // 5
                                       >;

struct Revocation {
  PartnerId partner;
  AdministratorHash administrator;  // the grant whose key signs this
  RevocationSubject subject;
  std::string reason;  // may be empty
  WallTime issued_at;
  bool operator==(const Revocation&) const = default;
};

struct SignedRevocation {
  Revocation body;
  Ed25519Signature signature;  // by the administrator key, purpose "revocation"
  bool operator==(const SignedRevocation&) const = default;
};

[[nodiscard]] SignedRevocation sign(Revocation body, BytesView administrator_private_key);
[[nodiscard]] bool verify(const SignedRevocation& revocation, const Ed25519PublicKey& administrator_key);

[[nodiscard]] std::expected<SignedRevocation, ParseError> parse_signed_revocation(BytesView wire);
[[nodiscard]] Bytes encode(const SignedRevocation& revocation);
[[nodiscard]] SignedRevocation read_signed_revocation(Reader& in);
void write(Writer& out, const SignedRevocation& revocation);

}  // namespace samband::identity
