// How files become a guidance: NAME.nb.md and NAME.nn.md are its text in two language forms, every other file
// is attached. The title is the first heading of a text.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>

#include "client/core/commands.h"

namespace samband::client {

inline constexpr std::size_t guidance_text_bytes_max = std::size_t{24} << 10U;

// What a file's name says it is: the language of "x.nn.md" is "nn", that of "x.md" is "" ; nullopt: not a text.
[[nodiscard]] std::optional<std::string> text_language_of(std::string_view file_name);

// Adds one file to `publish`; sets the title from the first heading if there is none yet.
// False when a text can't be read, is not UTF-8 or is over guidance_text_bytes_max.
[[nodiscard]] bool add_guidance_file(PublishGuidance& publish, const std::string& name,
                                     std::shared_ptr<DocumentSource> source);

enum class GuidanceFolderError : std::uint8_t {
  unreadable,  // the folder or one of its files, or a text that is too long or not UTF-8
  empty,       // nothing in it
};

// The guidance in a folder, or in a single file. Without a heading the title is the folder's or file's name.
// Hidden files are left out; folders inside are not entered.
[[nodiscard]] std::expected<PublishGuidance, GuidanceFolderError> read_guidance(const std::filesystem::path& path,
                                                                                const std::string& channel);

}  // namespace samband::client
