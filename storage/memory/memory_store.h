// A store in memory, for tests and simulations: it can lose what was not synced, fail, and run short of space.
#pragma once

#include <atomic>
#include <limits>
#include <map>
#include <shared_mutex>
#include <vector>

#include "storage/store.h"

namespace samband::storage {

class MemoryStore final : public Store {
 public:
  explicit MemoryStore(const StoreLayout& layout);

  [[nodiscard]] std::expected<std::optional<Bytes>, StoreError> get(Family family, BytesView key) const override;
  // Writes wait until the scan has ended.
  [[nodiscard]] std::expected<std::size_t, StoreError> scan(Family family, const KeyRange& range, std::size_t limit,
                                                            const Visitor& visitor, Direction direction) const override;
  [[nodiscard]] std::expected<void, StoreError> write(const StoreBatch& batch, Durability durability) override;
  [[nodiscard]] std::expected<std::uint64_t, StoreError> free_bytes() const override { return free_bytes_.load(); }
  [[nodiscard]] std::expected<void, StoreError> verify() const override { return {}; }

  // What a power cut does: of the batches since the last sync only the first `survivors` remain. A failure set
  // by `fail_writes` is over; the store goes on as if opened anew.
  void crash(std::size_t survivors = 0);
  [[nodiscard]] std::size_t unsynced_batches() const;

  // From now on every write fails, and changes nothing.
  void fail_writes(StoreError error);
  void set_free_bytes(std::uint64_t bytes) { free_bytes_ = bytes; }

 private:
  using Pairs = std::map<Bytes, Bytes>;
  // What a key held before a change; applied backwards it takes a batch out again.
  struct Before {
    Family family;
    Bytes key;
    std::optional<Bytes> value;
  };
  using Undo = std::vector<Before>;

  void apply(const StoreBatch::Change& change, Undo& undo);
  void remember(Family family, const Bytes& key, Undo& undo) const;
  void take_back(const Undo& undo);

  mutable std::shared_mutex mutex_;  // over everything but `free_bytes_`
  std::vector<Pairs> families_;
  std::vector<Undo> unsynced_;  // one for each batch since the last sync
  std::optional<StoreError> failure_;
  std::atomic<std::uint64_t> free_bytes_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace samband::storage
