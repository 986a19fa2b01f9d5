// The small text file in a store's folder that says what the store is, read before anything else is opened,
// so that a store of another kind or of a newer program is refused without being touched.
//
//     samband-store 1
//     kind samband server
//     format 1
#pragma once

#include <filesystem>
#include <string>

#include "storage/store.h"

namespace samband::storage {

inline constexpr std::string_view store_file_name = "samband-store";

struct StoreDescription {
  std::string kind;
  std::uint32_t format = 0;
  bool operator==(const StoreDescription&) const = default;
};

[[nodiscard]] std::string describe(const StoreLayout& layout);
// Strict: exactly what `describe` gives. Errors: corrupt; format_newer when the first line has another number.
[[nodiscard]] std::expected<StoreDescription, StoreError> parse_description(std::string_view text);
// Whether a program of that layout may open what is described. Errors: not_a_store, format_newer, format_older.
[[nodiscard]] std::expected<void, StoreError> accept(const StoreDescription& found, const StoreLayout& layout);

// Errors: not_a_store where there is no such file, corrupt, format_newer, io.
[[nodiscard]] std::expected<StoreDescription, StoreError> read_description(const std::filesystem::path& folder);
// Replaces the file in one step and syncs it. Errors: io, full.
[[nodiscard]] std::expected<void, StoreError> write_description(const std::filesystem::path& folder,
                                                                const StoreLayout& layout);

// True when nothing is there or an empty folder is. Errors: io.
[[nodiscard]] std::expected<bool, StoreError> is_vacant(const std::filesystem::path& folder);
// Makes the content of the files in the folder last. Errors: io.
[[nodiscard]] std::expected<void, StoreError> sync_files(const std::filesystem::path& folder);
// Makes the names in the folder last. Errors: io.
[[nodiscard]] std::expected<void, StoreError> sync_folder(const std::filesystem::path& folder);

}  // namespace samband::storage
