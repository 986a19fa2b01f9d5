// Numbers in words: of the command line, and between the benchmark and its processes.
#pragma once

#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

namespace samband::bench {

// Decimal digits and nothing else.
[[nodiscard]] inline std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t value = 0;
  const char* end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, value);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return value;
}

}  // namespace samband::bench
