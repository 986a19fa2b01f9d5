// The cipher suites of MLS: hash, KDF, AEAD, signature and HPKE behind one value.
// Source: RFC 9420 §5 (labelled functions), §17.1 (suites); RFC 9180 (HPKE, base mode).
// Pure computation; randomness is passed in. Lengths follow the RFCs' symbols: Nh, Nk, Nn, Nsecret.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/suite/random.h"

namespace samband {

// IANA "MLS Cipher Suites". Never renumber.
enum class CipherSuiteId : std::uint16_t {
  x25519_aes128gcm_sha256_ed25519 = 0x0001,
  p256_aes128gcm_sha256_p256 = 0x0002,
  x25519_chacha20poly1305_sha256_ed25519 = 0x0003,
  x448_aes256gcm_sha512_ed448 = 0x0004,
  p521_aes256gcm_sha512_p521 = 0x0005,
  x448_chacha20poly1305_sha512_ed448 = 0x0006,
  p384_aes256gcm_sha384_p384 = 0x0007,
};

// What samband's own channels, certificates and logs use; needs libsodium alone.
inline constexpr CipherSuiteId samband_suite = CipherSuiteId::x25519_chacha20poly1305_sha256_ed25519;

enum class CryptoError : std::uint8_t {
  unsupported_suite,   // not one of the suites this build implements
  invalid_key,         // wrong length, or not a point/scalar of the curve
  decryption_failed,   // the AEAD tag did not verify
  weak_shared_secret,  // the Diffie-Hellman result is all zeros (RFC 9180 §7.1.4)
};

struct KeyPair {
  SecretBytes private_key;  // HPKE: SerializePrivateKey form; EdDSA: the seed; ECDSA: the scalar, big-endian
  Bytes public_key;
  [[nodiscard]] KeyPair duplicate() const { return {private_key.duplicate(), public_key}; }
};

struct HpkeCiphertext {
  Bytes kem_output;
  Bytes ciphertext;
  bool operator==(const HpkeCiphertext&) const = default;
};

// A cheap value: copy it freely.
class CipherSuite {
 public:
  // nullopt for a suite this build does not implement.
  [[nodiscard]] static std::optional<CipherSuite> of(CipherSuiteId id);
  [[nodiscard]] static std::optional<CipherSuite> of(std::uint16_t id) { return of(static_cast<CipherSuiteId>(id)); }

  [[nodiscard]] CipherSuiteId id() const;
  [[nodiscard]] std::size_t hash_bytes() const;        // Nh = KDF.Nh
  [[nodiscard]] std::size_t aead_key_bytes() const;    // Nk
  [[nodiscard]] std::size_t aead_nonce_bytes() const;  // Nn
  [[nodiscard]] std::size_t aead_tag_bytes() const;
  [[nodiscard]] std::size_t kem_public_key_bytes() const;
  [[nodiscard]] std::size_t kem_private_key_bytes() const;
  [[nodiscard]] std::size_t signature_public_key_bytes() const;
  [[nodiscard]] std::size_t signature_private_key_bytes() const;

  // --- hash, MAC, KDF
  [[nodiscard]] Bytes hash(BytesView data) const;
  [[nodiscard]] Bytes hash(std::initializer_list<BytesView> parts) const;
  [[nodiscard]] Bytes mac(BytesView key, BytesView data) const;  // HMAC with the suite's hash
  [[nodiscard]] SecretBytes extract(BytesView salt, BytesView ikm) const;
  [[nodiscard]] SecretBytes expand(BytesView prk, BytesView info, std::size_t length) const;
  // RFC 9420 §8: ExpandWithLabel, DeriveSecret; §9.1: DeriveTreeSecret; §5.2: RefHash.
  [[nodiscard]] SecretBytes expand_with_label(BytesView secret, std::string_view label, BytesView context,
                                              std::size_t length) const;
  [[nodiscard]] SecretBytes derive_secret(BytesView secret, std::string_view label) const;
  [[nodiscard]] SecretBytes derive_tree_secret(BytesView secret, std::string_view label, std::uint32_t generation,
                                               std::size_t length) const;
  [[nodiscard]] Bytes ref_hash(std::string_view label, BytesView value) const;

  // --- AEAD; `key` is Nk bytes and `nonce` Nn bytes (asserted: they never come from a peer)
  [[nodiscard]] Bytes seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext) const;
  [[nodiscard]] std::expected<SecretBytes, CryptoError> open(BytesView key, BytesView nonce, BytesView aad,
                                                             BytesView ciphertext) const;

  // --- signatures
  [[nodiscard]] KeyPair generate_signature_key_pair(RandomSource& random) const;
  // invalid_key when the seed has the wrong length, or the scalar is not from 1 to the order less one.
  [[nodiscard]] std::expected<KeyPair, CryptoError> signature_key_pair(BytesView private_key) const;
  // RFC 9420 §5.1.2: SignWithLabel ("MLS 1.0 " is put in front of the label inside).
  [[nodiscard]] Bytes sign_with_label(BytesView private_key, std::string_view label, BytesView content) const;
  [[nodiscard]] bool verify_with_label(BytesView public_key, std::string_view label, BytesView content,
                                       BytesView signature) const;

  // --- HPKE (RFC 9180, base mode)
  [[nodiscard]] KeyPair generate_kem_key_pair(RandomSource& random) const;
  [[nodiscard]] KeyPair derive_kem_key_pair(BytesView ikm) const;  // DeriveKeyPair, §7.1.3
  // The public key of a private one; invalid_key on a wrong length, or a scalar out of range.
  [[nodiscard]] std::expected<Bytes, CryptoError> kem_public_key(BytesView private_key) const;
  [[nodiscard]] bool is_valid_kem_public_key(BytesView public_key) const;
  [[nodiscard]] bool is_valid_signature_public_key(BytesView public_key) const;
  // RFC 9420 §5.1.3: EncryptWithLabel and DecryptWithLabel.
  [[nodiscard]] std::expected<HpkeCiphertext, CryptoError> encrypt_with_label(BytesView public_key,
                                                                              std::string_view label, BytesView context,
                                                                              BytesView plaintext,
                                                                              RandomSource& random) const;
  [[nodiscard]] std::expected<SecretBytes, CryptoError> decrypt_with_label(BytesView private_key, BytesView public_key,
                                                                           std::string_view label, BytesView context,
                                                                           const HpkeCiphertext& sealed) const;
  // RFC 9420 §8.3: the KEM context of an external initialisation; `Export` of RFC 9180 §5.3.
  struct ExternalInit {
    Bytes kem_output;
    SecretBytes init_secret;  // Nh bytes
  };
  [[nodiscard]] std::expected<ExternalInit, CryptoError> external_init(BytesView external_pub,
                                                                       RandomSource& random) const;
  [[nodiscard]] std::expected<SecretBytes, CryptoError> external_init_secret(const KeyPair& external_key_pair,
                                                                             BytesView kem_output) const;

  bool operator==(const CipherSuite&) const = default;

  struct Table;  // the algorithms of a suite, internal to this folder

 private:
  explicit CipherSuite(const Table* table) : table_{table} {}
  const Table* table_;
};

}  // namespace samband
