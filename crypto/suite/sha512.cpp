// SHA-384 and SHA-512 (FIPS 180-4) with their HMACs (RFC 2104), by OpenSSL.
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <string_view>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/openssl.h"

namespace samband {
namespace {

constexpr std::size_t sha384_bytes = 48;
constexpr std::size_t sha512_bytes = 64;

template <std::size_t bytes>
constexpr const char* name = bytes == sha384_bytes ? "SHA384" : "SHA512";

// Fetching by name is slow in OpenSSL 3, so each happens once; the objects are shared and never change.
template <std::size_t bytes>
const EVP_MD* function() {
  static const EVP_MD* const fetched = openssl::must(EVP_MD_fetch(nullptr, name<bytes>, nullptr));
  return fetched;
}

EVP_MAC_CTX* new_hmac(std::string_view digest) {
  EVP_MAC* const mac = openssl::must(EVP_MAC_fetch(nullptr, OSSL_MAC_NAME_HMAC, nullptr));
  EVP_MAC_CTX* const context = openssl::must(EVP_MAC_CTX_new(mac));
  EVP_MAC_free(mac);               // the context holds on to it
  std::array<char, 8> writable{};  // OpenSSL takes the name as characters it could write to
  digest.copy(writable.data(), writable.size() - 1);
  const std::array<OSSL_PARAM, 2> parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, writable.data(), 0), OSSL_PARAM_construct_end()};
  SAMBAND_CHECK(EVP_MAC_CTX_set_params(context, parameters.data()) == 1);
  return context;
}

// HMAC without a key: copied for each use.
template <std::size_t bytes>
const EVP_MAC_CTX* unkeyed_hmac() {
  static const EVP_MAC_CTX* const context = new_hmac(name<bytes>);
  return context;
}

template <std::size_t bytes>
void digest(Parts parts, Octets out) {
  const openssl::DigestContext context{openssl::must(EVP_MD_CTX_new())};
  bool done = EVP_DigestInit_ex2(context.get(), function<bytes>(), nullptr) == 1;
  for (BytesView part : parts) done = done && EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1;
  done = done && EVP_DigestFinal_ex(context.get(), out.data(), nullptr) == 1;
  SAMBAND_CHECK(done);
}

template <std::size_t bytes>
void hmac(BytesView key, Parts parts, Octets out) {
  static constexpr std::uint8_t no_key = 0;  // without an address OpenSSL would miss a key
  const openssl::MacContext context{openssl::must(EVP_MAC_CTX_dup(unkeyed_hmac<bytes>()))};
  bool done = EVP_MAC_init(context.get(), key.empty() ? &no_key : key.data(), key.size(), nullptr) == 1;
  for (BytesView part : parts) done = done && EVP_MAC_update(context.get(), part.data(), part.size()) == 1;
  std::size_t written = 0;
  done = done && EVP_MAC_final(context.get(), out.data(), &written, out.size()) == 1;
  SAMBAND_CHECK(done && written == bytes);
}

template <std::size_t bytes>
constexpr HashAlgorithm algorithm(std::uint16_t hpke_kdf_id) {
  return {.hpke_kdf_id = hpke_kdf_id, .bytes = bytes, .digest = digest<bytes>, .hmac = hmac<bytes>};
}

}  // namespace

constinit const HashAlgorithm sha384_algorithm = algorithm<sha384_bytes>(0x0002);
constinit const HashAlgorithm sha512_algorithm = algorithm<sha512_bytes>(0x0003);

}  // namespace samband
