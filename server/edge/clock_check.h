// Whether the wall clock can be right, as far as a server that starts can know.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "crypto/bytes/fixed_id.h"
#include "storage/store.h"

namespace samband::server::edge {

// A clock that was a little ahead before is no fault: time in the store does not go back, it waits.
inline constexpr std::chrono::minutes clock_behind_max{10};

// When this program was built: no honest clock is before it.
[[nodiscard]] WallTime built_at();

// The time of the newest command that the store holds; nullopt when it holds none yet, or can't be read (which loading
// the core tells better).
[[nodiscard]] std::optional<WallTime> newest_time_of(const storage::Store& main);

// One line, what is wrong and what to do; nullopt when nothing is.
[[nodiscard]] std::optional<std::string> clock_fault(WallTime now, WallTime built, std::optional<WallTime> newest);

// "2026-11-22 14:05 UTC".
[[nodiscard]] std::string date_text(WallTime time);

}  // namespace samband::server::edge
