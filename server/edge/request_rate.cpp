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

std::shared_ptr<TokenBucket> RequestRates::bucket_of(const DeviceId& device) {
  const std::lock_guard lock{mutex_};
  if (buckets_.size() >= sweep_at_) {
    std::erase_if(buckets_, [](const auto& entry) { return entry.second.expired(); });
    sweep_at_ = std::max<std::size_t>(1024, buckets_.size() * 2);
  }
  std::weak_ptr<TokenBucket>& known = buckets_[device];
  if (auto bucket = known.lock()) return bucket;
  auto bucket = std::make_shared<TokenBucket>(std::chrono::steady_clock::now());
  known = bucket;
  return bucket;
}

}  // namespace samband::server::edge
