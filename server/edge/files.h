// Files written so that after a crash they are there whole or not at all, readable by their owner alone.
#pragma once

#include <expected>
#include <filesystem>
#include <string>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

struct FileFault {
  int error = 0;  // errno
  std::filesystem::path file;
};

struct FileDigest {
  std::uint64_t bytes = 0;
  Hash sha256;
  bool operator==(const FileDigest&) const = default;
};

// The errors are those of the system, in its words.

// In one step in the place of what is there, and on the disk when this returns.
[[nodiscard]] std::expected<void, std::string> replace_file(const std::filesystem::path& file, BytesView content);

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
