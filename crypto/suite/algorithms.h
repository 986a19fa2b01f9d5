// What a cipher suite is made of: one table per algorithm, one row of tables per suite.
// Internal to this folder. A new suite is a new row; a new algorithm is a new table in a file of its own.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>

#include "crypto/bytes/bytes.h"
#include "crypto/suite/suite.h"

namespace samband {

using Parts = std::span<const BytesView>;
using Octets = std::span<std::uint8_t>;

// The longest output of any hash of RFC 9420 §17.1 (SHA-512), for buffers on the stack.
inline constexpr std::size_t hash_bytes_max = 64;

struct HashAlgorithm {
  std::uint16_t hpke_kdf_id;  // HKDF with this hash: RFC 9180 §7.2
  std::size_t bytes;          // Nh
  // Both take their input in parts, so that nothing is copied together first; `out` is `bytes` long.
  void (*digest)(Parts parts, Octets out);
  void (*hmac)(BytesView key, Parts parts, Octets out);
};

struct AeadAlgorithm {
  std::uint16_t hpke_aead_id;  // RFC 9180 §7.3
  std::size_t key_bytes;       // Nk
  std::size_t nonce_bytes;     // Nn
  std::size_t tag_bytes;       // Nt
  // `out` is as long as the plaintext and the tag.
  void (*seal)(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, Octets out);
  // `ciphertext` is at least a tag long, `out` a tag shorter. False leaves nothing useful in `out`.
  bool (*open)(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, Octets out);
};

struct SignatureAlgorithm {
  std::size_t public_key_bytes;
  std::size_t private_key_bytes;
  std::uint8_t first_byte_mask;  // the bits that a private key's first byte can have
  // nullopt when the private key is no key of this algorithm.
  std::optional<KeyPair> (*key_pair)(BytesView private_key);
  Bytes (*sign)(BytesView private_key, BytesView message);
  // Lengths are checked inside: a key or signature of another length does not verify.
  bool (*verify)(BytesView public_key, BytesView message, BytesView signature);
  bool (*is_valid_public_key)(BytesView public_key);
};

class LabeledKdf;

// The Diffie-Hellman group of a DHKEM (RFC 9180 §4.1). Its KDF uses the hash of the suite, so Nsecret = Nh.
struct KemAlgorithm {
  std::uint16_t hpke_kem_id;      // RFC 9180 §7.1
  std::size_t public_key_bytes;   // Npk = Nenc
  std::size_t private_key_bytes;  // Nsk
  // The part of DeriveKeyPair that differs between groups (§7.1.3).
  SecretBytes (*derive_private_key)(const LabeledKdf& kdf, BytesView dkp_prk);
  // nullopt when the private key is no scalar of the group.
  std::optional<Bytes> (*public_key)(BytesView private_key);
  // False for a wrong length and for points that give a known shared secret.
  bool (*is_valid_public_key)(BytesView public_key);
  // `own_public_key` belongs to `private_key`; some libraries would compute it otherwise. Of the right length.
  std::expected<SecretBytes, CryptoError> (*diffie_hellman)(BytesView private_key, BytesView own_public_key,
                                                            BytesView public_key);
};

extern const HashAlgorithm sha256_algorithm;
extern const HashAlgorithm sha384_algorithm;
extern const HashAlgorithm sha512_algorithm;

extern const AeadAlgorithm aes128gcm_algorithm;
extern const AeadAlgorithm aes256gcm_algorithm;
extern const AeadAlgorithm chacha20poly1305_algorithm;

extern const SignatureAlgorithm ed25519_algorithm;
extern const SignatureAlgorithm ed448_algorithm;
extern const SignatureAlgorithm ecdsa_p256_algorithm;
extern const SignatureAlgorithm ecdsa_p384_algorithm;
extern const SignatureAlgorithm ecdsa_p521_algorithm;

extern const KemAlgorithm x25519_algorithm;
extern const KemAlgorithm x448_algorithm;
extern const KemAlgorithm dhkem_p256_algorithm;
extern const KemAlgorithm dhkem_p384_algorithm;
extern const KemAlgorithm dhkem_p521_algorithm;

struct CipherSuite::Table {
  CipherSuiteId id;
  const HashAlgorithm* hash;
  const AeadAlgorithm* aead;
  const SignatureAlgorithm* signature;
  const KemAlgorithm* kem;
};

// Lets libsodium choose the fastest code for this processor, once. Everything also works before.
void initialise_libsodium();

}  // namespace samband
