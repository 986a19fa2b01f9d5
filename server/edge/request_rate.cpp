#include "server/edge/request_rate.h"

#include <algorithm>

namespace samband::server::edge {

std::chrono::nanoseconds TokenBucket::take(Time now, std::uint64_t per_second, std::uint64_t burst) {
  const auto interval = std::chrono::nanoseconds{1'000'000'000 / static_cast<std::int64_t>(per_second)};
  const auto depth = interval * static_cast<std::int64_t>(burst);
  const std::lock_guard lock{mutex_};
  full_at_ = std::max(full_at_, now) + interval;
  return std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds{full_at_ - now} - depth);
}

}  // namespace samband::server::edge
