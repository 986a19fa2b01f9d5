#include "client/core/profile.h"

#include <limits>

namespace samband::client {

namespace {

constexpr std::size_t no_limit = std::numeric_limits<std::size_t>::max();

storage::profile_store::PlaceRange range_from(const Place& from) {
  return {from.family, from.scope, storage::KeyRange{from.order, std::nullopt}};
}

}  // namespace

Profile::Key Profile::key_of(const Place& place) const {
  return {place.family, place.scope, store_.order_of(place)};
}

std::optional<SecretBytes> Profile::get(const Place& place) {
  if (const auto changed = changes_.find(key_of(place)); changed != changes_.end()) {
    if (!changed->second) return std::nullopt;
    return changed->second->duplicate();
  }
  auto kept = store_.get(place);
  if (!kept) {
    failed_ = true;
    return std::nullopt;
  }
  return std::move(*kept);
}

void Profile::put(const Place& place, SecretBytes value) {
  changes_.insert_or_assign(key_of(place), std::move(value));
}

void Profile::remove(const Place& place) {
  changes_.insert_or_assign(key_of(place), std::nullopt);
}

void Profile::remove_scope(const Place& place) {
  const Place first{place.family, place.scope, {}};
  std::vector<Bytes> orders;
  scan(first, [&](BytesView order, BytesView) {
    orders.push_back(copy_of(order));
    return true;
  });
  for (Bytes& order : orders) remove({place.family, place.scope, std::move(order)});
}

void Profile::scan(const Place& from, const Visit& visit) {
  const auto first = changes_.lower_bound({from.family, from.scope, from.order});
  const auto is_in_scope = [&](const auto& change) {
    return change != changes_.end() && change->first.family == from.family && change->first.scope == from.scope;
  };
  if (!is_in_scope(first)) {
    const auto visited = store_.scan(range_from(from), no_limit, [&](BytesView order, const SecretBytes& value) {
      return visit(order, value.view()) ? storage::Visit::more : storage::Visit::stop;
    });
    if (!visited) failed_ = true;
    return;
  }
  std::map<Bytes, SecretBytes> merged;
  const auto visited = store_.scan(range_from(from), no_limit, [&](BytesView order, const SecretBytes& value) {
    merged.insert_or_assign(copy_of(order), value.duplicate());
    return storage::Visit::more;
  });
  if (!visited) {
    failed_ = true;
    return;
  }
  for (auto change = first; is_in_scope(change); ++change) {
    if (change->second) {
      merged.insert_or_assign(change->first.order, change->second->duplicate());
    } else {
      merged.erase(change->first.order);
    }
  }
  for (const auto& [order, value] : merged) {
    if (!visit(order, value.view())) return;
  }
}

bool Profile::commit() {
  if (failed_) return false;
  if (changes_.empty()) return true;
  storage::SealedBatch batch = store_.batch();
  for (const auto& [key, value] : changes_) {
    const Place place{key.family, key.scope, key.order};
    if (value) {
      batch.put(place, value->view());
    } else {
      batch.remove(place);
    }
  }
  changes_.clear();
  failed_ = !store_.write(batch, storage::Durability::synced);
  return !failed_;
}

}  // namespace samband::client
