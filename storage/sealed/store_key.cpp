#include "storage/sealed/store_key.h"

#include <array>
#include <optional>
#include <sodium.h>

#include "crypto/bytes/check.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::storage {
namespace {

constexpr std::uint8_t wrapped_version = 1;
constexpr std::size_t salt_bytes = crypto_pwhash_argon2id_SALTBYTES;
constexpr std::size_t key_nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t key_tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

// Everything of a wrapped key but the key: authenticated with it.
struct Header {
  PassphraseCost cost;
  FixedId<struct SaltTag, salt_bytes> salt;
  FixedId<struct NonceTag, key_nonce_bytes> nonce;
};

Bytes encode(const Header& header) {
  Writer out;
  out.u8(wrapped_version);
  out.u32(header.cost.memory_kib);
  out.u32(header.cost.passes);
  out.fixed(header.salt.view());
  out.fixed(header.nonce.view());
  return out.take();
}

bool within(const PassphraseCost& low, const PassphraseCost& cost, const PassphraseCost& high) {
  return low.memory_kib <= cost.memory_kib && cost.memory_kib <= high.memory_kib && low.passes <= cost.passes &&
         cost.passes <= high.passes;
}

// nullopt when the memory is not to be had.
std::optional<SecretBytes> derive_wrapping_key(BytesView passphrase, const Header& header) {
  SAMBAND_CHECK(sodium_init() >= 0);  // chooses the fastest Argon2id; may be called again
  SecretBytes key{crypto_aead_xchacha20poly1305_ietf_KEYBYTES};
  const std::string_view text = passphrase.empty() ? "" : text_of(passphrase);  // libsodium takes no null pointer
  const std::size_t memory_bytes = std::size_t{header.cost.memory_kib} << 10U;
  const int failed =
      crypto_pwhash_argon2id(key.writable().data(), key.size(), text.data(), text.size(), header.salt.bytes.data(),
                             header.cost.passes, memory_bytes, crypto_pwhash_argon2id_ALG_ARGON2ID13);
  if (failed != 0) return std::nullopt;
  return key;
}

}  // namespace

SecretBytes generate_store_key(RandomSource& random) {
  return random.secret(store_key_bytes);
}

std::expected<Bytes, StoreKeyError> wrap_store_key(BytesView passphrase, const SecretBytes& store_key,
                                                   RandomSource& random, PassphraseCost cost) {
  SAMBAND_CHECK(passphrase.size() <= passphrase_bytes_max && store_key.size() == store_key_bytes);
  SAMBAND_CHECK(within(passphrase_cost_min, cost, passphrase_cost_max));
  Header header{.cost = cost, .salt = {}, .nonce = {}};
  random.fill(header.salt.bytes);
  random.fill(header.nonce.bytes);
  const auto key = derive_wrapping_key(passphrase, header);
  if (!key) return std::unexpected(StoreKeyError::no_memory);

  const Bytes front = encode(header);
  std::array<std::uint8_t, store_key_bytes + key_tag_bytes> sealed{};
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, store_key.view().data(), store_key.size(),
                                             front.data(), front.size(), nullptr, header.nonce.bytes.data(),
                                             key->view().data());
  return concat({front, sealed});
}

std::expected<SecretBytes, StoreKeyError> unwrap_store_key(BytesView passphrase, BytesView wrapped) {
  Reader in{wrapped};
  const std::uint8_t version = in.u8();
  if (!in.failed() && version > wrapped_version) return std::unexpected(StoreKeyError::version_newer);
  Header header;
  header.cost = {.memory_kib = in.u32(), .passes = in.u32()};
  header.salt = in.id<decltype(header.salt)>();
  header.nonce = in.id<decltype(header.nonce)>();
  const BytesView front = in.since(0);
  const BytesView sealed = in.fixed(store_key_bytes + key_tag_bytes);
  const bool too_cheap =
      header.cost.memory_kib < passphrase_cost_min.memory_kib || header.cost.passes < passphrase_cost_min.passes;
  if (in.finish() || version != wrapped_version || too_cheap) return std::unexpected(StoreKeyError::malformed);
  if (!within(passphrase_cost_min, header.cost, passphrase_cost_max)) {
    return std::unexpected(StoreKeyError::too_costly);
  }
  // Longer than any passphrase this key can have been wrapped with.
  if (passphrase.size() > passphrase_bytes_max) return std::unexpected(StoreKeyError::wrong_passphrase);

  const auto key = derive_wrapping_key(passphrase, header);
  if (!key) return std::unexpected(StoreKeyError::no_memory);
  SecretBytes store_key{store_key_bytes};
  const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
      store_key.writable().data(), nullptr, nullptr, sealed.data(), sealed.size(), front.data(), front.size(),
      header.nonce.bytes.data(), key->view().data());
  if (failed != 0) return std::unexpected(StoreKeyError::wrong_passphrase);
  return store_key;
}

}  // namespace samband::storage
