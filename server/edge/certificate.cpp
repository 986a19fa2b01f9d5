#include "server/edge/certificate.h"

#include <arpa/inet.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "crypto/suite/signing.h"
#include "server/edge/tls.h"

namespace samband::server::edge {
namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Bio = std::unique_ptr<BIO, decltype(&BIO_free_all)>;

constexpr std::time_t validity_seconds = 2L * 365 * 24 * 3600;
// Clocks of clients that run a little behind still accept it.
constexpr std::time_t backdated_seconds = 3600;

bool set_random_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7f;  // RFC 5280 §4.1.2.2: positive
  std::unique_ptr<BIGNUM, decltype(&BN_free)> number{BN_bin2bn(bytes, sizeof bytes, nullptr), &BN_free};
  return number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool add_extension(X509* certificate, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> extension{
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()), &X509_EXTENSION_free};
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

std::string subject_alternative_name(const std::string& name) {
  in6_addr parsed{};
  const bool numeric =
      inet_pton(AF_INET, name.c_str(), &parsed) == 1 || inet_pton(AF_INET6, name.c_str(), &parsed) == 1;
  return (numeric ? "IP:" : "DNS:") + name;
}

bool fill(X509* certificate, EVP_PKEY* key, const std::string& name, WallTime now) {
  auto seconds = static_cast<std::time_t>(now.ms / 1000);
  if (X509_set_version(certificate, X509_VERSION_3) != 1 || !set_random_serial(certificate)) return false;
  if (!X509_time_adj_ex(X509_getm_notBefore(certificate), 0, -backdated_seconds, &seconds)) return false;
  if (!X509_time_adj_ex(X509_getm_notAfter(certificate), 0, validity_seconds, &seconds)) return false;
  X509_NAME* subject = X509_get_subject_name(certificate);
  // A common name holds 64 bytes (RFC 5280 appendix A); clients read the alternative name, which holds them all.
  const std::string common = name.substr(0, 64);
  if (X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common.c_str()),
                                 -1, -1, 0) != 1) {
    return false;
  }
  return X509_set_issuer_name(certificate, subject) == 1 && X509_set_pubkey(certificate, key) == 1 &&
         add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, NID_key_usage, "critical,digitalSignature") &&
         add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
         add_extension(certificate, NID_subject_alt_name, subject_alternative_name(name)) &&
         X509_sign(certificate, key, EVP_sha256()) > 0;
}

BytesView content_of(const Bio& bio) {
  char* start = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &start);
  return {reinterpret_cast<const std::uint8_t*>(start), static_cast<std::size_t>(size)};
}

}  // namespace

std::expected<SelfSigned, std::string> make_self_signed(std::string_view name, WallTime now) {
  const auto failed = [] { return std::unexpected{"no certificate could be made (" + tls_error_text() + ")"}; };
  const Key key{EVP_EC_gen("P-256"), &EVP_PKEY_free};
  const Certificate certificate{X509_new(), &X509_free};
  if (!key || !certificate || !fill(certificate.get(), key.get(), std::string{name}, now)) return failed();

  const Bio certificate_pem{BIO_new(BIO_s_mem()), &BIO_free_all};
  const Bio key_pem{BIO_new(BIO_s_secmem()), &BIO_free_all};
  if (!certificate_pem || !key_pem || PEM_write_bio_X509(certificate_pem.get(), certificate.get()) != 1 ||
      PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return failed();
  }
  unsigned char* der = nullptr;
  const int size = i2d_X509(certificate.get(), &der);
  if (size <= 0) return failed();
  const Hash fingerprint = sha256({der, static_cast<std::size_t>(size)});
  OPENSSL_free(der);
  return SelfSigned{std::string{text_of(content_of(certificate_pem))}, SecretBytes{content_of(key_pem)}, fingerprint};
}

}  // namespace samband::server::edge
