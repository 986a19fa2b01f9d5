// Times as people read and write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge::ctl {

[[nodiscard]] WallTime now();
[[nodiscard]] std::string local_time(WallTime at);  // 2026-11-21 14:05
[[nodiscard]] std::string local_date(WallTime at);  // 2026-11-21
[[nodiscard]] std::string rfc3339(WallTime at);     // 2026-11-21T13:05:00Z, for machines

// "+7d", "+12h" or "+30m", from `start`; nullopt for anything else, and for more than a year.
[[nodiscard]] std::optional<WallTime> parse_relative_time(std::string_view text, WallTime start);

// A time that has passed: RFC 3339 with an offset (2027-01-15T09:00:00+01:00), a local date (2027-01-15), or how long
// ago
// ("7d", "12h", "30m", with or without a minus sign). nullopt for anything else.
[[nodiscard]] std::optional<WallTime> parse_past_time(std::string_view text, WallTime now);

}  // namespace samband::server::edge::ctl
