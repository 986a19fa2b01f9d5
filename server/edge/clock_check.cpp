#include "server/edge/clock_check.h"

#include <algorithm>
#include <ctime>
#include <fmt/format.h>

#include "server/edge/build_time.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {

WallTime built_at() {
  return {built_at_seconds * 1000};
}

std::optional<WallTime> newest_time_of(const storage::Store& main) {
  namespace layout = storage::server_store;
  const auto meta_bytes = main.get(layout::meta, layout::meta_key());
  if (!meta_bytes || !*meta_bytes) return std::nullopt;
  const auto meta = storage::parse_store_meta(**meta_bytes);
  if (!meta) return std::nullopt;
  std::optional<WallTime> newest;
  for (unsigned shard = 0; shard <= meta->shard_count; ++shard) {
    const auto found = main.get(layout::meta, layout::shard_key(static_cast<layout::ShardIndex>(shard)));
    if (!found || !*found) continue;
    const auto position = storage::parse_shard_position(**found);
    if (position) newest = std::max(newest.value_or(position->at), position->at);
  }
  return newest;
}

std::optional<std::string> clock_fault(WallTime now, WallTime built, std::optional<WallTime> newest) {
  if (now < built) {
    return fmt::format(
        "the clock says {}, before this program was built ({}): set the clock, wait for its time service, and start "
        "again",
        date_text(now), date_text(built));
  }
  const auto behind_ms = static_cast<std::uint64_t>(std::chrono::milliseconds{clock_behind_max}.count());
  if (newest && now.ms + behind_ms < newest->ms) {
    return fmt::format(
        "the clock says {}, but the store was last written at {}: set the clock and start again; if the clock is right "
        "now and was wrong then, start once with --clock-is-right",
        date_text(now), date_text(*newest));
  }
  return std::nullopt;
}

std::string date_text(WallTime time) {
  const auto seconds = static_cast<std::time_t>(time.ms / 1000);
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday, utc.tm_hour,
                     utc.tm_min);
}

}  // namespace samband::server::edge
