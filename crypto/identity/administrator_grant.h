// A partner key makes an administrator key: a key that may delegate and revoke for the partner.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

struct AdministratorGrant {
  PartnerId partner;
  Ed25519PublicKey partner_key;  // the key that signs this grant
  Ed25519PublicKey administrator_key;
  std::optional<StaffId> staff;    // who holds it; revoking the person revokes the key
  std::optional<DeviceId> device;  // where it is kept; revoking the device revokes the key
  std::string label;               // a name for people, such as "first administrator"
  WallTime issued_at;
  bool operator==(const AdministratorGrant&) const = default;
};

struct SignedAdministratorGrant {
  AdministratorGrant body;
  Ed25519Signature signature;  // by `body.partner_key`, purpose "administrator"
  bool operator==(const SignedAdministratorGrant&) const = default;
};

[[nodiscard]] SignedAdministratorGrant sign(AdministratorGrant body, BytesView partner_private_key);
// The signature alone; whether that key is the partner's is the directory's to say.
[[nodiscard]] bool verify(const SignedAdministratorGrant& grant);
[[nodiscard]] AdministratorHash hash_of(const AdministratorGrant& body);

[[nodiscard]] std::expected<SignedAdministratorGrant, ParseError> parse_signed_administrator_grant(BytesView wire);
[[nodiscard]] Bytes encode(const SignedAdministratorGrant& grant);
[[nodiscard]] SignedAdministratorGrant read_signed_administrator_grant(Reader& in);
void write(Writer& out, const SignedAdministratorGrant& grant);

}  // namespace samband::identity
