#include "crypto/identity/invitation.h"

#include <algorithm>

#include "crypto/codec/hex.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

constexpr std::uint8_t invitation_version = 1;
constexpr std::size_t checksum_bytes = 4;

bool is_known(InvitationKind kind) {
  return kind == InvitationKind::from_operator || kind == InvitationKind::from_administrator;
}

// Letters, digits, and what joins them in host names and addresses: the name is put into a connection.
bool is_server_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
           c == ':';
  });
}

Hash checksum_of(BytesView content) {
  return sha256(content);
}

void write(Writer& out, const Invitation& invitation) {
  out.u8(invitation_version);
  out.u8(static_cast<std::uint8_t>(invitation.kind));
  out.fixed(invitation.seed.view());
  out.fixed(invitation.partner.view());
  out.fixed(invitation.delegation.view());
  out.fixed(invitation.partner_key_fingerprint.view());
  out.bytes(view_of(invitation.server_name));
  out.u16(invitation.server_port);
  out.fixed(invitation.server_key_pin.view());
  out.fixed(invitation.log_key.view());
  out.fixed(checksum_of(out.view()).view().first(checksum_bytes));
}

// The bytes of a code in every version end with their checksum.
bool has_checksum(BytesView wire) {
  if (wire.size() <= checksum_bytes) return false;
  const BytesView content = wire.first(wire.size() - checksum_bytes);
  return equal(checksum_of(content).view().first(checksum_bytes), wire.last(checksum_bytes));
}

Invitation read_content(Reader& in) {
  Invitation invitation;
  invitation.kind = static_cast<InvitationKind>(in.u8());
  invitation.seed = SecretBytes{in.fixed(invitation_seed_bytes)};
  invitation.partner = in.id<PartnerId>();
  invitation.delegation = in.id<DelegationHash>();
  invitation.partner_key_fingerprint = in.id<Hash>();
  invitation.server_name = text_of(in.bytes(server_name_bytes_max));
  invitation.server_port = in.u16();
  invitation.server_key_pin = in.id<Hash>();
  invitation.log_key = in.id<Ed25519PublicKey>();

  // The operator knows no key of the partner, and an administrator's code without one would trust any.
  const bool from_operator = invitation.kind == InvitationKind::from_operator;
  if (!is_known(invitation.kind)) in.fail(ParseError::unknown_value);
  if (invitation.partner.is_zero() == from_operator || invitation.delegation.is_zero() != from_operator ||
      invitation.partner_key_fingerprint.is_zero() != from_operator || !is_server_name(invitation.server_name) ||
      invitation.server_port == 0) {
    in.fail(ParseError::malformed);
  }
  return invitation;
}

}  // namespace

Invitation Invitation::duplicate() const {
  return {kind,        seed.duplicate(), partner,        delegation, partner_key_fingerprint,
          server_name, server_port,      server_key_pin, log_key};
}

std::string invitation_text(const Invitation& invitation) {
  Writer out;
  write(out, invitation);
  const SecretBytes wire = out.take_secret();
  return std::string{invitation_prefix} + to_base64url(wire.view());
}

std::expected<Invitation, InvitationError> parse_invitation(std::string_view text) {
  if (text.size() > invitation_text_bytes_max) return std::unexpected(InvitationError::not_an_invitation);
  std::string code;
  code.reserve(text.size());
  std::ranges::copy_if(text, std::back_inserter(code),
                       [](char c) { return c != ' ' && c != '\t' && c != '\r' && c != '\n'; });
  if (!code.starts_with(invitation_prefix)) return std::unexpected(InvitationError::not_an_invitation);
  auto decoded = from_base64url(std::string_view{code}.substr(invitation_prefix.size()));
  wipe({reinterpret_cast<std::uint8_t*>(code.data()), code.size()});
  if (!decoded) return std::unexpected(InvitationError::mistyped);
  const SecretBytes wire{*decoded};
  wipe(*decoded);
  if (!has_checksum(wire.view())) return std::unexpected(InvitationError::mistyped);

  Reader in{wire.view().first(wire.size() - checksum_bytes)};
  if (in.u8() != invitation_version) return std::unexpected(InvitationError::wrong_version);
  Invitation invitation = read_content(in);
  if (in.finish()) return std::unexpected(InvitationError::not_an_invitation);
  return invitation;
}

Hash operator_token_hash(BytesView token) {
  return hash_statement("operator invitation", token);
}

}  // namespace samband::identity
