// A store of which a second one can be made at once, while it is written: what a backup is copied from.
#pragma once

#include <filesystem>

#include "storage/store.h"

namespace samband::storage {

class CheckpointedStore : public Store {
 public:
  // Makes `folder`, which must not be there and whose parent must, on the same file system: a store of its own with
  // everything whose synced write has returned before the call. What was written since may be in it too, as a prefix
  // of the order of writes. Large files are shared by hard links, so it costs little room and is not a backup by
  // itself. May run on any thread, beside writes. When it fails nothing is left behind.
  // Errors: not_empty, io, full, corrupt.
  [[nodiscard]] virtual std::expected<void, StoreError> checkpoint_to(const std::filesystem::path& folder) = 0;
};

}  // namespace samband::storage
