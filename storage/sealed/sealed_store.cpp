#include "storage/sealed/sealed_store.h"

#include <algorithm>
#include <array>
#include <sodium.h>

#include "crypto/bytes/check.h"

namespace samband::storage {
namespace {

using profile_store::Place;
using profile_store::PlaceRange;

constexpr std::uint8_t sealed_version = 1;
constexpr std::size_t prefix_bytes = 16;
constexpr std::size_t hidden_order_bytes = 16;
constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t head_bytes = 1 + nonce_bytes;  // before the ciphertext

using Mac = std::array<std::uint8_t, crypto_auth_hmacsha256_BYTES>;

Mac hmac(BytesView key, std::initializer_list<BytesView> parts) {
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, key.data(), key.size());
  for (const BytesView part : parts) crypto_auth_hmacsha256_update(&state, part.data(), part.size());
  Mac mac;
  crypto_auth_hmacsha256_final(&state, mac.data());
  wipe({reinterpret_cast<std::uint8_t*>(&state), sizeof state});
  return mac;
}

// A key for one purpose, so that none serves two.
SecretBytes derive(const SecretBytes& store_key, std::string_view purpose) {
  SAMBAND_CHECK(store_key.size() == store_key_bytes);
  Mac mac = hmac(store_key.view(), {samband::view_of(purpose)});
  SecretBytes key{BytesView{mac}};
  wipe(mac);
  return key;
}

// What a sealed value is bound to: its version, family and key.
Bytes bound_to(Family family, BytesView key) {
  return KeyWriter{}.u8(sealed_version).u16(family.value).fixed(key).take();
}

Place mark() {
  return {Family{0}, copy_of(samband::view_of("samband store key")), {}};
}

std::unexpected<SealedFailure> failed(StoreError error) {
  return std::unexpected(SealedFailure{SealedError::store_failed, error});
}
std::unexpected<SealedFailure> tampered() {
  return std::unexpected(SealedFailure{SealedError::tampered, std::nullopt});
}

}  // namespace

void SealedBatch::put(const Place& place, BytesView value) {
  Bytes key = store_->key_of(place);
  Bytes sealed = store_->seal(place.family, key, value);
  batch_.put(place.family, std::move(key), std::move(sealed));
}

void SealedBatch::remove(const Place& place) {
  batch_.remove(place.family, store_->key_of(place));
}

void SealedBatch::remove_range(const PlaceRange& range) {
  batch_.remove_range(range.family, store_->keys_of(range));
}

SealedStore::SealedStore(Store& store, const SecretBytes& store_key, RandomSource& random)
    : store_{store},
      random_{random},
      name_key_{derive(store_key, "samband store names")},
      order_key_{derive(store_key, "samband store orders")},
      value_key_{derive(store_key, "samband store values")} {}

std::expected<void, SealedFailure> SealedStore::begin() {
  SealedBatch marking = batch();
  marking.put(mark(), {});
  return write(marking, Durability::synced);
}

std::expected<bool, SealedFailure> SealedStore::is_ours() const {
  const auto found = get(mark());
  if (!found) return std::unexpected(found.error());
  return found->has_value();
}

std::expected<std::optional<SecretBytes>, SealedFailure> SealedStore::get(const Place& place) const {
  const Bytes key = key_of(place);
  const auto sealed = store_.get(place.family, key);
  if (!sealed) return failed(sealed.error());
  if (!*sealed) return std::optional<SecretBytes>{};
  std::optional<SecretBytes> value = open(place.family, key, **sealed);
  if (!value) return tampered();
  return value;
}

std::expected<std::size_t, SealedFailure> SealedStore::scan(const PlaceRange& range, std::size_t limit,
                                                            const SealedVisitor& visitor, Direction direction) const {
  bool all_open = true;
  const auto visited = store_.scan(
      range.family, keys_of(range), limit,
      [&](BytesView key, BytesView sealed) {
        const std::optional<SecretBytes> value = open(range.family, key, sealed);
        all_open = value.has_value();
        return all_open ? visitor(key.subspan(prefix_bytes), *value) : Visit::stop;
      },
      direction);
  if (!visited) return failed(visited.error());
  if (!all_open) return tampered();
  return *visited;
}

std::expected<void, SealedFailure> SealedStore::write(const SealedBatch& batch, Durability durability) {
  SAMBAND_CHECK(batch.store_ == this);
  const auto written = store_.write(batch.batch_, durability);
  if (!written) return failed(written.error());
  return {};
}

Bytes SealedStore::prefix_of(Family family, BytesView scope) const {
  const Mac mac = hmac(name_key_.view(), {KeyWriter{}.u16(family.value).take(), scope});
  return copy_of(BytesView{mac}.first(prefix_bytes));
}

Bytes SealedStore::order_of(const Place& place) const {
  SAMBAND_CHECK(place.order.size() <= order_bytes_max);
  if (!place.order_is_id) return place.order;
  const Mac mac = hmac(order_key_.view(), {prefix_of(place.family, place.scope), place.order});
  return copy_of(BytesView{mac}.first(hidden_order_bytes));
}

Bytes SealedStore::key_of(const Place& place) const {
  return concat({prefix_of(place.family, place.scope), order_of(place)});
}

KeyRange SealedStore::keys_of(const PlaceRange& range) const {
  const Bytes prefix = prefix_of(range.family, range.scope);
  KeyRange keys = keys_with_prefix(prefix);
  keys.from = concat({prefix, range.orders.from});
  if (range.orders.until) keys.until = concat({prefix, *range.orders.until});
  return keys;
}

Bytes SealedStore::seal(Family family, BytesView key, BytesView value) const {
  const Bytes bound = bound_to(family, key);
  Bytes out(head_bytes + value.size() + tag_bytes);
  const std::span<std::uint8_t> all{out};
  const auto nonce = all.subspan(1, nonce_bytes);
  all[0] = sealed_version;
  random_.fill(nonce);
  crypto_aead_xchacha20poly1305_ietf_encrypt(all.subspan(head_bytes).data(), nullptr, value.data(), value.size(),
                                             bound.data(), bound.size(), nullptr, nonce.data(),
                                             value_key_.view().data());
  return out;
}

std::optional<SecretBytes> SealedStore::open(Family family, BytesView key, BytesView sealed) const {
  if (sealed.size() < head_bytes + tag_bytes || sealed[0] != sealed_version) return std::nullopt;
  const Bytes bound = bound_to(family, key);
  const BytesView ciphertext = sealed.subspan(head_bytes);
  SecretBytes value{ciphertext.size() - tag_bytes};
  const int refused = crypto_aead_xchacha20poly1305_ietf_decrypt(
      value.writable().data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(), bound.data(), bound.size(),
      sealed.subspan(1, nonce_bytes).data(), value_key_.view().data());
  if (refused != 0) return std::nullopt;
  return value;
}

}  // namespace samband::storage
