// A store whose values are sealed and whose keys say little: what lies on a client's disk.
//
// A thing is found by family, scope and order (profile_layout.h). Its key in the store underneath is
//     HMAC-SHA-256(key for names, family, scope)[0..16) || order
// (an order that is an id: its own keyed hash) and its value XChaCha20-Poly1305 with a random nonce, bound to that
// family and key: a value that was changed, moved to another place or taken from another store does not open. Not
// hidden: how many things there are, their sizes, orders that are numbers, and which share a scope. Not noticed: a
// value put back as it was at the same place before (whoever can do that can put back the whole disk).
//
// Reads may run on any thread; writes come from one thread at a time, as in the store underneath.
#pragma once

#include <expected>
#include <functional>
#include <optional>

#include "crypto/suite/random.h"
#include "storage/model/profile_layout.h"
#include "storage/sealed/store_key.h"
#include "storage/store.h"

namespace samband::storage {

enum class SealedError : std::uint8_t {
  tampered,      // a value does not open: changed, moved, or sealed under another key
  store_failed,  // the store underneath; SealedFailure::store says how
};

struct SealedFailure {
  SealedError error = SealedError::tampered;
  std::optional<StoreError> store;  // set with store_failed
  bool operator==(const SealedFailure&) const = default;
};

inline constexpr std::size_t order_bytes_max = key_bytes_max - 16;

class SealedStore;

// Changes that land together; each value is sealed as it is added. Bound to the store that made it.
class SealedBatch {
 public:
  void put(const profile_store::Place& place, BytesView value);
  void remove(const profile_store::Place& place);
  void remove_range(const profile_store::PlaceRange& range);

  [[nodiscard]] bool empty() const { return batch_.empty(); }

 private:
  friend class SealedStore;
  explicit SealedBatch(const SealedStore& store) : store_{&store} {}

  const SealedStore* store_;
  StoreBatch batch_;
};

// `order` as it lies in the store: order_of.
using SealedVisitor = std::function<Visit(BytesView order, const SecretBytes& value)>;

class SealedStore {
 public:
  // `store` and `random` outlive this. `store_key`: store_key_bytes, asserted. With a key other than the one the
  // store was written with, nothing is found; `is_ours` tells.
  SealedStore(Store& store, const SecretBytes& store_key, RandomSource& random);

  // Marks a new store as sealed under this key; call once, before anything else is written.
  [[nodiscard]] std::expected<void, SealedFailure> begin();
  // True when `begin` was called on this store with this key.
  [[nodiscard]] std::expected<bool, SealedFailure> is_ours() const;

  [[nodiscard]] std::expected<std::optional<SecretBytes>, SealedFailure> get(const profile_store::Place& place) const;
  // Like Store::scan, within one scope; the first value that does not open ends it.
  [[nodiscard]] std::expected<std::size_t, SealedFailure> scan(const profile_store::PlaceRange& range,
                                                               std::size_t limit, const SealedVisitor& visitor,
                                                               Direction direction = Direction::forward) const;

  // A place's order as it lies in the store: itself, or 16 bytes of a keyed hash of an id.
  [[nodiscard]] Bytes order_of(const profile_store::Place& place) const;

  [[nodiscard]] SealedBatch batch() const { return SealedBatch{*this}; }
  // An error is final, as in the store underneath.
  [[nodiscard]] std::expected<void, SealedFailure> write(const SealedBatch& batch, Durability durability);

  [[nodiscard]] Store& underneath() const { return store_; }

 private:
  friend class SealedBatch;
  [[nodiscard]] Bytes key_of(const profile_store::Place& place) const;
  [[nodiscard]] Bytes prefix_of(Family family, BytesView scope) const;
  [[nodiscard]] KeyRange keys_of(const profile_store::PlaceRange& range) const;
  [[nodiscard]] Bytes seal(Family family, BytesView key, BytesView value) const;
  [[nodiscard]] std::optional<SecretBytes> open(Family family, BytesView key, BytesView sealed) const;

  Store& store_;
  RandomSource& random_;
  SecretBytes name_key_;
  SecretBytes order_key_;
  SecretBytes value_key_;
};

}  // namespace samband::storage
