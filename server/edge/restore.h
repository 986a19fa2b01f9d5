// `sambandd restore`: a server out of a backup, where none is.
#pragma once

#include <expected>
#include <filesystem>
#include <string>
#include <vector>

#include "crypto/suite/random.h"
#include "server/edge/backup.h"
#include "server/edge/config.h"

namespace samband::server::edge {

struct Restored {
  BackupManifest manifest;
  std::uint64_t incarnation = 0;     // that the restore has opened
  std::vector<std::string> remarks;  // a line each: what was put where, and what was left as it is
};

// `backup`: its name, or "" for the newest. Every file is checked before anything is written; the store gets its name
// last, so an interrupted restore leaves none. The error is one line: what happened, and what to do.
[[nodiscard]] std::expected<Restored, std::string> restore(const BackupFolder& folder, const std::string& backup,
                                                           const Configuration& configuration, WallTime now,
                                                           RandomSource& random);

// Where `file` is missing, or is as the packages install it, the backup's configuration is put there, with the owner
// and the mode of what was there. True when it was. The error is one line.
[[nodiscard]] std::expected<bool, std::string> restore_configuration(const BackupFolder& folder,
                                                                     const std::string& backup,
                                                                     const std::filesystem::path& file);

// storage/FORMAT.md: greater than `before`, later ones greater than earlier, and never the same by chance.
[[nodiscard]] std::uint64_t incarnation_after(std::uint64_t before, WallTime now, RandomSource& random);

}  // namespace samband::server::edge
