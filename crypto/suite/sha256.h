// SHA-256 of what does not fit into memory at once. Source: FIPS 180-4.
#pragma once

#include <sodium.h>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband {

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void add(BytesView piece) { crypto_hash_sha256_update(&state_, piece.data(), piece.size()); }
  // Ends the hash; the object is used up.
  [[nodiscard]] Hash finish() {
    Hash hash;
    crypto_hash_sha256_final(&state_, hash.bytes.data());
    return hash;
  }

 private:
  crypto_hash_sha256_state state_{};
};

}  // namespace samband
