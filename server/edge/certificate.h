// A certificate of the server's own making, for trials and for places that pin instead of trusting authorities.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

struct SelfSigned {
  std::string certificate_pem;
  SecretBytes private_key_pem;
  Hash fingerprint;  // SHA-256 of the certificate's DER
};

// P-256, signed with its own key, for the host name or numeric address `name`, valid for two years from `now`.
[[nodiscard]] std::expected<SelfSigned, std::string> make_self_signed(std::string_view name, WallTime now);

}  // namespace samband::server::edge
