#include "server/edge/ctl/times.h"

#include <array>
#include <charconv>
#include <chrono>
#include <ctime>

namespace samband::server::edge::ctl {
namespace {

std::string formatted(WallTime at, const char* format, bool local) {
  const auto seconds = static_cast<std::time_t>(at.ms / 1000);
  std::tm parts{};
  if (local) {
    ::localtime_r(&seconds, &parts);
  } else {
    ::gmtime_r(&seconds, &parts);
  }
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), format, &parts)};
}

}  // namespace

WallTime now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(since).count())};
}

std::string local_time(WallTime at) {
  return formatted(at, "%Y-%m-%d %H:%M", true);
}
std::string local_date(WallTime at) {
  return formatted(at, "%Y-%m-%d", true);
}
std::string rfc3339(WallTime at) {
  return formatted(at, "%Y-%m-%dT%H:%M:%SZ", false);
}

std::optional<WallTime> parse_relative_time(std::string_view text, WallTime start) {
  constexpr std::uint64_t minute_ms = 60'000;
  constexpr std::uint64_t year_ms = 366ULL * 24 * 60 * minute_ms;
  if (text.size() < 3 || text.front() != '+') return std::nullopt;
  const char unit = text.back();
  const std::uint64_t unit_ms = unit == 'd'   ? minute_ms * 60 * 24
                                : unit == 'h' ? 60 * minute_ms
                                : unit == 'm' ? minute_ms
                                              : 0;
  const std::string_view digits = text.substr(1, text.size() - 2);
  std::uint32_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (unit_ms == 0 || error != std::errc{} || end != digits.data() + digits.size() || count == 0) return std::nullopt;
  if (count > year_ms / unit_ms) return std::nullopt;
  return WallTime{start.ms + count * unit_ms};
}

std::optional<WallTime> parse_past_time(std::string_view text, WallTime now) {
  const auto complete = [](const std::string& written, const char* format, std::tm& parts) {
    const char* end = ::strptime(written.c_str(), format, &parts);
    return end != nullptr && *end == '\0';
  };
  const std::string written{text};
  std::tm parts{};
  if (complete(written, "%Y-%m-%dT%H:%M:%S%z", parts)) {
    const long offset = parts.tm_gmtoff;  // timegm forgets it
    const std::time_t seconds = ::timegm(&parts) - offset;
    if (seconds < 0) return std::nullopt;
    return WallTime{static_cast<std::uint64_t>(seconds) * 1000};
  }
  parts = {};
  parts.tm_isdst = -1;
  if (complete(written, "%Y-%m-%d", parts)) {
    const std::time_t seconds = ::mktime(&parts);
    if (seconds < 0) return std::nullopt;
    return WallTime{static_cast<std::uint64_t>(seconds) * 1000};
  }
  if (text.starts_with('-')) text.remove_prefix(1);
  const auto ahead = parse_relative_time("+" + std::string{text}, WallTime{0});
  if (!ahead || ahead->ms > now.ms) return std::nullopt;
  return WallTime{now.ms - ahead->ms};
}

}  // namespace samband::server::edge::ctl
