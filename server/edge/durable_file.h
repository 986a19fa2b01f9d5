// Small files that are on the disk, whole, when a function returns: keys, certificates, configuration.
#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>

#include "crypto/bytes/bytes.h"

namespace samband::server::edge {

struct FileOwner {
  uid_t user;
  gid_t group;
};

struct FileForm {
  mode_t mode = 0600;
  std::optional<FileOwner> owner = std::nullopt;  // of a file that somebody else is to own; root alone can say so
};

// Each tells in `errno` why it was not done.

// A new file; false where there is one already.
[[nodiscard]] bool create_durably(const std::filesystem::path& file, BytesView content, const FileForm& form = {});

// The file appears under its name when it is complete; what was there before is gone in the same moment.
[[nodiscard]] bool replace_durably(const std::filesystem::path& file, BytesView content, const FileForm& form = {});

// The names in the folder are on the disk.
[[nodiscard]] bool sync_folder(const std::filesystem::path& folder);

}  // namespace samband::server::edge
