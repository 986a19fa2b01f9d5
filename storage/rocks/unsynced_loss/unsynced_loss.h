// A file system for tests that forgets what was not synced, as a power cut does.
//
// Appended bytes stay in this process until their file is synced, and only then reach it. So
//  - `crash` leaves exactly what a machine that lost its power would have to have kept: unsynced bytes are gone,
//    files and new names whose folder was not synced too;
//  - a real program that runs on it and is killed with SIGKILL loses its unsynced bytes as well (names of files
//    last in that case: they are the operating system's by then).
// What is closed without a sync reaches the file, as it would when a program ends well, and is forgotten by
// `crash`. A removal that was not synced is never undone.
#pragma once

#include <cstdint>
#include <memory>

#include "storage/rocks/environment.h"

namespace samband::storage {

enum class CrashOf : std::uint8_t {
  machine,  // what was not synced is gone
  process,  // the operating system still has everything that was written: bytes are not held back
};

class UnsyncedLoss final : public Environment {
 public:
  explicit UnsyncedLoss(CrashOf crash = CrashOf::machine);
  ~UnsyncedLoss() override;

  rocksdb::Env& env() override;

  // The power goes, or the process. Nothing that is written or synced from now on has an effect, though it seems to
  // succeed; close the store and open it with another environment.
  void crash();

  // Bytes held back at this moment; what a crash would take.
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  class FileSystem;
  std::shared_ptr<FileSystem> file_system_;
  std::unique_ptr<rocksdb::Env> env_;
};

// For programs built with tests: an UnsyncedLoss when SAMBAND_TEST_UNSYNCED_LOSS=1 is in the environment, else nothing.
[[nodiscard]] std::shared_ptr<Environment> unsynced_loss_if_asked();

}  // namespace samband::storage
