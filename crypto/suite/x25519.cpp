// X25519 (RFC 7748) as the group of a DHKEM, by libsodium.
#include <algorithm>
#include <sodium.h>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/kdf.h"

namespace samband {
namespace {

constexpr std::size_t key_bytes = crypto_scalarmult_curve25519_BYTES;
using Point = std::array<std::uint8_t, key_bytes>;

// A point with `first` and `last` at its ends and `between` elsewhere.
constexpr Point point_of(std::uint8_t first, std::uint8_t between, std::uint8_t last) {
  Point point;
  point.fill(between);
  point.front() = first;
  point.back() = last;
  return point;
}

// The points of small order, whose shared secret with anyone is zero: 0, 1, the two of order 8, and
// p-1, p, p+1 for p = 2^255 - 19 (RFC 7748 §7). The highest bit is ignored by the function.
constexpr std::array<Point, 7> small_order_points{
    point_of(0x00, 0x00, 0x00),
    point_of(0x01, 0x00, 0x00),
    Point{0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4, 0x6a,
          0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
    Point{0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef, 0x5b,
          0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    point_of(0xec, 0xff, 0x7f),
    point_of(0xed, 0xff, 0x7f),
    point_of(0xee, 0xff, 0x7f),
};

SecretBytes derive_private_key(const LabeledKdf& kdf, BytesView dkp_prk) {
  return kdf.expand(dkp_prk, "sk", {}, key_bytes);
}

std::optional<Bytes> public_key(BytesView private_key) {
  if (private_key.size() != key_bytes) return std::nullopt;
  Bytes out(key_bytes);
  crypto_scalarmult_curve25519_base(out.data(), private_key.data());
  return out;
}

bool is_valid_public_key(BytesView key) {
  if (key.size() != key_bytes) return false;
  Point point;
  std::ranges::copy(key, point.begin());
  point.back() &= 0x7f;
  return std::ranges::find(small_order_points, point) == small_order_points.end();
}

std::expected<SecretBytes, CryptoError> diffie_hellman(BytesView private_key, BytesView /*own_public_key*/,
                                                       BytesView public_key) {
  if (private_key.size() != key_bytes || public_key.size() != key_bytes) {
    return std::unexpected(CryptoError::invalid_key);
  }
  SecretBytes shared{key_bytes};
  // libsodium computes the zero result, too, and then says so.
  if (crypto_scalarmult_curve25519(shared.writable().data(), private_key.data(), public_key.data()) != 0) {
    return std::unexpected(CryptoError::weak_shared_secret);
  }
  return shared;
}

}  // namespace

const KemAlgorithm x25519_algorithm{.hpke_kem_id = 0x0020,
                                    .public_key_bytes = key_bytes,
                                    .private_key_bytes = key_bytes,
                                    .derive_private_key = derive_private_key,
                                    .public_key = public_key,
                                    .is_valid_public_key = is_valid_public_key,
                                    .diffie_hellman = diffie_hellman};

}  // namespace samband
