// A token bucket for each device, shared by all its sessions: how soon its next request may be taken.
// Nobody is refused for being quick (a refusal in the middle of a pipeline would put the device's counters out of
// order); the reading of its connection waits instead, and so does the sender.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <mutex>

#include "crypto/identity/ids.h"
#include "server/edge/limits.h"

namespace samband::server::edge {

class TokenBucket {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit TokenBucket(Time now) : full_at_{now} {}

  // Takes one token; how long its owner has to wait for it, zero when it is there.
  [[nodiscard]] std::chrono::nanoseconds take(Time now, std::uint64_t per_second, std::uint64_t burst);

 private:
  std::mutex mutex_;
  Time full_at_;  // when the bucket would be full, if nobody took more
};

// Shared by all threads. Holds a bucket while a session of the device does.
class RequestRates {
 public:
  [[nodiscard]] std::shared_ptr<TokenBucket> bucket_of(const DeviceId& device);

 private:
  std::mutex mutex_;
  std::map<DeviceId, std::weak_ptr<TokenBucket>> buckets_;
  std::size_t sweep_at_ = 1024;  // buckets; the ones without a session are dropped then
};

}  // namespace samband::server::edge
