// Texts and times in the forms people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "crypto/bytes/fixed_id.h"

namespace samband::client {

// Unicode normalisation form C, so that an å typed in two ways is one name. nullopt when it is not UTF-8.
[[nodiscard]] std::optional<std::string> to_nfc(std::string_view text);

// RFC 3339 with an offset: "2027-01-15T09:00:00+01:00", seconds and their fraction optional. nullopt for
// anything else, for a date that does not exist, and for years outside 1970 to 9999.
[[nodiscard]] std::optional<WallTime> parse_rfc3339(std::string_view text);

// RFC 3339 in the process's time zone, with its offset, to the second.
[[nodiscard]] std::string to_rfc3339(WallTime time);

// The language of staff-facing text for a locale such as LANG holds: "nb" (also for no_NO), "nn", else "en".
[[nodiscard]] std::string language_of_locale(std::string_view locale);

}  // namespace samband::client
