// The two stores of a server, opened as its configuration says.
#pragma once

#include <atomic>
#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "server/edge/config.h"
#include "storage/checkpointed_store.h"

namespace samband::server::edge {

struct Stores {
  std::unique_ptr<storage::CheckpointedStore> main;
  std::unique_ptr<storage::CheckpointedStore> chunks;
};

enum class StoreUse : std::uint8_t {
  create,  // nothing may be there
  serve,   // for this process alone
  check,   // read only
};

// The error is one line: what happened, and what to do.
[[nodiscard]] std::expected<Stores, std::string> open_stores(const Configuration& configuration, StoreUse use);

// The sizes of the files of a store together; 0 where the folder can't be read.
[[nodiscard]] std::uint64_t store_bytes(const std::filesystem::path& store);

// How much room the stores have, and whether it is less than the reserve. Any thread.
class DiskWatch {
 public:
  DiskWatch(const Stores& stores, std::uint64_t reserve_bytes) : stores_{stores}, reserve_bytes_{reserve_bytes} {
    look();
  }
  void look();
  void set_reserve(std::uint64_t bytes) { reserve_bytes_ = bytes; }
  [[nodiscard]] std::uint64_t free_bytes() const { return free_bytes_; }
  [[nodiscard]] std::uint64_t reserve_bytes() const { return reserve_bytes_; }
  [[nodiscard]] const std::atomic<bool>& below_reserve() const { return below_reserve_; }

 private:
  const Stores& stores_;
  std::atomic<std::uint64_t> reserve_bytes_;
  std::atomic<std::uint64_t> free_bytes_ = 0;
  std::atomic<bool> below_reserve_ = false;
};

}  // namespace samband::server::edge
