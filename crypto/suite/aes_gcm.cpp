// AEAD_AES_128_GCM (RFC 5116 §5.1), by OpenSSL.
#include <algorithm>
#include <limits>
#include <memory>
#include <openssl/evp.h>

#include "crypto/bytes/check.h"
#include "crypto/suite/algorithms.h"

namespace samband {
namespace {

constexpr std::size_t tag_bytes = 16;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// Fetching by name is slow in OpenSSL 3, so it happens once; the object is shared and never changes.
const EVP_CIPHER* aes128gcm() {
  static const EVP_CIPHER* const cipher = EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr);
  SAMBAND_CHECK(cipher != nullptr);
  return cipher;
}

int size_of(BytesView bytes) {
  SAMBAND_CHECK(bytes.size() <= std::numeric_limits<int>::max());
  return static_cast<int>(bytes.size());
}

Context new_context() {
  Context context{EVP_CIPHER_CTX_new()};
  SAMBAND_CHECK(context != nullptr);
  return context;
}

void seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, Octets out) {
  const Context context = new_context();
  const Octets tag = out.last(tag_bytes);
  int written = 0;
  bool done = EVP_EncryptInit_ex2(context.get(), aes128gcm(), key.data(), nonce.data(), nullptr) == 1;
  done = done && EVP_EncryptUpdate(context.get(), nullptr, &written, aad.data(), size_of(aad)) == 1;
  done = done && EVP_EncryptUpdate(context.get(), out.data(), &written, plaintext.data(), size_of(plaintext)) == 1;
  done = done && EVP_EncryptFinal_ex(context.get(), tag.data(), &written) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, tag.data()) == 1;
  SAMBAND_CHECK(done);
}

bool open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, Octets out) {
  const Context context = new_context();
  const BytesView body = ciphertext.first(ciphertext.size() - tag_bytes);
  std::array<std::uint8_t, tag_bytes> tag;  // a copy, because OpenSSL takes it as bytes it could write to
  std::ranges::copy(ciphertext.last(tag_bytes), tag.begin());
  int written = 0;
  bool done = EVP_DecryptInit_ex2(context.get(), aes128gcm(), key.data(), nonce.data(), nullptr) == 1;
  done = done && EVP_DecryptUpdate(context.get(), nullptr, &written, aad.data(), size_of(aad)) == 1;
  done = done && EVP_DecryptUpdate(context.get(), out.data(), &written, body.data(), size_of(body)) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1;
  SAMBAND_CHECK(done);
  return EVP_DecryptFinal_ex(context.get(), tag.data(), &written) == 1;
}

}  // namespace

const AeadAlgorithm aes128gcm_algorithm{
    .hpke_aead_id = 0x0001, .key_bytes = 16, .nonce_bytes = 12, .tag_bytes = tag_bytes, .seal = seal, .open = open};

}  // namespace samband
