// Owners for OpenSSL's objects, and a lid on its error queue. Internal to this folder.
#pragma once

#include <memory>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/bytes/check.h"

namespace samband::openssl {

template <auto release>
struct Release {
  template <class Object>
  void operator()(Object* object) const {
    release(object);
  }
};

// What may hold a secret is wiped by its release.
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Release<EVP_CIPHER_CTX_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using MacContext = std::unique_ptr<EVP_MAC_CTX, Release<EVP_MAC_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using KeyContext = std::unique_ptr<EVP_PKEY_CTX, Release<EVP_PKEY_CTX_free>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using NumberContext = std::unique_ptr<BN_CTX, Release<BN_CTX_free>>;
using Point = std::unique_ptr<EC_POINT, Release<EC_POINT_clear_free>>;

// Takes what an allocation or a fetch gave; nothing means that memory or the library itself is missing.
template <class Object>
Object* must(Object* object) {
  SAMBAND_CHECK(object != nullptr);
  return object;
}

// OpenSSL leaves a note of each refusal in a queue of the thread, where TLS would later take it for its own.
// What is refused inside this scope is forgotten at its end.
class ErrorScope {
 public:
  ErrorScope() { ERR_set_mark(); }
  ~ErrorScope() { ERR_pop_to_mark(); }
  ErrorScope(const ErrorScope&) = delete;
  ErrorScope& operator=(const ErrorScope&) = delete;
};

}  // namespace samband::openssl
