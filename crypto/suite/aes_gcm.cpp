// AEAD_AES_128_GCM and AEAD_AES_256_GCM (RFC 5116 §5.1, §5.2), by OpenSSL.
#include <algorithm>
#include <limits>

#include "crypto/suite/algorithms.h"
#include "crypto/suite/openssl.h"

namespace samband {
namespace {

constexpr std::size_t tag_bytes = 16;

// Fetching by name is slow in OpenSSL 3, so it happens once; the object is shared and never changes.
template <std::size_t key_bytes>
const EVP_CIPHER* aes_gcm() {
  static const EVP_CIPHER* const cipher =
      openssl::must(EVP_CIPHER_fetch(nullptr, key_bytes == 16 ? "AES-128-GCM" : "AES-256-GCM", nullptr));
  return cipher;
}

int size_of(BytesView bytes) {
  SAMBAND_CHECK(bytes.size() <= std::numeric_limits<int>::max());
  return static_cast<int>(bytes.size());
}

openssl::CipherContext new_context() {
  return openssl::CipherContext{openssl::must(EVP_CIPHER_CTX_new())};
}

template <std::size_t key_bytes>
void seal(BytesView key, BytesView nonce, BytesView aad, BytesView plaintext, Octets out) {
  const openssl::CipherContext context = new_context();
  const Octets tag = out.last(tag_bytes);
  int written = 0;
  bool done = EVP_EncryptInit_ex2(context.get(), aes_gcm<key_bytes>(), key.data(), nonce.data(), nullptr) == 1;
  done = done && EVP_EncryptUpdate(context.get(), nullptr, &written, aad.data(), size_of(aad)) == 1;
  done = done && EVP_EncryptUpdate(context.get(), out.data(), &written, plaintext.data(), size_of(plaintext)) == 1;
  done = done && EVP_EncryptFinal_ex(context.get(), tag.data(), &written) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_GET_TAG, tag_bytes, tag.data()) == 1;
  SAMBAND_CHECK(done);
}

template <std::size_t key_bytes>
bool open(BytesView key, BytesView nonce, BytesView aad, BytesView ciphertext, Octets out) {
  const openssl::ErrorScope errors;
  const openssl::CipherContext context = new_context();
  const BytesView body = ciphertext.first(ciphertext.size() - tag_bytes);
  std::array<std::uint8_t, tag_bytes> tag;  // a copy, because OpenSSL takes it as bytes it could write to
  std::ranges::copy(ciphertext.last(tag_bytes), tag.begin());
  int written = 0;
  bool done = EVP_DecryptInit_ex2(context.get(), aes_gcm<key_bytes>(), key.data(), nonce.data(), nullptr) == 1;
  done = done && EVP_DecryptUpdate(context.get(), nullptr, &written, aad.data(), size_of(aad)) == 1;
  done = done && EVP_DecryptUpdate(context.get(), out.data(), &written, body.data(), size_of(body)) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_AEAD_SET_TAG, tag_bytes, tag.data()) == 1;
  SAMBAND_CHECK(done);
  return EVP_DecryptFinal_ex(context.get(), tag.data(), &written) == 1;
}

template <std::size_t key_bytes>
constexpr AeadAlgorithm algorithm(std::uint16_t hpke_aead_id) {
  return {.hpke_aead_id = hpke_aead_id,
          .key_bytes = key_bytes,
          .nonce_bytes = 12,
          .tag_bytes = tag_bytes,
          .seal = seal<key_bytes>,
          .open = open<key_bytes>};
}

}  // namespace

constinit const AeadAlgorithm aes128gcm_algorithm = algorithm<16>(0x0001);
constinit const AeadAlgorithm aes256gcm_algorithm = algorithm<32>(0x0002);

}  // namespace samband
