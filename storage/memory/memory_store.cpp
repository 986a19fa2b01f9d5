#include "storage/memory/memory_store.h"

#include <algorithm>
#include <mutex>
#include <ranges>

namespace samband::storage {
namespace {

// The pairs of a range, as two iterators into the map.
template <class Pairs>
auto span_of(Pairs& pairs, const Bytes& from, const std::optional<Bytes>& until) {
  const auto first = pairs.lower_bound(from);
  if (until && *until <= from) return std::ranges::subrange{first, first};
  return std::ranges::subrange{first, until ? pairs.lower_bound(*until) : pairs.end()};
}

template <class Span>
std::size_t visit(Span&& span, std::size_t limit, const Visitor& visitor) {
  std::size_t visited = 0;
  for (const auto& [key, value] : span) {
    if (visited == limit) break;
    ++visited;
    if (visitor(key, value) == Visit::stop) break;
  }
  return visited;
}

}  // namespace

MemoryStore::MemoryStore(const StoreLayout& layout) : families_(layout.families.size()) {}

std::expected<std::optional<Bytes>, StoreError> MemoryStore::get(Family family, BytesView key) const {
  const std::shared_lock lock{mutex_};
  const Pairs& pairs = families_.at(family.value);
  const auto found = pairs.find(copy_of(key));
  if (found == pairs.end()) return std::optional<Bytes>{};
  return found->second;
}

std::expected<std::size_t, StoreError> MemoryStore::scan(Family family, const KeyRange& range, std::size_t limit,
                                                         const Visitor& visitor, Direction direction) const {
  const std::shared_lock lock{mutex_};
  const auto span = span_of(families_.at(family.value), range.from, range.until);
  if (direction == Direction::forward) return visit(span, limit, visitor);
  return visit(std::views::reverse(span), limit, visitor);
}

std::expected<void, StoreError> MemoryStore::write(const StoreBatch& batch, Durability durability) {
  const std::unique_lock lock{mutex_};
  if (failure_) return std::unexpected(*failure_);
  Undo undo;
  for (const StoreBatch::Change& change : batch.changes()) apply(change, undo);
  if (durability == Durability::synced) {
    unsynced_.clear();
  } else {
    unsynced_.push_back(std::move(undo));
  }
  return {};
}

void MemoryStore::apply(const StoreBatch::Change& change, Undo& undo) {
  Pairs& pairs = families_.at(change.family.value);
  switch (change.kind) {
    case StoreBatch::Change::Kind::put:
      remember(change.family, change.key, undo);
      pairs.insert_or_assign(change.key, change.value);
      return;
    case StoreBatch::Change::Kind::remove:
      remember(change.family, change.key, undo);
      pairs.erase(change.key);
      return;
    case StoreBatch::Change::Kind::remove_range: {
      const auto until = change.open_end ? std::nullopt : std::optional{change.value};
      const auto span = span_of(pairs, change.key, until);
      for (const auto& [key, value] : span) undo.push_back({change.family, key, value});
      pairs.erase(span.begin(), span.end());
      return;
    }
  }
}

void MemoryStore::remember(Family family, const Bytes& key, Undo& undo) const {
  const Pairs& pairs = families_.at(family.value);
  const auto found = pairs.find(key);
  undo.push_back({family, key, found == pairs.end() ? std::nullopt : std::optional{found->second}});
}

void MemoryStore::take_back(const Undo& undo) {
  for (const Before& before : std::views::reverse(undo)) {
    Pairs& pairs = families_.at(before.family.value);
    if (before.value) {
      pairs.insert_or_assign(before.key, *before.value);
    } else {
      pairs.erase(before.key);
    }
  }
}

void MemoryStore::crash(std::size_t survivors) {
  const std::unique_lock lock{mutex_};
  while (unsynced_.size() > survivors) {
    take_back(unsynced_.back());
    unsynced_.pop_back();
  }
  unsynced_.clear();  // what survived a crash is on the disk
  failure_.reset();
}

std::size_t MemoryStore::unsynced_batches() const {
  const std::shared_lock lock{mutex_};
  return unsynced_.size();
}

void MemoryStore::fail_writes(StoreError error) {
  const std::unique_lock lock{mutex_};
  failure_ = error;
}

}  // namespace samband::storage
