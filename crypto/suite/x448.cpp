// X448 (RFC 7748) as the group of a DHKEM, by OpenSSL.
#include <algorithm>
#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/kdf.h"
#include "crypto/suite/openssl.h"

namespace samband {
namespace {

constexpr const char* name = "X448";
constexpr std::size_t key_bytes = 56;
using Point = std::array<std::uint8_t, key_bytes>;

// The number 2^448 - 2^224 + `more`: `more` is -2 for p - 1, -1 for p and 0 for p + 1. Little-endian.
constexpr Point near_prime(int more) {
  Point point{};
  std::fill(point.begin() + 28, point.end(), std::uint8_t{0xff});
  if (more < 0) {
    point.fill(0xff);
    point[28] = 0xfe;
    point[0] = static_cast<std::uint8_t>(0x100 + more);
  }
  return point;
}

// The points of small order, whose shared secret with anyone is zero: u = 0, 1 and p - 1, the first two also
// written as p and p + 1 for p = 2^448 - 2^224 - 1 (RFC 7748 §7).
constexpr std::array<Point, 5> small_order_points{Point{}, Point{1}, near_prime(-2), near_prime(-1), near_prime(0)};

SecretBytes derive_private_key(const LabeledKdf& kdf, BytesView dkp_prk) {
  return kdf.expand(dkp_prk, "sk", {}, key_bytes);
}

std::optional<Bytes> public_key(BytesView private_key) {
  if (private_key.size() != key_bytes) return std::nullopt;
  const openssl::Key key{
      openssl::must(EVP_PKEY_new_raw_private_key_ex(nullptr, name, nullptr, private_key.data(), key_bytes))};
  Bytes out(key_bytes);
  std::size_t size = out.size();
  SAMBAND_CHECK(EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) == 1);
  return out;
}

bool is_valid_public_key(BytesView key) {
  if (key.size() != key_bytes) return false;
  return std::ranges::none_of(small_order_points, [&](const Point& point) { return equal(point, key); });
}

// Both halves are given, because OpenSSL would otherwise compute the public one: another multiplication.
openssl::Key own_key(BytesView private_key, BytesView public_key) {
  SecretBytes own_private{private_key};
  Bytes own_public = copy_of(public_key);
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, own_private.writable().data(), own_private.size()),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, own_public.data(), own_public.size()),
      OSSL_PARAM_construct_end()};
  const openssl::KeyContext context{openssl::must(EVP_PKEY_CTX_new_from_name(nullptr, name, nullptr))};
  EVP_PKEY* key = nullptr;
  SAMBAND_CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
  SAMBAND_CHECK(EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_KEYPAIR, parameters.data()) == 1);
  return openssl::Key{key};
}

std::expected<SecretBytes, CryptoError> diffie_hellman(BytesView private_key, BytesView own_public_key,
                                                       BytesView public_key) {
  if (private_key.size() != key_bytes || own_public_key.size() != key_bytes || public_key.size() != key_bytes) {
    return std::unexpected(CryptoError::invalid_key);
  }
  const openssl::ErrorScope errors;
  const openssl::Key own = own_key(private_key, own_public_key);
  const openssl::Key peer{
      openssl::must(EVP_PKEY_new_raw_public_key_ex(nullptr, name, nullptr, public_key.data(), key_bytes))};
  const openssl::KeyContext context{openssl::must(EVP_PKEY_CTX_new_from_pkey(nullptr, own.get(), nullptr))};
  SAMBAND_CHECK(EVP_PKEY_derive_init(context.get()) == 1);
  SAMBAND_CHECK(EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) == 1);
  SecretBytes shared{key_bytes};
  std::size_t size = shared.size();
  // What is left to fail is the comparison with zero, which OpenSSL makes as RFC 7748 §6.2 wants it.
  if (EVP_PKEY_derive(context.get(), shared.writable().data(), &size) != 1) {
    return std::unexpected(CryptoError::weak_shared_secret);
  }
  return shared;
}

}  // namespace

constinit const KemAlgorithm x448_algorithm{.hpke_kem_id = 0x0021,
                                            .public_key_bytes = key_bytes,
                                            .private_key_bytes = key_bytes,
                                            .derive_private_key = derive_private_key,
                                            .public_key = public_key,
                                            .is_valid_public_key = is_valid_public_key,
                                            .diffie_hellman = diffie_hellman};

}  // namespace samband
