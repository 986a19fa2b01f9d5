// Files written so that after a crash they are there whole or not at all, readable by their owner alone unless it is
// said otherwise.
#pragma once

#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

struct FileFault {
  int error = 0;  // errno
  std::filesystem::path file;
};

struct FileOwner {
  uid_t user;
  gid_t group;
};

struct FileForm {
  mode_t mode = 0600;
  std::optional<FileOwner> owner = std::nullopt;  // when somebody else is to own it; root alone can say so
};

struct FileDigest {
  std::uint64_t bytes = 0;
  Hash sha256;
  bool operator==(const FileDigest&) const = default;
};

// A new file, on the disk when this returns; EEXIST where there is one.
[[nodiscard]] std::expected<void, FileFault> create_file(const std::filesystem::path& file, BytesView content,
                                                         const FileForm& form = {});
// In one step in the place of what is there, and on the disk when this returns.
[[nodiscard]] std::expected<void, FileFault> replace_file(const std::filesystem::path& file, BytesView content,
                                                          const FileForm& form = {});

[[nodiscard]] std::expected<FileDigest, FileFault> digest_of(const std::filesystem::path& file);
// Copies into a new file of mode 0600, on the disk when this returns; says what was copied. Nothing is left of a
// copy that failed.
[[nodiscard]] std::expected<FileDigest, FileFault> copy_synced(const std::filesystem::path& from,
                                                               const std::filesystem::path& to);
// The whole file, of at most `bytes_max`.
[[nodiscard]] std::expected<Bytes, FileFault> read_file(const std::filesystem::path& file, std::size_t bytes_max);
// Makes the names in a folder last.
[[nodiscard]] std::expected<void, FileFault> sync_names(const std::filesystem::path& folder);
// A folder of mode 0700, unless one is there.
[[nodiscard]] std::expected<void, FileFault> make_private_folder(const std::filesystem::path& folder);

[[nodiscard]] std::string says(const FileFault& fault);  // "FILE (No such file or directory)"

}  // namespace samband::server::edge
