// Ed448 (RFC 8032 §5.2, without context), by OpenSSL. Private keys are seeds.
#include <algorithm>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/openssl.h"

namespace samband {
namespace {

constexpr const char* name = "ED448";
constexpr std::size_t key_bytes = 57;
constexpr std::size_t signature_bytes = 114;
constexpr std::uint8_t sign_of_x = 0x80;  // in the last byte of an encoded point

using Coordinate = std::array<std::uint8_t, key_bytes>;  // little-endian

// p = 2^448 - 2^224 - 1.
constexpr Coordinate prime = [] {
  Coordinate p;
  p.fill(0xff);
  p[28] = 0xfe;
  p.back() = 0;
  return p;
}();

constexpr Coordinate y_of(BytesView point) {
  Coordinate y{};
  std::ranges::copy(point, y.begin());
  y.back() &= static_cast<std::uint8_t>(~sign_of_x);
  return y;
}

// The four points whose multiples by 4 are neutral have y = 0, 1 or -1. With such a key a signature that
// fits every message could be made.
bool is_of_small_order(BytesView point) {
  static constexpr Coordinate zero{};
  static constexpr Coordinate one{1};
  static constexpr Coordinate minus_one = [] {
    Coordinate y = prime;
    y[0] -= 1;
    return y;
  }();
  const Coordinate y = y_of(point);
  return y == zero || y == one || y == minus_one;
}

openssl::Number number(const Coordinate& bytes) {
  return openssl::Number{openssl::must(BN_lebin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr))};
}

// A point has y below p and x^2 = (y^2 - 1) / (d y^2 - 1), d = -39081 (RFC 8032 §5.2). The quotient is a square
// exactly if the product of both sides is one, and the divisor is never zero because d is no square.
bool is_on_curve(BytesView point) {
  constexpr BN_ULONG minus_d = 39081;
  static const BIGNUM* const p = number(prime).release();
  const openssl::NumberContext context{openssl::must(BN_CTX_new())};
  const openssl::Number y = number(y_of(point));
  if (BN_cmp(y.get(), p) >= 0) return false;
  const openssl::Number numerator{openssl::must(BN_new())};
  bool done = BN_mod_sqr(numerator.get(), y.get(), p, context.get()) == 1;
  const openssl::Number divisor{openssl::must(BN_dup(numerator.get()))};
  done = done && BN_mul_word(divisor.get(), minus_d) == 1 && BN_add_word(divisor.get(), 1) == 1;
  BN_set_negative(divisor.get(), 1);
  done = done && BN_sub_word(numerator.get(), 1) == 1;
  done = done && BN_mod_mul(numerator.get(), numerator.get(), divisor.get(), p, context.get()) == 1;
  const int symbol = BN_kronecker(numerator.get(), p, context.get());
  SAMBAND_CHECK(done && symbol >= -1);
  return symbol >= 0;
}

bool is_ed448_public_key(BytesView public_key) {
  return public_key.size() == key_bytes && !is_of_small_order(public_key) && is_on_curve(public_key);
}

openssl::Key private_key_of(BytesView seed) {
  SAMBAND_CHECK(seed.size() == key_bytes);
  return openssl::Key{openssl::must(EVP_PKEY_new_raw_private_key_ex(nullptr, name, nullptr, seed.data(), key_bytes))};
}

std::optional<KeyPair> ed448_pair(BytesView seed) {
  if (seed.size() != key_bytes) return std::nullopt;
  Bytes public_key(key_bytes);
  std::size_t size = public_key.size();
  SAMBAND_CHECK(EVP_PKEY_get_raw_public_key(private_key_of(seed).get(), public_key.data(), &size) == 1);
  return KeyPair{SecretBytes{seed}, std::move(public_key)};
}

Bytes ed448_sign(BytesView seed, BytesView message) {
  const openssl::Key key = private_key_of(seed);
  const openssl::DigestContext context{openssl::must(EVP_MD_CTX_new())};
  Bytes signature(signature_bytes);
  std::size_t size = signature.size();
  bool done = EVP_DigestSignInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1;
  done = done && EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
  SAMBAND_CHECK(done && size == signature_bytes);
  return signature;
}

// OpenSSL refuses S not below the group's order and keys that are no points, but not keys of small order.
bool ed448_verify(BytesView public_key, BytesView message, BytesView signature) {
  if (public_key.size() != key_bytes || signature.size() != signature_bytes) return false;
  if (is_of_small_order(public_key)) return false;
  const openssl::ErrorScope errors;
  const openssl::Key key{
      openssl::must(EVP_PKEY_new_raw_public_key_ex(nullptr, name, nullptr, public_key.data(), key_bytes))};
  const openssl::DigestContext context{openssl::must(EVP_MD_CTX_new())};
  SAMBAND_CHECK(EVP_DigestVerifyInit_ex(context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

}  // namespace

constinit const SignatureAlgorithm ed448_algorithm{.public_key_bytes = key_bytes,
                                                   .private_key_bytes = key_bytes,
                                                   .first_byte_mask = 0xff,
                                                   .key_pair = ed448_pair,
                                                   .sign = ed448_sign,
                                                   .verify = ed448_verify,
                                                   .is_valid_public_key = is_ed448_public_key};

}  // namespace samband
