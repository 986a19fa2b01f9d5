#include "crypto/mls/tree/key_index.h"

#include <algorithm>

namespace samband::mls {
namespace {

constexpr std::size_t run_max = 64;           // entries; a longer run is cut in two
constexpr std::size_t run_at_first = 48;      // what `assign` fills a run with
constexpr std::size_t run_min = run_max / 4;  // a shorter one joins its neighbour, when both fit in one

// Big-endian, so that the order of starts is that of the keys.
std::uint32_t start_of(BytesView key) {
  std::uint32_t start = 0;
  for (std::size_t i = 0; i < sizeof start; ++i) start = start << 8U | (i < key.size() ? key[i] : 0U);
  return start;
}

}  // namespace

bool KeyIndex::has_lower_key(const RatchetTree& tree, const Entry& entry, BytesView key) const {
  return std::ranges::lexicographical_compare(key_of_(tree, entry.node), key);
}

bool KeyIndex::assign(const RatchetTree& tree, std::span<const NodeIndex> nodes) {
  std::vector<Entry> all;
  all.reserve(nodes.size());
  for (const NodeIndex node : nodes) all.push_back({start_of(key_of_(tree, node)), node});
  std::ranges::sort(all,
                    [&](const Entry& a, const Entry& b) { return is_before(tree, a, b.start, key_of_(tree, b.node)); });
  runs_.clear();
  for (std::size_t from = 0; from < all.size(); from += run_at_first) {
    insert_run(runs_.size(), std::span{all}.subspan(from, std::min(run_at_first, all.size() - from)));
  }
  const auto twice = std::ranges::adjacent_find(all, [&](const Entry& a, const Entry& b) {
    return a.start == b.start && equal(key_of_(tree, a.node), key_of_(tree, b.node));
  });
  return twice == all.end();
}

KeyIndex::Place KeyIndex::lower_bound(const RatchetTree& tree, BytesView key) const {
  const std::uint32_t start = start_of(key);
  const auto before = [&](const Entry& entry) { return is_before(tree, entry, start, key); };
  const auto run = std::ranges::partition_point(runs_, before, &Run::last);
  if (run == runs_.end()) return runs_.empty() ? Place{0, 0} : Place{runs_.size() - 1, runs_.back().entries.size()};
  const auto entry = std::ranges::partition_point(run->entries, before);
  return {static_cast<std::size_t>(run - runs_.begin()), static_cast<std::size_t>(entry - run->entries.begin())};
}

std::optional<NodeIndex> KeyIndex::find(const RatchetTree& tree, BytesView key) const {
  const Place place = lower_bound(tree, key);
  if (runs_.empty() || place.entry == runs_[place.run].entries.size()) return std::nullopt;
  const Entry& entry = runs_[place.run].entries[place.entry];
  if (entry.start != start_of(key) || !equal(key_of_(tree, entry.node), key)) return std::nullopt;
  return entry.node;
}

void KeyIndex::insert(const RatchetTree& tree, NodeIndex node) {
  const BytesView key = key_of_(tree, node);
  const Entry entry{start_of(key), node};
  if (runs_.empty()) {
    insert_run(0, {&entry, 1});
    return;
  }
  const Place place = lower_bound(tree, key);
  Run& run = runs_[place.run];
  run.entries.insert(run.entries.begin() + static_cast<std::ptrdiff_t>(place.entry), entry);
  run.last = run.entries.back();
  if (run.entries.size() <= run_max) return;
  const std::vector<Entry> second{run.entries.begin() + run_max / 2, run.entries.end()};
  run.entries.resize(run_max / 2);
  run.last = run.entries.back();
  insert_run(place.run + 1, second);
}

// With room for what will come, so that it does not grow to twice of what it needs.
void KeyIndex::insert_run(std::size_t index, std::span<const Entry> entries) {
  Run run{.last = entries.back(), .entries = {}};
  run.entries.reserve(run_max + 1);
  run.entries.assign(entries.begin(), entries.end());
  runs_.insert(runs_.begin() + static_cast<std::ptrdiff_t>(index), std::move(run));
}

KeyIndex::Place KeyIndex::place_of(const RatchetTree& tree, NodeIndex node) const {
  Place place = lower_bound(tree, key_of_(tree, node));
  // Should two nodes have the same key, this one may come after the other.
  for (;;) {
    assert(place.run < runs_.size());
    const std::vector<Entry>& entries = runs_[place.run].entries;
    if (place.entry == entries.size()) {
      place = {place.run + 1, 0};
    } else if (entries[place.entry].node != node) {
      ++place.entry;
    } else {
      return place;
    }
  }
}

void KeyIndex::erase(const RatchetTree& tree, NodeIndex node) {
  const Place place = place_of(tree, node);
  Run& run = runs_[place.run];
  run.entries.erase(run.entries.begin() + static_cast<std::ptrdiff_t>(place.entry));
  if (run.entries.empty()) {
    runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(place.run));
    return;
  }
  run.last = run.entries.back();
  if (run.entries.size() < run_min && !join_with_next(place.run) && place.run > 0) join_with_next(place.run - 1);
}

bool KeyIndex::join_with_next(std::size_t index) {
  if (index + 1 == runs_.size()) return false;
  Run& run = runs_[index];
  const Run& next = runs_[index + 1];
  if (run.entries.size() + next.entries.size() > run_max) return false;
  run.entries.insert(run.entries.end(), next.entries.begin(), next.entries.end());
  run.last = next.last;
  runs_.erase(runs_.begin() + static_cast<std::ptrdiff_t>(index) + 1);
  return true;
}

std::size_t KeyIndex::size() const {
  std::size_t size = 0;
  for (const Run& run : runs_) size += run.entries.size();
  return size;
}

}  // namespace samband::mls
