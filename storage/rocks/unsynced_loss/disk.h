// What a power cut would leave of the files written through it: the books of the forgetful file system.
// Thread-safe. Internal to this folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/rocks/unsynced_loss/unsynced_loss.h"

namespace samband::storage {

class Disk {
 public:
  explicit Disk(CrashOf crash) : crash_{crash} {}

  [[nodiscard]] bool holds_back() const { return crash_ == CrashOf::machine; }

  // Runs `act` unless the power is gone, with no crash in between. Returns whether it ran.
  template <class Act>
  bool while_powered(Act&& act) {
    const std::lock_guard lock{mutex_};
    if (!powered_) return false;
    act();
    return true;
  }

  // Runs `act` with or without power, alone.
  template <class Act>
  void exclusively(Act&& act) const {
    const std::lock_guard lock{mutex_};
    act();
  }

  // --- only inside `while_powered`

  // The first `synced_bytes` of the file would survive, more of it is there.
  void closed_unsynced(const std::string& path, std::uint64_t synced_bytes);
  void created(const std::string& path);
  // Call before the file takes its new name: what it replaces is remembered.
  void renaming(const std::string& from, const std::string& to);
  void removed(const std::string& path);
  void folder_synced(const std::string& folder);
  void hold(std::size_t bytes) { held_bytes_ += bytes; }
  void release(std::size_t bytes) { held_bytes_ -= bytes; }

  // --- at any time
  void crash();
  [[nodiscard]] std::size_t held_bytes() const;

 private:
  // A name that its folder has not been synced with.
  struct Unsettled {
    std::filesystem::path path;
    std::optional<std::filesystem::path> renamed_from;
    std::optional<std::string> replaced;  // the content the name had before
  };
  static void undo(const Unsettled& name);

  CrashOf crash_;
  mutable std::mutex mutex_;
  bool powered_ = true;
  std::size_t held_bytes_ = 0;
  std::map<std::string, std::uint64_t> synced_bytes_;  // of files closed with more than that
  std::vector<Unsettled> unsettled_;                   // in the order they came
};

}  // namespace samband::storage
