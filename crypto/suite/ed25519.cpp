// Ed25519 (RFC 8032), by libsodium. Private keys are seeds.
#include <sodium.h>

#include "crypto/bytes/check.h"
#include "crypto/suite/algorithms.h"

namespace samband {
namespace {

// libsodium's form of a private key: the seed, then the public key.
struct ExpandedKey {
  std::array<std::uint8_t, crypto_sign_ed25519_PUBLICKEYBYTES> public_key;
  std::array<std::uint8_t, crypto_sign_ed25519_SECRETKEYBYTES> secret_key;

  explicit ExpandedKey(BytesView seed) {
    SAMBAND_CHECK(seed.size() == crypto_sign_ed25519_SEEDBYTES);
    crypto_sign_ed25519_seed_keypair(public_key.data(), secret_key.data(), seed.data());
  }
  ~ExpandedKey() { wipe(secret_key); }
  ExpandedKey(const ExpandedKey&) = delete;
  ExpandedKey& operator=(const ExpandedKey&) = delete;
};

std::optional<KeyPair> ed25519_pair(BytesView seed) {
  if (seed.size() != crypto_sign_ed25519_SEEDBYTES) return std::nullopt;
  const ExpandedKey expanded{seed};
  return KeyPair{SecretBytes{seed}, copy_of(expanded.public_key)};
}

Bytes ed25519_sign(BytesView seed, BytesView message) {
  const ExpandedKey expanded{seed};
  Bytes signature(crypto_sign_ed25519_BYTES);
  crypto_sign_ed25519_detached(signature.data(), nullptr, message.data(), message.size(), expanded.secret_key.data());
  return signature;
}

// Strict: libsodium refuses S not below the group order, encodings that are not canonical, and keys and R of
// small order, so that one message, key and meaning have no second signature of a stranger's making.
bool ed25519_verify(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != crypto_sign_ed25519_PUBLICKEYBYTES) return false;
  if (signature.size() != crypto_sign_ed25519_BYTES) return false;
  return crypto_sign_ed25519_verify_detached(signature.data(), message.data(), message.size(), public_key.data()) == 0;
}

bool is_ed25519_public_key(BytesView public_key) {
  return public_key.size() == crypto_sign_ed25519_PUBLICKEYBYTES &&
         crypto_core_ed25519_is_valid_point(public_key.data()) == 1;
}

}  // namespace

const SignatureAlgorithm ed25519_algorithm{.public_key_bytes = crypto_sign_ed25519_PUBLICKEYBYTES,
                                           .private_key_bytes = crypto_sign_ed25519_SEEDBYTES,
                                           .first_byte_mask = 0xff,
                                           .key_pair = ed25519_pair,
                                           .sign = ed25519_sign,
                                           .verify = ed25519_verify,
                                           .is_valid_public_key = is_ed25519_public_key};

}  // namespace samband
