// The server's TLS: version 1.3 and nothing else, one certificate with its key, checked before it is used.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <openssl/types.h>
#include <optional>
#include <string>
#include <sys/types.h>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

struct TlsIdentity {
  std::shared_ptr<SSL_CTX> context;
  Hash key_pin;         // SHA-256 of the SubjectPublicKeyInfo: what invitations carry
  Hash fingerprint;     // SHA-256 of the certificate: what people compare
  WallTime expires_at;  // of the certificate
};

// Either path may be a credential. The error is one line: what happened, and what to do. Refused: files that can't be
// read, a key that others may read, a key of another certificate, a certificate that is expired or not valid yet at
// `now`.
[[nodiscard]] std::expected<TlsIdentity, std::string> load_tls(const std::filesystem::path& certificate,
                                                               const std::filesystem::path& private_key, WallTime now);

// The pin of a certificate's key, expired or not; nullopt when there is no certificate in the file.
[[nodiscard]] std::optional<Hash> key_pin_of(const std::filesystem::path& certificate);

// Why a secret file may not be used: missing, readable by group or others, or not by this process. Empty when it is
// well. A credential (`written` as in the configuration) lies in a folder of the service alone, where an access list
// shows as bits of the group: only what others may is looked at.
[[nodiscard]] std::string secret_file_fault(const std::filesystem::path& written);

// The name of a user of this machine, or the number where it has none.
[[nodiscard]] std::string name_of_user(uid_t user);

// RFC 9266: 32 bytes that both ends of this session share and nobody else has. Empty before the handshake.
[[nodiscard]] Bytes channel_binding(SSL* session);

// What OpenSSL has to say about the last failure on this thread, for our log.
[[nodiscard]] std::string tls_error_text();

}  // namespace samband::server::edge
