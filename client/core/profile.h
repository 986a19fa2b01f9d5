// The profile's store as one step sees it: what the step has changed lies over what is kept, and `commit` makes
// it one synced write. A failed read or write is final: the engine stops.
#pragma once

#include <functional>
#include <map>
#include <optional>

#include "crypto/bytes/bytes.h"
#include "storage/model/profile_layout.h"
#include "storage/sealed/sealed_store.h"

namespace samband::client {

using storage::profile_store::Place;

class Profile {
 public:
  explicit Profile(storage::SealedStore& store) : store_{store} {}

  // nullopt when nothing is kept there, or the store failed.
  [[nodiscard]] std::optional<SecretBytes> get(const Place& place);
  void put(const Place& place, SecretBytes value);
  void put(const Place& place, BytesView value) { put(place, SecretBytes{value}); }
  void remove(const Place& place);
  // Everything of that scope, whatever its order.
  void remove_scope(const Place& place);

  // Everything of `from`'s scope with an order of at least `from.order`, in order, changes of this step included;
  // ends when the visitor returns false. An order that is an id is shown as it lies in the store.
  using Visit = std::function<bool(BytesView order, BytesView value)>;
  void scan(const Place& from, const Visit& visit);

  // One synced write of what the step changed; false when the store has failed, now or before.
  [[nodiscard]] bool commit();
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  struct Key {
    storage::Family family;
    Bytes scope;
    Bytes order;
    auto operator<=>(const Key&) const = default;
  };
  [[nodiscard]] Key key_of(const Place& place) const;

  storage::SealedStore& store_;
  std::map<Key, std::optional<SecretBytes>> changes_;  // nullopt: removed
  bool failed_ = false;
};

}  // namespace samband::client
