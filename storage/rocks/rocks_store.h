// A store on RocksDB. Its options are the ones that refuse damage instead of passing over it:
// a write-ahead log that is damaged anywhere but in its torn tail is an error, checksums are verified on every
// read, and nothing is compressed (a search of the disk for plaintext must be able to find it).
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "storage/checkpointed_store.h"
#include "storage/rocks/environment.h"

namespace samband::storage {

enum class Access : std::uint8_t {
  open,    // a store must be there
  create,  // nothing must be there, or an empty folder
  open_or_create,
  read,  // a store must be there; it is not changed, and may be open elsewhere
};

struct RocksOptions {
  std::filesystem::path directory;  // its parent must exist
  StoreLayout layout;
  Access access = Access::open;
  // Values of 4 KiB and more go to files of their own, which compaction does not copy. For chunks.
  bool large_values = false;
  std::size_t block_cache_bytes = std::size_t{32} << 20U;
  std::size_t write_buffer_bytes = std::size_t{32} << 20U;  // for all families together
  int open_files_max = 512;
  // Between the store and the file system; null for none.
  std::shared_ptr<Environment> environment;
  // Told of each failure in the words of the library, for the log of this program. Names files and offsets,
  // never keys or values. Called on any thread, the library's own too.
  std::function<void(std::string_view)> report;
};

class RocksStore final : public CheckpointedStore {
 public:
  // Creating is all or nothing: a store appears under its name when it is complete. The folder is its owner's
  // alone. Errors: io, corrupt, full, locked, not_a_store, format_newer, format_older, not_empty.
  [[nodiscard]] static std::expected<std::unique_ptr<RocksStore>, StoreError> open(RocksOptions options);
  ~RocksStore() override;

  [[nodiscard]] std::expected<std::optional<Bytes>, StoreError> get(Family family, BytesView key) const override;
  [[nodiscard]] std::expected<std::size_t, StoreError> scan(Family family, const KeyRange& range, std::size_t limit,
                                                            const Visitor& visitor, Direction direction) const override;
  [[nodiscard]] std::expected<void, StoreError> write(const StoreBatch& batch, Durability durability) override;
  [[nodiscard]] std::expected<std::uint64_t, StoreError> free_bytes() const override;
  [[nodiscard]] std::expected<void, StoreError> verify() const override;

  [[nodiscard]] std::expected<void, StoreError> checkpoint_to(const std::filesystem::path& folder) override;

 private:
  struct Database;
  explicit RocksStore(std::unique_ptr<Database> database);
  std::unique_ptr<Database> database_;
};

}  // namespace samband::storage
