// AEAD_CHACHA20_POLY1305 (RFC 8439), by libsodium.
#include <sodium.h>

#include "crypto/suite/algorithms.h"

namespace samband {
namespace {

void seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, Octets out) {
  crypto_aead_chacha20poly1305_ietf_encrypt(out.data(), nullptr, plaintext.data(), plaintext.size(), aad.data(),
                                            aad.size(), nullptr, nonce.data(), key.data());
}

bool open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, Octets out) {
  return crypto_aead_chacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(),
                                                   aad.data(), aad.size(), nonce.data(), key.data()) == 0;
}

}  // namespace

const AeadAlgorithm chacha20poly1305_algorithm{.hpke_aead_id = 0x0003,
                                               .key_bytes = crypto_aead_chacha20poly1305_ietf_KEYBYTES,
                                               .nonce_bytes = crypto_aead_chacha20poly1305_ietf_NPUBBYTES,
                                               .tag_bytes = crypto_aead_chacha20poly1305_ietf_ABYTES,
                                               .seal = seal,
                                               .open = open};

}  // namespace samband
