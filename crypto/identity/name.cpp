#include "crypto/identity/name.h"

#include <optional>

namespace samband::identity {

namespace {

// Takes one code point off the front of a UTF-8 text (RFC 3629 §4); nullopt for anything malformed, such as
// an overlong form or a surrogate.
std::optional<char32_t> take_code_point(std::string_view& text) {
  const auto octet = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = octet(0);
  if (first < 0x80) {
    text.remove_prefix(1);
    return first;
  }
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return std::nullopt;
  char32_t point = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((octet(i) & 0xC0U) != 0x80) return std::nullopt;
    point = point << 6U | (octet(i) & 0x3FU);
  }
  const char32_t least = size == 4 ? 0x10000 : size == 3 ? 0x800 : 0x80;
  if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return std::nullopt;
  text.remove_prefix(size);
  return point;
}

bool is_harmful(char32_t point) {
  const auto within = [point](char32_t first, char32_t last) { return point >= first && point <= last; };
  return point < 0x20 || within(0x7F, 0x9F) || point == 0x61C || within(0x200E, 0x200F) || within(0x2028, 0x202E) ||
         within(0x2066, 0x2069);
}

std::string read_checked(Reader& in, std::size_t bytes_max, bool may_be_empty) {
  std::string text{text_of(in.bytes(bytes_max))};
  if (!is_valid_text(text, bytes_max) || (text.empty() && !may_be_empty)) in.fail(ParseError::malformed);
  return text;
}

}  // namespace

bool is_valid_text(std::string_view text, std::size_t bytes_max) {
  if (text.size() > bytes_max) return false;
  while (!text.empty()) {
    const auto point = take_code_point(text);
    if (!point || is_harmful(*point)) return false;
  }
  return true;
}

bool is_valid_name(std::string_view text) {
  return !text.empty() && is_valid_text(text, name_bytes_max);
}

std::string read_name(Reader& in) {
  return read_checked(in, name_bytes_max, false);
}
std::string read_optional_name(Reader& in) {
  return read_checked(in, name_bytes_max, true);
}
std::string read_text(Reader& in) {
  return read_checked(in, text_bytes_max, true);
}

void write_text(Writer& out, std::string_view text) {
  out.bytes(view_of(text));
}

}  // namespace samband::identity
