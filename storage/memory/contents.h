// All of a store at once, for tests that copy one.
#pragma once

#include "storage/store.h"

namespace samband::storage {

// Makes any store of that layout hold what this one holds, and nothing else. Errors: those of `Store::scan`.
[[nodiscard]] std::expected<StoreBatch, StoreError> contents_of(const Store& store, const StoreLayout& layout);

}  // namespace samband::storage
