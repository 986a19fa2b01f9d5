#include "server/core/store_view.h"

#include <algorithm>
#include <limits>

namespace samband::server {
namespace {

bool before(BytesView a, BytesView b) {
  return std::ranges::lexicographical_compare(a, b);
}

// Merges the overlay into a scan of the store: each visit of the store first gives what lies before its key.
class MergedScan {
 public:
  MergedScan(std::size_t limit, const storage::Visitor& visitor, storage::Direction direction)
      : left_{limit}, visitor_{visitor}, direction_{direction} {}

  bool is_over() const { return is_over_ || left_ == 0; }
  // Whether `a` comes before `b` in the direction of the scan.
  bool precedes(BytesView a, BytesView b) const {
    return direction_ == storage::Direction::forward ? before(a, b) : before(b, a);
  }
  void give(BytesView key, BytesView value) {
    if (is_over()) return;
    --left_;
    is_over_ = visitor_(key, value) == storage::Visit::stop;
  }

 private:
  std::size_t left_;
  const storage::Visitor& visitor_;
  storage::Direction direction_;
  bool is_over_ = false;
};

}  // namespace

std::optional<Bytes> StoreView::get(storage::Family family, BytesView key) const {
  if (failure_) return std::nullopt;
  const Place place{family, copy_of(key)};
  if (const auto found = current_.find(place); found != current_.end()) return found->second;
  if (const auto found = waiting_.find(place); found != waiting_.end()) return found->second.value;
  auto kept = store_->get(family, key);
  if (!kept) {
    failure_ = kept.error();
    return std::nullopt;
  }
  return std::move(*kept);
}

StoreView::Overlay StoreView::overlay_of(storage::Family family, const storage::KeyRange& range) const {
  Overlay overlay{&before};
  const auto collect = [&](const auto& places, const auto& value_of) {
    for (auto it = places.lower_bound(Place{family, range.from}); it != places.end() && it->first.first == family;
         ++it) {
      if (range.until && !before(it->first.second, *range.until)) break;
      overlay[it->first.second] = value_of(it->second);
    }
  };
  collect(waiting_, [](const Waiting& waiting) { return &waiting.value; });
  collect(current_, [](const std::optional<Bytes>& value) { return &value; });  // the newer one counts
  return overlay;
}

void StoreView::scan(storage::Family family, const storage::KeyRange& range, std::size_t limit,
                     const storage::Visitor& visitor, storage::Direction direction) const {
  if (failure_ || limit == 0) return;
  const Overlay overlay = overlay_of(family, range);
  MergedScan merged{limit, visitor, direction};

  const auto merge = [&](auto next, const auto end) {
    const auto give_while = [&](const auto& condition) {
      for (; next != end && !merged.is_over() && condition(next->first); ++next) {
        if (*next->second) merged.give(next->first, **next->second);
      }
    };
    const auto on_pair = [&](BytesView key, BytesView value) {
      give_while([&](BytesView own) { return merged.precedes(own, key); });
      const bool is_replaced = next != end && std::ranges::equal(next->first, key);
      if (!is_replaced) merged.give(key, value);
      return merged.is_over() ? storage::Visit::stop : storage::Visit::more;
    };
    const auto scanned = store_->scan(family, range, std::numeric_limits<std::size_t>::max(), on_pair, direction);
    if (!scanned) failure_ = scanned.error();
    give_while([](BytesView) { return true; });
  };
  if (direction == storage::Direction::forward) {
    merge(overlay.begin(), overlay.end());
  } else {
    merge(overlay.rbegin(), overlay.rend());
  }
}

void StoreView::put(storage::Family family, Bytes key, Bytes value) {
  current_.insert_or_assign(Place{family, std::move(key)}, std::move(value));
}

void StoreView::remove(storage::Family family, Bytes key) {
  current_.insert_or_assign(Place{family, std::move(key)}, std::nullopt);
}

void StoreView::remove_all(storage::Family family, const storage::KeyRange& range) {
  std::vector<Bytes> keys;
  scan(family, range, std::numeric_limits<std::size_t>::max(), [&](BytesView key, BytesView) {
    keys.push_back(copy_of(key));
    return storage::Visit::more;
  });
  for (Bytes& key : keys) remove(family, std::move(key));
}

storage::StoreBatch StoreView::take_batch(std::uint64_t position) {
  storage::StoreBatch batch;
  for (auto& [place, value] : current_) {
    if (value) {
      batch.put(place.first, place.second, *value);
    } else {
      batch.remove(place.first, place.second);
    }
    order_.emplace_back(position, place);
    waiting_.insert_or_assign(place, Waiting{position, std::move(value)});
  }
  current_.clear();
  return batch;
}

void StoreView::synced(std::uint64_t position) {
  while (!order_.empty() && order_.front().first <= position) {
    const auto found = waiting_.find(order_.front().second);
    if (found != waiting_.end() && found->second.position <= position) waiting_.erase(found);
    order_.pop_front();
  }
}

}  // namespace samband::server
