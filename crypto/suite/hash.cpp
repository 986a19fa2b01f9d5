// SHA-256 and HMAC-SHA256, by libsodium.
#include <sodium.h>

#include "crypto/suite/algorithms.h"

namespace samband {
namespace {

void digest(Parts parts, Octets out) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (BytesView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  crypto_hash_sha256_final(&state, out.data());
}

void hmac(BytesView key, Parts parts, Octets out) {
  static constexpr std::uint8_t no_key = 0;  // libsodium wants an address, even of nothing
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.empty() ? &no_key : key.data(), key.size());
  for (BytesView part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  crypto_auth_hmacsha256_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
}

}  // namespace

const HashAlgorithm sha256_algorithm{
    .hpke_kdf_id = 0x0001, .bytes = crypto_hash_sha256_BYTES, .digest = digest, .hmac = hmac};

}  // namespace samband
