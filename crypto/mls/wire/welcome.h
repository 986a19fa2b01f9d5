// What those added by a Commit receive.
// Source: RFC 9420 §12.4.3.1.
#pragma once

#include <optional>

#include "crypto/mls/wire/commit.h"

namespace samband::mls {

// The plaintext for one joiner: move-only, wiped with its secrets.
struct GroupSecrets {
  SecretBytes joiner_secret;               // KDF.Nh bytes
  std::optional<SecretBytes> path_secret;  // KDF.Nh bytes; present when the Commit has a path
  std::vector<PreSharedKeyID> psks;        // at most psks_max, in the order of the Commit's proposals
};
[[nodiscard]] std::expected<GroupSecrets, ParseError> parse_group_secrets(BytesView wire);
[[nodiscard]] SecretBytes encode_group_secrets(const GroupSecrets& secrets);

struct EncryptedGroupSecrets {
  KeyPackageRef new_member;
  HPKECiphertext encrypted_group_secrets;
  bool operator==(const EncryptedGroupSecrets&) const = default;
};
[[nodiscard]] EncryptedGroupSecrets read_encrypted_group_secrets(Reader& in);
void write(Writer& out, const EncryptedGroupSecrets& secrets);

struct Welcome {
  std::uint16_t cipher_suite = 0;
  std::vector<EncryptedGroupSecrets> secrets;  // at most proposals_max
  Bytes encrypted_group_info;
  bool operator==(const Welcome&) const = default;
};
[[nodiscard]] Welcome read_welcome(Reader& in);
[[nodiscard]] std::expected<Welcome, ParseError> parse_welcome(BytesView wire);
void write(Writer& out, const Welcome& welcome);

}  // namespace samband::mls
