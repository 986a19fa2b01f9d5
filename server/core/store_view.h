// A store as the core sees it: what is on the disk, and over it what was decided since and is not synced yet.
// Changes of one command are gathered until `take_batch` (or dropped by `discard`); taken ones stay visible until
// `synced` says that the store has them.
// A failed read is remembered; reads answer "nothing" from then on, and the core asks `failure` once, at the end.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "storage/store.h"

namespace samband::server {

class StoreView {
 public:
  // `store` outlives the view.
  explicit StoreView(const storage::Store& store) : store_{&store} {}

  [[nodiscard]] std::optional<Bytes> get(storage::Family family, BytesView key) const;
  [[nodiscard]] bool contains(storage::Family family, BytesView key) const { return get(family, key).has_value(); }
  // As storage::Store::scan.
  void scan(storage::Family family, const storage::KeyRange& range, std::size_t limit, const storage::Visitor& visitor,
            storage::Direction direction = storage::Direction::forward) const;

  void put(storage::Family family, Bytes key, Bytes value);
  void remove(storage::Family family, Bytes key);
  // Key by key: for ranges that are known to be short.
  void remove_all(storage::Family family, const storage::KeyRange& range);

  [[nodiscard]] bool has_changes() const { return !current_.empty(); }
  // The changes since the last call, in the order of their keys, so that the same command gives the same bytes.
  [[nodiscard]] storage::StoreBatch take_batch(std::uint64_t position);
  void discard() { current_.clear(); }
  void synced(std::uint64_t position);

  [[nodiscard]] std::optional<storage::StoreError> failure() const { return failure_; }

 private:
  using Place = std::pair<storage::Family, Bytes>;
  struct Waiting {
    std::uint64_t position = 0;
    std::optional<Bytes> value;  // nullopt: removed
  };
  // What lies over the store in a range, in order; the views live until the next change.
  using Overlay = std::map<BytesView, const std::optional<Bytes>*, bool (*)(BytesView, BytesView)>;

  [[nodiscard]] Overlay overlay_of(storage::Family family, const storage::KeyRange& range) const;

  const storage::Store* store_;
  std::map<Place, std::optional<Bytes>> current_;
  std::map<Place, Waiting> waiting_;
  std::deque<std::pair<std::uint64_t, Place>> order_;  // of what waits, by position
  mutable std::optional<storage::StoreError> failure_;
};

}  // namespace samband::server
