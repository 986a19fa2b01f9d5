// The checkpoint of both stores that a backup is copied from, and when the last backup was finished.
// It lies beside the stores, as store.held and chunks.held, made of hard links: the server itself writes nothing
// outside its own folders, and whoever copies may take the time it needs.
#pragma once

#include <filesystem>
#include <mutex>

#include "server/edge/commit_thread.h"
#include "server/edge/stores.h"

namespace samband::server::edge {

class Checkpoint {
 public:
  struct Folders {
    std::filesystem::path main;
    std::filesystem::path chunks;
  };

  // Removes what an earlier process held. `stores` outlives this.
  Checkpoint(const Configuration& configuration, Stores& stores);
  ~Checkpoint();

  // --- any thread
  // The main store first, the chunks after, and no chunk is removed between: whatever the main store names is there.
  // One that was held before is gone then. The error is one line: what happened, and what to do.
  [[nodiscard]] std::expected<Folders, std::string> hold(CommitThread& commit);
  void let_go();

  // A backup begun at that time is complete. Kept in the file `last-backup` beside the main store.
  void backup_finished(WallTime begun);
  // Of the newest backup that was finished; 0 when there is none.
  [[nodiscard]] WallTime last_backup() const;

 private:
  void clear() const;

  Stores& stores_;
  Folders folders_;
  std::filesystem::path record_;
  mutable std::mutex mutex_;
  WallTime last_backup_;
};

// Where a store's checkpoint is held: beside it, on the same file system.
[[nodiscard]] std::filesystem::path held_beside(const std::filesystem::path& store);

}  // namespace samband::server::edge
