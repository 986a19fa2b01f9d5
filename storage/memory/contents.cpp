#include "storage/memory/contents.h"

#include <limits>

namespace samband::storage {

std::expected<StoreBatch, StoreError> contents_of(const Store& store, const StoreLayout& layout) {
  StoreBatch batch;
  for (std::size_t i = 0; i < layout.families.size(); ++i) {
    const Family family{static_cast<std::uint16_t>(i)};
    batch.remove_range(family, all_keys());
    const auto scanned = store.scan(
        family, all_keys(), std::numeric_limits<std::size_t>::max(),
        [&](BytesView key, BytesView value) {
          batch.put(family, key, value);
          return Visit::more;
        },
        Direction::forward);
    if (!scanned) return std::unexpected{scanned.error()};
  }
  return batch;
}

}  // namespace samband::storage
