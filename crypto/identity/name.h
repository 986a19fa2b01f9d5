// Names that people gave: of partners, communities, staff, devices, channels.
// Normalisation (NFC) is done where a name is typed; here a name is only kept from doing harm: text that
// ends a line, moves a cursor or turns the reading direction could make one partner look like another.
#pragma once

#include <string>
#include <string_view>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::identity {

inline constexpr std::size_t name_bytes_max = 200;
inline constexpr std::size_t text_bytes_max = 1000;  // a reason, a remark

// 1..200 bytes of valid UTF-8 without control characters (Cc), line and paragraph separators, or
// characters that direct the reading order (U+061C, U+200E, U+200F, U+202A-202E, U+2066-2069).
[[nodiscard]] bool is_valid_name(std::string_view text);
// The same rule for a running text of 0..`bytes_max` bytes.
[[nodiscard]] bool is_valid_text(std::string_view text, std::size_t bytes_max = text_bytes_max);

// `name<V>`; fails with malformed where the rule is broken.
[[nodiscard]] std::string read_name(Reader& in);
// `name<V>` that may also be empty.
[[nodiscard]] std::string read_optional_name(Reader& in);
[[nodiscard]] std::string read_text(Reader& in);
void write_text(Writer& out, std::string_view text);

}  // namespace samband::identity
