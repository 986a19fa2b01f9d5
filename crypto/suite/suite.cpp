#include "crypto/suite/suite.h"

#include <sodium.h>

#include "crypto/bytes/check.h"
#include "crypto/suite/algorithms.h"
#include "crypto/suite/kdf.h"
#include "crypto/suite/label.h"

namespace samband {
namespace {

// RFC 9420 §17.1. The KDF of each KEM (RFC 9180 §7.1) has the hash of its suite.
constexpr std::array suites{
    CipherSuite::Table{.id = CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519,
                       .hash = &sha256_algorithm,
                       .aead = &chacha20poly1305_algorithm,
                       .signature = &ed25519_algorithm,
                       .kem = &x25519_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::x25519_aes128gcm_sha256_ed25519,
                       .hash = &sha256_algorithm,
                       .aead = &aes128gcm_algorithm,
                       .signature = &ed25519_algorithm,
                       .kem = &x25519_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::p256_aes128gcm_sha256_p256,
                       .hash = &sha256_algorithm,
                       .aead = &aes128gcm_algorithm,
                       .signature = &ecdsa_p256_algorithm,
                       .kem = &dhkem_p256_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::x448_aes256gcm_sha512_ed448,
                       .hash = &sha512_algorithm,
                       .aead = &aes256gcm_algorithm,
                       .signature = &ed448_algorithm,
                       .kem = &x448_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::p521_aes256gcm_sha512_p521,
                       .hash = &sha512_algorithm,
                       .aead = &aes256gcm_algorithm,
                       .signature = &ecdsa_p521_algorithm,
                       .kem = &dhkem_p521_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::x448_chacha20poly1305_sha512_ed448,
                       .hash = &sha512_algorithm,
                       .aead = &chacha20poly1305_algorithm,
                       .signature = &ed448_algorithm,
                       .kem = &x448_algorithm},
    CipherSuite::Table{.id = CipherSuiteId::p384_aes256gcm_sha384_p384,
                       .hash = &sha384_algorithm,
                       .aead = &aes256gcm_algorithm,
                       .signature = &ecdsa_p384_algorithm,
                       .kem = &dhkem_p384_algorithm},
};

}  // namespace

void initialise_libsodium() {
  static const bool ready = sodium_init() >= 0;
  SAMBAND_CHECK(ready);
}

std::optional<CipherSuite> CipherSuite::of(CipherSuiteId id) {
  initialise_libsodium();
  for (const Table& table : suites) {
    if (table.id == id) return CipherSuite{&table};
  }
  return std::nullopt;
}

CipherSuiteId CipherSuite::id() const {
  return table_->id;
}
std::size_t CipherSuite::hash_bytes() const {
  return table_->hash->bytes;
}
std::size_t CipherSuite::aead_key_bytes() const {
  return table_->aead->key_bytes;
}
std::size_t CipherSuite::aead_nonce_bytes() const {
  return table_->aead->nonce_bytes;
}
std::size_t CipherSuite::aead_tag_bytes() const {
  return table_->aead->tag_bytes;
}
std::size_t CipherSuite::kem_public_key_bytes() const {
  return table_->kem->public_key_bytes;
}
std::size_t CipherSuite::kem_private_key_bytes() const {
  return table_->kem->private_key_bytes;
}
std::size_t CipherSuite::signature_public_key_bytes() const {
  return table_->signature->public_key_bytes;
}
std::size_t CipherSuite::signature_private_key_bytes() const {
  return table_->signature->private_key_bytes;
}

Bytes CipherSuite::hash(BytesView data) const {
  return hash({data});
}

Bytes CipherSuite::hash(std::initializer_list<BytesView> parts) const {
  Bytes out(hash_bytes());
  table_->hash->digest({parts.begin(), parts.size()}, out);
  return out;
}

Bytes CipherSuite::mac(BytesView key, BytesView data) const {
  Bytes out(hash_bytes());
  table_->hash->hmac(key, {&data, 1}, out);
  return out;
}

SecretBytes CipherSuite::extract(BytesView salt, BytesView ikm) const {
  return hkdf_extract(*table_->hash, salt, {&ikm, 1});
}

SecretBytes CipherSuite::expand(BytesView prk, BytesView info, std::size_t length) const {
  return hkdf_expand(*table_->hash, prk, {&info, 1}, length);
}

SecretBytes CipherSuite::expand_with_label(BytesView secret, std::string_view label, BytesView context,
                                           std::size_t length) const {
  SAMBAND_CHECK(length <= 0xffff);  // the width of KDFLabel.length
  Writer kdf_label;
  kdf_label.reserve(mls_prefix.size() + label.size() + context.size() + 10);  // 10: the length, two vector headers
  kdf_label.u16(static_cast<std::uint16_t>(length));
  write_label(kdf_label, mls_prefix, label);
  kdf_label.bytes(context);
  return expand(secret, kdf_label.view(), length);
}

SecretBytes CipherSuite::derive_secret(BytesView secret, std::string_view label) const {
  return expand_with_label(secret, label, {}, hash_bytes());
}

SecretBytes CipherSuite::derive_tree_secret(BytesView secret, std::string_view label, std::uint32_t generation,
                                            std::size_t length) const {
  Writer context;
  context.u32(generation);
  return expand_with_label(secret, label, context.view(), length);
}

Bytes CipherSuite::ref_hash(std::string_view label, BytesView value) const {
  return hash(labelled({}, label, value));
}

Bytes CipherSuite::seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext) const {
  const AeadAlgorithm& aead = *table_->aead;
  SAMBAND_CHECK(key.size() == aead.key_bytes && nonce.size() == aead.nonce_bytes);
  Bytes out(plaintext.size() + aead.tag_bytes);
  aead.seal(key, nonce, aad, plaintext, out);
  return out;
}

std::expected<SecretBytes, CryptoError> CipherSuite::open(BytesView key, BytesView nonce, BytesView aad,
                                                          BytesView ciphertext) const {
  const AeadAlgorithm& aead = *table_->aead;
  SAMBAND_CHECK(key.size() == aead.key_bytes && nonce.size() == aead.nonce_bytes);
  if (ciphertext.size() < aead.tag_bytes) return std::unexpected(CryptoError::decryption_failed);
  SecretBytes out{ciphertext.size() - aead.tag_bytes};
  if (!aead.open(key, nonce, aad, ciphertext, out.writable())) return std::unexpected(CryptoError::decryption_failed);
  return out;
}

KeyPair CipherSuite::generate_signature_key_pair(RandomSource& random) const {
  for (;;) {
    SecretBytes candidate = random.secret(table_->signature->private_key_bytes);
    candidate.writable().front() &= table_->signature->first_byte_mask;
    if (auto pair = table_->signature->key_pair(candidate.view())) return std::move(*pair);
  }
}

std::expected<KeyPair, CryptoError> CipherSuite::signature_key_pair(BytesView private_key) const {
  auto pair = table_->signature->key_pair(private_key);
  if (!pair) return std::unexpected(CryptoError::invalid_key);
  return std::move(*pair);
}

Bytes CipherSuite::sign_with_label(BytesView private_key, std::string_view label, BytesView content) const {
  return table_->signature->sign(private_key, labelled(mls_prefix, label, content));
}

bool CipherSuite::verify_with_label(BytesView public_key, std::string_view label, BytesView content,
                                    BytesView signature) const {
  return table_->signature->verify(public_key, labelled(mls_prefix, label, content), signature);
}

bool CipherSuite::is_valid_signature_public_key(BytesView public_key) const {
  return table_->signature->is_valid_public_key(public_key);
}

}  // namespace samband
