// P-256, P-384 and P-521 as the groups of DHKEMs (RFC 9180 §4.1, §7.1).
#include "crypto/suite/algorithms.h"
#include "crypto/suite/kdf.h"
#include "crypto/suite/nist_curve.h"

namespace samband {
namespace {

// DeriveKeyPair of §7.1.3. A candidate misses with a chance below 2^-31, so 256 misses do not happen.
template <const NistCurve& curve>
SecretBytes derive_private_key(const LabeledKdf& kdf, BytesView dkp_prk) {
  for (unsigned counter = 0; counter <= 0xff; ++counter) {
    const auto octet = static_cast<std::uint8_t>(counter);
    SecretBytes candidate = kdf.expand(dkp_prk, "candidate", {&octet, 1}, curve.scalar_bytes);
    candidate.writable().front() &= curve.first_byte_mask;
    if (scalar_of(curve, candidate.view())) return candidate;
  }
  SAMBAND_CHECK(!"no candidate is a scalar");
  return {};
}

template <const NistCurve& curve>
std::optional<Bytes> public_key(BytesView private_key) {
  const openssl::Number scalar = scalar_of(curve, private_key);
  if (!scalar) return std::nullopt;
  return public_key_of(curve, *scalar);
}

template <const NistCurve& curve>
bool is_valid_public_key(BytesView key) {
  return point_of(curve, key) != nullptr;
}

template <const NistCurve& curve>
std::expected<SecretBytes, CryptoError> diffie_hellman(BytesView private_key, BytesView /*own_public_key*/,
                                                       BytesView public_key) {
  const openssl::Number scalar = scalar_of(curve, private_key);
  const openssl::Point point = point_of(curve, public_key);
  if (!scalar || !point) return std::unexpected(CryptoError::invalid_key);
  return shared_x(curve, *scalar, *point);
}

template <const NistCurve& curve>
constexpr KemAlgorithm algorithm(std::uint16_t hpke_kem_id) {
  return {.hpke_kem_id = hpke_kem_id,
          .public_key_bytes = curve.point_bytes(),
          .private_key_bytes = curve.scalar_bytes,
          .derive_private_key = derive_private_key<curve>,
          .public_key = public_key<curve>,
          .is_valid_public_key = is_valid_public_key<curve>,
          .diffie_hellman = diffie_hellman<curve>};
}

}  // namespace

constinit const KemAlgorithm dhkem_p256_algorithm = algorithm<p256>(0x0010);
constinit const KemAlgorithm dhkem_p384_algorithm = algorithm<p384>(0x0011);
constinit const KemAlgorithm dhkem_p521_algorithm = algorithm<p521>(0x0012);

}  // namespace samband
