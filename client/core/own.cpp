#include "client/core/own.h"

#include "crypto/codec/writer.h"
#include "crypto/identity/invitation.h"
#include "crypto/suite/signing.h"
#include "server/protocol/messages.h"

namespace samband::client {

namespace {

constexpr std::size_t key_bytes = 32;

void write_optional(Writer& out, const std::optional<SecretBytes>& secret) {
  out.presence(secret.has_value());
  if (secret) out.fixed(secret->view());
}

std::optional<SecretBytes> read_optional(Reader& in) {
  if (!in.presence()) return std::nullopt;
  return SecretBytes{in.fixed(key_bytes)};
}

}  // namespace

SecretBytes encode(const Own& own) {
  Writer out;
  out.u8(Own::version);
  out.presence(own.enrolled);
  out.fixed(own.invitation.view());
  out.bytes(view_of(own.server.name));
  out.u16(own.server.port);
  out.fixed(own.server.spki_pin.view());
  out.fixed(own.log_key.view());
  out.fixed(own.partner_key_fingerprint.view());
  write(out, own.certificate);
  out.fixed(own.signature_key.private_key.view());
  out.presence(own.administrator.has_value());
  if (own.administrator) {
    out.fixed(own.administrator->grant.view());
    out.fixed(own.administrator->private_key.view());
  }
  write_optional(out, own.partner_private_key);
  out.bytes(own.request);
  return out.take_secret();
}

std::expected<Own, ParseError> parse_own(BytesView wire) {
  Reader in{wire};
  if (in.u8() != Own::version) in.fail(ParseError::unknown_value);
  Own own;
  own.enrolled = in.presence();
  own.invitation = in.id<Hash>();
  own.server.name = std::string{text_of(in.bytes(identity::server_name_bytes_max))};
  own.server.port = in.u16();
  own.server.spki_pin = in.id<Hash>();
  own.log_key = in.id<transparency::LogPublicKey>();
  own.partner_key_fingerprint = in.id<Hash>();
  own.certificate = identity::read_signed_device_certificate(in);
  const SecretBytes signature_seed{in.fixed(key_bytes)};
  if (in.presence()) {
    own.administrator.emplace();
    own.administrator->grant = in.id<AdministratorHash>();
    own.administrator->private_key = SecretBytes{in.fixed(key_bytes)};
  }
  own.partner_private_key = read_optional(in);
  own.request = in.bytes_owned(protocol::frame_bytes_max);
  if (auto error = in.finish()) return std::unexpected(*error);
  own.signature_key = ed25519_key_pair(signature_seed.view());
  return own;
}

}  // namespace samband::client
