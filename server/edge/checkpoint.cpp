#include "server/edge/checkpoint.h"

#include <fstream>

#include "server/edge/files.h"
#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

namespace fs = std::filesystem;

// While this lives, the commit thread removes no chunk.
class ChunksKept {
 public:
  explicit ChunksKept(CommitThread& commit) : commit_{commit} { commit_.keep_chunks(true); }
  ~ChunksKept() { commit_.keep_chunks(false); }
  ChunksKept(const ChunksKept&) = delete;
  ChunksKept& operator=(const ChunksKept&) = delete;

 private:
  CommitThread& commit_;
};

WallTime read_record(const fs::path& file) {
  std::ifstream in{file};
  std::string word;
  WallTime at;
  // The record is for people's eyes: one that can't be read is as good as none.
  return in >> word >> at.ms && word == "samband-last-backup-1" ? at : WallTime{};
}

std::unexpected<std::string> refused(storage::StoreError error, const fs::path& place) {
  const std::string advice = error == storage::StoreError::full ? "make room on the disk of the server's stores"
                                                                : "look at the server's log and its disk";
  return std::unexpected{
      fmt::format("no checkpoint could be made in {} ({}): {}", place.string(), storage::name_of(error), advice)};
}

}  // namespace

fs::path held_beside(const fs::path& store) {
  fs::path held = store.has_filename() ? store : store.parent_path();
  return held += ".held";
}

Checkpoint::Checkpoint(const Configuration& configuration, Stores& stores)
    : stores_{stores},
      folders_{held_beside(configuration.store), held_beside(configuration.chunks)},
      record_{folders_.main.parent_path() / "last-backup"},
      last_backup_{read_record(record_)} {
  clear();
}

Checkpoint::~Checkpoint() {
  clear();
}

void Checkpoint::clear() const {
  for (const fs::path& folder : {folders_.main, folders_.chunks}) {
    std::error_code error;
    fs::remove_all(folder, error);
    if (error) log_warning("checkpoint: {} can't be removed ({}): remove it", folder.string(), error.message());
  }
}

std::expected<Checkpoint::Folders, std::string> Checkpoint::hold(CommitThread& commit) {
  const std::lock_guard lock{mutex_};
  clear();
  const ChunksKept kept{commit};
  if (const auto made = stores_.main->checkpoint_to(folders_.main); !made) return refused(made.error(), folders_.main);
  if (const auto made = stores_.chunks->checkpoint_to(folders_.chunks); !made) {
    clear();
    return refused(made.error(), folders_.chunks);
  }
  return folders_;
}

void Checkpoint::let_go() {
  const std::lock_guard lock{mutex_};
  clear();
}

void Checkpoint::backup_finished(WallTime begun) {
  const std::lock_guard lock{mutex_};
  last_backup_ = begun;
  const std::string text = fmt::format("samband-last-backup-1 {}\n", begun.ms);
  if (const auto written = replace_file(record_, view_of(text)); !written) {
    log_warning("backup: {} can't be written: after a restart the last backup will not be known",
                says(written.error()));
  }
}

WallTime Checkpoint::last_backup() const {
  const std::lock_guard lock{mutex_};
  return last_backup_;
}

}  // namespace samband::server::edge
