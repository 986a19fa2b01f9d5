// Who this profile is: its device, its keys and its server, as one record of the store.
#pragma once

#include <expected>
#include <optional>

#include "client/core/client.h"
#include "crypto/bytes/bytes.h"
#include "crypto/codec/reader.h"
#include "crypto/identity/device_certificate.h"
#include "crypto/suite/suite.h"
#include "crypto/transparency/tree_head.h"

namespace samband::client {

// Held by a partner's first administrator, and by whoever was granted one later.
struct AdministratorKey {
  AdministratorHash grant;
  SecretBytes private_key;  // 32 bytes
};

struct Own {
  static constexpr std::uint8_t version = 1;

  bool enrolled = false;  // false: an enrolment was begun and its answer is not known
  Hash invitation;        // SHA-256 of the seed: a second try with the same code goes on with the same keys
  ServerAddress server;
  transparency::LogPublicKey log_key;
  Hash partner_key_fingerprint;
  identity::SignedDeviceCertificate certificate;
  KeyPair signature_key;  // the device's; groups refer to it
  std::optional<AdministratorKey> administrator;
  std::optional<SecretBytes> partner_private_key;  // 32 bytes; only until it has been shown
  // What EnrolFirst or EnrolInvited sends: a RequestBody. Empty once enrolled.
  Bytes request;

  [[nodiscard]] const identity::DeviceCertificate& device() const { return certificate.body; }
};

[[nodiscard]] SecretBytes encode(const Own& own);
[[nodiscard]] std::expected<Own, ParseError> parse_own(BytesView wire);

}  // namespace samband::client
