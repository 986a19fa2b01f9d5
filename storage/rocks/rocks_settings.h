// How RocksDB is set up here, and what its answers mean. Internal to this folder.
#pragma once

#include <rocksdb/options.h>
#include <rocksdb/status.h>

#include "storage/rocks/rocks_store.h"

namespace samband::storage {

[[nodiscard]] rocksdb::DBOptions database_options(const RocksOptions& options);
[[nodiscard]] rocksdb::ColumnFamilyOptions family_options(const RocksOptions& options);

[[nodiscard]] StoreError error_of(const rocksdb::Status& status);
// While opening, more answers mean that a part of the store is missing or that somebody else has it.
[[nodiscard]] StoreError open_error_of(const rocksdb::Status& status);

}  // namespace samband::storage
