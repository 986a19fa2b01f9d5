#include "storage/store.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband::storage {

std::string_view name_of(StoreError error) {
  switch (error) {
    case StoreError::io: return "input or output failed";
    case StoreError::corrupt: return "damaged";
    case StoreError::full: return "no space left";
    case StoreError::locked: return "open in another process";
    case StoreError::not_a_store: return "not a store of this kind";
    case StoreError::format_newer: return "written by a newer version";
    case StoreError::format_older: return "written by a version that is too old";
    case StoreError::not_empty: return "not empty";
    case StoreError::read_only: return "opened for reading only";
  }
  std::abort();  // every enumerator returns above
}

bool KeyRange::contains(BytesView key) const {
  return !std::ranges::lexicographical_compare(key, from) &&
         (!until || std::ranges::lexicographical_compare(key, *until));
}

KeyRange all_keys() {
  return {};
}

KeyRange keys_with_prefix(BytesView prefix) {
  KeyRange range{.from = copy_of(prefix), .until = {}};
  Bytes end = range.from;
  while (!end.empty() && end.back() == 0xFF) end.pop_back();
  if (end.empty()) return range;  // nothing sorts after a prefix of 0xFF alone
  ++end.back();
  range.until = std::move(end);
  return range;
}

KeyWriter& KeyWriter::fixed(BytesView bytes) {
  key_.insert(key_.end(), bytes.begin(), bytes.end());
  return *this;
}

KeyWriter& KeyWriter::number(std::uint64_t value, unsigned size) {
  for (unsigned left = size; left > 0; --left) {
    key_.push_back(static_cast<std::uint8_t>(value >> (8 * (left - 1))));
  }
  return *this;
}

void StoreBatch::put(Family family, Bytes key, Bytes value) {
  SAMBAND_CHECK(!key.empty() && key.size() <= key_bytes_max && value.size() <= value_bytes_max);
  content_bytes_ += key.size() + value.size();
  changes_.push_back({Change::Kind::put, family, std::move(key), std::move(value)});
}

void StoreBatch::remove(Family family, Bytes key) {
  SAMBAND_CHECK(!key.empty() && key.size() <= key_bytes_max);
  content_bytes_ += key.size();
  changes_.push_back({Change::Kind::remove, family, std::move(key), {}});
}

void StoreBatch::remove_range(Family family, KeyRange range) {
  if (range.until && *range.until <= range.from) return;  // nothing lies between
  const bool open_end = !range.until;
  Bytes end = std::move(range.until).value_or(Bytes{});
  content_bytes_ += range.from.size() + end.size();
  changes_.push_back({Change::Kind::remove_range, family, std::move(range.from), std::move(end), open_end});
}

void StoreBatch::append(StoreBatch later) {
  content_bytes_ += later.content_bytes_;
  changes_.insert(changes_.end(), std::make_move_iterator(later.changes_.begin()),
                  std::make_move_iterator(later.changes_.end()));
}

}  // namespace samband::storage
