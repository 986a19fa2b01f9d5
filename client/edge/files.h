// Documents on the file system: sources that notice a change, sinks that appear whole or not at all.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "client/core/streams.h"

namespace samband::client {

enum class FileError : std::uint8_t {
  missing,     // no such file
  not_a_file,  // a folder, a device
  unreadable,  // permission or an input error
  unwritable,
};

// Reads fail with `changed` once the file's size or modification time differs from when it was opened.
[[nodiscard]] std::expected<std::shared_ptr<DocumentSource>, FileError> open_source(const std::filesystem::path& path);

// Writes beside `path` and renames into place, synced, on `finish`. An existing file is replaced only then.
[[nodiscard]] std::expected<std::shared_ptr<DocumentSink>, FileError> create_sink(const std::filesystem::path& path);

// A folder for a guidance's texts and files; made if it is not there. Names with a slash, a leading dot or
// control characters can't be used: they come from other people.
[[nodiscard]] std::expected<std::shared_ptr<DocumentFolder>, FileError> open_folder(const std::filesystem::path& path);

// Is `name` one that `open_folder` would use?
[[nodiscard]] bool is_safe_file_name(std::string_view name);

}  // namespace samband::client
