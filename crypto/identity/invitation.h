// The code that a person types, pastes or scans to enrol a device: `samband-invite:` and base64url.
// It carries what the server must not be trusted with: the seed, the hash of the delegation, the fingerprint
// of the partner key, and the keys of the server and its log.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"
#include "crypto/identity/ids.h"

namespace samband::identity {

inline constexpr std::string_view invitation_prefix = "samband-invite:";
inline constexpr std::size_t invitation_seed_bytes = 32;
inline constexpr std::size_t invitation_text_bytes_max = 2048;
inline constexpr std::size_t server_name_bytes_max = 253;  // RFC 1035 §2.3.4, as text

// Never renumber.
enum class InvitationKind : std::uint8_t {
  from_operator = 1,       // for a partner's first administrator; the seed is a one-time token
  from_administrator = 2,  // the seed makes the enrolment key
};

enum class InvitationError : std::uint8_t {
  not_an_invitation,  // another kind of text
  mistyped,           // a letter is wrong or missing: the checksum does not agree
  wrong_version,      // made by a newer samband
};

struct Invitation {
  InvitationKind kind = InvitationKind::from_administrator;
  SecretBytes seed;              // 32 bytes
  PartnerId partner;             // whom the operator invites; zeros from an administrator, whose delegation says it
  DelegationHash delegation;     // zeros from the operator
  Hash partner_key_fingerprint;  // zeros from the operator
  std::string server_name;       // a host name or an address, without port
  std::uint16_t server_port = 0;
  Hash server_key_pin;       // SHA-256 of the server's SubjectPublicKeyInfo (DER)
  Ed25519PublicKey log_key;  // that signs tree heads

  [[nodiscard]] Invitation duplicate() const;
};

[[nodiscard]] std::string invitation_text(const Invitation& invitation);
// White space anywhere is passed over: printed codes are wrapped.
[[nodiscard]] std::expected<Invitation, InvitationError> parse_invitation(std::string_view text);

// All that the server keeps of the token of its own invitations.
[[nodiscard]] Hash operator_token_hash(BytesView token);

}  // namespace samband::identity
