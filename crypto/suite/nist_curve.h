// The curves P-256, P-384 and P-521 (SP 800-186 §3.2.1): scalars and points as bytes, by OpenSSL.
// Private keys are scalars of fixed width, big-endian; public keys are uncompressed points (SEC 1 §2.3.3).
// Internal to this folder.
#pragma once

#include "crypto/bytes/bytes.h"
#include "crypto/suite/openssl.h"

namespace samband {

const EC_GROUP& p256_group();
const EC_GROUP& p384_group();
const EC_GROUP& p521_group();

struct NistCurve {
  const char* name;              // OpenSSL's, which is NIST's
  const char* signature_hash;    // what its suites sign with: RFC 9420 §17.1
  const EC_GROUP& (*group)();    // made once, shared, never changes
  std::size_t scalar_bytes;      // of a coordinate too
  std::uint8_t first_byte_mask;  // the bits that the order has in a scalar's first byte: RFC 9180 §7.1.3

  [[nodiscard]] constexpr std::size_t point_bytes() const { return 1 + 2 * scalar_bytes; }
};

inline constexpr NistCurve p256{"P-256", "SHA256", p256_group, 32, 0xff};
inline constexpr NistCurve p384{"P-384", "SHA384", p384_group, 48, 0xff};
inline constexpr NistCurve p521{"P-521", "SHA512", p521_group, 66, 0x01};

// Null unless `bytes` are of the right width and name a number from 1 to the order less one.
[[nodiscard]] openssl::Number scalar_of(const NistCurve& curve, BytesView bytes);
// Null unless `bytes` are the uncompressed form of a point of the curve. Compressed and hybrid forms and the
// point at infinity are no public keys (RFC 9180 §7.1.1). The order is prime, so any other point is one.
[[nodiscard]] openssl::Point point_of(const NistCurve& curve, BytesView bytes);

// The uncompressed form of `scalar` times the base point.
[[nodiscard]] Bytes public_key_of(const NistCurve& curve, const BIGNUM& scalar);
// The x coordinate of `scalar` times `point`: what ECDH gives (SEC 1 §3.3.1).
[[nodiscard]] SecretBytes shared_x(const NistCurve& curve, const BIGNUM& scalar, const EC_POINT& point);

}  // namespace samband
