#include "crypto/suite/nist_curve.h"

#include <openssl/obj_mac.h>

namespace samband {
namespace {

constexpr std::uint8_t uncompressed = 0x04;  // SEC 1 §2.3.3

const EC_GROUP* new_group(int nid) {
  return openssl::must(EC_GROUP_new_by_curve_name_ex(nullptr, nullptr, nid));
}

openssl::NumberContext new_context() {
  return openssl::NumberContext{openssl::must(BN_CTX_secure_new())};
}

openssl::Point new_point(const NistCurve& curve) {
  return openssl::Point{openssl::must(EC_POINT_new(&curve.group()))};
}

int width(const NistCurve& curve) {
  return static_cast<int>(curve.scalar_bytes);
}

}  // namespace

const EC_GROUP& p256_group() {
  static const EC_GROUP* const group = new_group(NID_X9_62_prime256v1);
  return *group;
}

const EC_GROUP& p384_group() {
  static const EC_GROUP* const group = new_group(NID_secp384r1);
  return *group;
}

const EC_GROUP& p521_group() {
  static const EC_GROUP* const group = new_group(NID_secp521r1);
  return *group;
}

openssl::Number scalar_of(const NistCurve& curve, BytesView bytes) {
  if (bytes.size() != curve.scalar_bytes) return nullptr;
  openssl::Number scalar{openssl::must(BN_bin2bn(bytes.data(), width(curve), nullptr))};
  if (BN_is_zero(scalar.get()) == 1) return nullptr;
  if (BN_cmp(scalar.get(), EC_GROUP_get0_order(&curve.group())) >= 0) return nullptr;
  return scalar;
}

openssl::Point point_of(const NistCurve& curve, BytesView bytes) {
  if (bytes.size() != curve.point_bytes() || bytes.front() != uncompressed) return nullptr;
  const openssl::ErrorScope errors;
  openssl::Point point = new_point(curve);
  // Also refuses coordinates that are not below the field's prime, and points beside the curve.
  if (EC_POINT_oct2point(&curve.group(), point.get(), bytes.data(), bytes.size(), nullptr) != 1) return nullptr;
  return point;
}

Bytes public_key_of(const NistCurve& curve, const BIGNUM& scalar) {
  const openssl::Point point = new_point(curve);
  const openssl::NumberContext context = new_context();
  SAMBAND_CHECK(EC_POINT_mul(&curve.group(), point.get(), &scalar, nullptr, nullptr, context.get()) == 1);
  Bytes out(curve.point_bytes());
  const std::size_t written = EC_POINT_point2oct(&curve.group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, out.data(),
                                                 out.size(), context.get());
  SAMBAND_CHECK(written == out.size());
  return out;
}

SecretBytes shared_x(const NistCurve& curve, const BIGNUM& scalar, const EC_POINT& point) {
  const openssl::Point product = new_point(curve);
  const openssl::NumberContext context = new_context();
  const openssl::Number x{openssl::must(BN_secure_new())};
  bool done = EC_POINT_mul(&curve.group(), product.get(), nullptr, &point, &scalar, context.get()) == 1;
  done = done && EC_POINT_get_affine_coordinates(&curve.group(), product.get(), x.get(), nullptr, context.get()) == 1;
  SecretBytes out{curve.scalar_bytes};
  SAMBAND_CHECK(done && BN_bn2binpad(x.get(), out.writable().data(), width(curve)) == width(curve));
  return out;
}

}  // namespace samband
