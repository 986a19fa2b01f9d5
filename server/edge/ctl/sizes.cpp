#include "server/edge/ctl/sizes.h"

#include <array>
#include <charconv>
#include <fmt/format.h>

namespace samband::server::edge::ctl {
namespace {

constexpr std::array<std::string_view, 6> units{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  double number = 0;
  const char* const first = text.data();
  const char* const last = first + text.size();
  const auto [end, error] = std::from_chars(first, last, number, std::chars_format::fixed);
  if (error != std::errc{} || !(number >= 0)) return std::nullopt;  // it reads "nan" too
  std::string_view unit{end, static_cast<std::size_t>(last - end)};
  if (unit.starts_with(' ')) unit.remove_prefix(1);
  if (unit.empty()) unit = units.front();
  for (const std::string_view known : units) {
    if (unit == known) {
      constexpr double beyond = 18'446'744'073'709'551'616.0;  // 2^64
      if (number >= beyond) return std::nullopt;
      return static_cast<std::uint64_t>(number);
    }
    number *= 1024;
  }
  return std::nullopt;
}

std::string size_text(std::uint64_t bytes) {
  std::size_t unit = 0;
  auto number = static_cast<double>(bytes);
  while (number >= 1024 && unit + 1 < units.size()) {
    number /= 1024;
    ++unit;
  }
  const bool is_whole = number == static_cast<double>(static_cast<std::uint64_t>(number));
  return is_whole ? fmt::format("{} {}", static_cast<std::uint64_t>(number), units[unit])
                  : fmt::format("{:.1f} {}", number, units[unit]);
}

}  // namespace samband::server::edge::ctl
