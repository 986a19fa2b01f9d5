// ECDSA over P-256, P-384 and P-521 (FIPS 186-5 §6), by OpenSSL. Signatures are DER (RFC 9420 §5.1.2, RFC 3279
// §2.2.3). OpenSSL draws the number k from its own generator, mixed with private key and message: no
// RandomSource is asked, and two signatures of one message differ.
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string_view>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/nist_curve.h"

namespace samband {
namespace {

// OpenSSL takes names as characters it could write to.
using WritableName = std::array<char, 8>;

WritableName writable(std::string_view text) {
  WritableName out{};
  text.copy(out.data(), out.size() - 1);
  return out;
}

openssl::Key key_from(int selection, OSSL_PARAM* parameters) {
  const openssl::KeyContext context{openssl::must(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr))};
  EVP_PKEY* key = nullptr;
  SAMBAND_CHECK(EVP_PKEY_fromdata_init(context.get()) == 1);
  SAMBAND_CHECK(EVP_PKEY_fromdata(context.get(), &key, selection, parameters) == 1);
  return openssl::Key{key};
}

openssl::Key signing_key(const NistCurve& curve, const BIGNUM& scalar) {
  WritableName group = writable(curve.name);
  SecretBytes number{curve.scalar_bytes};  // in the byte order of this machine, as OSSL_PARAM wants it
  SAMBAND_CHECK(BN_bn2nativepad(&scalar, number.writable().data(), static_cast<int>(number.size())) > 0);
  std::array<OSSL_PARAM, 3> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
      OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, number.writable().data(), number.size()),
      OSSL_PARAM_construct_end()};
  return key_from(EVP_PKEY_KEYPAIR, parameters.data());
}

openssl::Key without_point(const NistCurve& curve) {
  WritableName group = writable(curve.name);
  std::array<OSSL_PARAM, 2> parameters{OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group.data(), 0),
                                       OSSL_PARAM_construct_end()};
  return key_from(EVP_PKEY_KEY_PARAMETERS, parameters.data());
}

// Null when the public key is no point of the curve. A copy of a key without its point costs a third of a key
// made from parameters, which looks its curve up by name.
template <const NistCurve& curve>
openssl::Key verification_key(BytesView public_key) {
  static EVP_PKEY* const empty = without_point(curve).release();
  if (!point_of(curve, public_key)) return nullptr;
  openssl::Key key{openssl::must(EVP_PKEY_dup(empty))};
  if (EVP_PKEY_set1_encoded_public_key(key.get(), public_key.data(), public_key.size()) != 1) return nullptr;
  return key;
}

template <const NistCurve& curve>
std::optional<KeyPair> key_pair(BytesView private_key) {
  const openssl::Number scalar = scalar_of(curve, private_key);
  if (!scalar) return std::nullopt;
  return KeyPair{SecretBytes{private_key}, public_key_of(curve, *scalar)};
}

template <const NistCurve& curve>
Bytes sign(BytesView private_key, BytesView message) {
  const openssl::Number scalar = scalar_of(curve, private_key);
  SAMBAND_CHECK(scalar != nullptr);
  const openssl::Key key = signing_key(curve, *scalar);
  const openssl::DigestContext context{openssl::must(EVP_MD_CTX_new())};
  std::size_t size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  Bytes signature(size);  // the longest; DER leaves out leading zeros
  bool done =
      EVP_DigestSignInit_ex(context.get(), nullptr, curve.signature_hash, nullptr, nullptr, key.get(), nullptr) == 1;
  done = done && EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) == 1;
  SAMBAND_CHECK(done);
  signature.resize(size);
  return signature;
}

// OpenSSL encodes the parsed signature again and compares, so that only DER passes.
template <const NistCurve& curve>
bool verify(BytesView public_key, BytesView message, BytesView signature) {
  const openssl::ErrorScope errors;
  const openssl::Key key = verification_key<curve>(public_key);
  if (!key) return false;
  const openssl::DigestContext context{openssl::must(EVP_MD_CTX_new())};
  SAMBAND_CHECK(
      EVP_DigestVerifyInit_ex(context.get(), nullptr, curve.signature_hash, nullptr, nullptr, key.get(), nullptr) == 1);
  return EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
}

template <const NistCurve& curve>
bool is_valid_public_key(BytesView public_key) {
  return point_of(curve, public_key) != nullptr;
}

template <const NistCurve& curve>
constexpr SignatureAlgorithm algorithm() {
  return {.public_key_bytes = curve.point_bytes(),
          .private_key_bytes = curve.scalar_bytes,
          .first_byte_mask = curve.first_byte_mask,
          .key_pair = key_pair<curve>,
          .sign = sign<curve>,
          .verify = verify<curve>,
          .is_valid_public_key = is_valid_public_key<curve>};
}

}  // namespace

constinit const SignatureAlgorithm ecdsa_p256_algorithm = algorithm<p256>();
constinit const SignatureAlgorithm ecdsa_p384_algorithm = algorithm<p384>();
constinit const SignatureAlgorithm ecdsa_p521_algorithm = algorithm<p521>();

}  // namespace samband
