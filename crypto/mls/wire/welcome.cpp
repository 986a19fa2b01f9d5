#include "crypto/mls/wire/welcome.h"

namespace samband::mls {
namespace {

// Room for two secrets and the lengths in front, so that the buffer never grows and leaves a copy behind.
constexpr std::size_t secrets_bytes = 2 * (hash_bytes_max + 2) + 1;
constexpr std::size_t psk_id_wire_bytes_max = 1 + 1 + 2 + psk_id_bytes_max + 8 + 2 + hash_bytes_max;

std::optional<SecretBytes> read_path_secret(Reader& in) {
  if (!in.presence()) return std::nullopt;
  return SecretBytes{in.bytes(hash_bytes_max)};
}

GroupSecrets read_group_secrets(Reader& in) {
  return {.joiner_secret = SecretBytes{in.bytes(hash_bytes_max)},
          .path_secret = read_path_secret(in),
          .psks = read_vector<PreSharedKeyID>(in, psks_max, read_pre_shared_key_id)};
}

}  // namespace

std::expected<GroupSecrets, ParseError> parse_group_secrets(BytesView wire) {
  return parse_whole(wire, read_group_secrets);
}

SecretBytes encode_group_secrets(const GroupSecrets& secrets) {
  Writer out;
  out.reserve(secrets_bytes + 4 + secrets.psks.size() * psk_id_wire_bytes_max);
  out.bytes(secrets.joiner_secret.view());
  out.presence(secrets.path_secret.has_value());
  if (secrets.path_secret) out.bytes(secrets.path_secret->view());
  write_vector(out, secrets.psks);
  return out.take_secret();
}

EncryptedGroupSecrets read_encrypted_group_secrets(Reader& in) {
  return {.new_member = in.bytes_owned(hash_bytes_max), .encrypted_group_secrets = read_hpke_ciphertext(in)};
}

void write(Writer& out, const EncryptedGroupSecrets& secrets) {
  out.bytes(secrets.new_member);
  write(out, secrets.encrypted_group_secrets);
}

Welcome read_welcome(Reader& in) {
  return {.cipher_suite = in.u16(),
          .secrets = read_vector<EncryptedGroupSecrets>(in, proposals_max, read_encrypted_group_secrets),
          .encrypted_group_info = in.bytes_owned(structure_bytes_max)};
}

std::expected<Welcome, ParseError> parse_welcome(BytesView wire) {
  return parse_whole(wire, read_welcome);
}

void write(Writer& out, const Welcome& welcome) {
  out.u16(welcome.cipher_suite);
  write_vector(out, welcome.secrets);
  out.bytes(welcome.encrypted_group_info);
}

}  // namespace samband::mls
