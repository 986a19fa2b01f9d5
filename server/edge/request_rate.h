// A token bucket for each device and one for each partner, shared by all their sessions: how soon the next request may
// be taken.
// Nobody is refused for being quick (a refusal in the middle of a pipeline would put the device's counters out of
// order); the reading of its connection waits instead, and so does the sender.
#pragma once

#include <algorithm>
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

// Shared by all threads. Holds a bucket while a session of its owner does.
class RequestRates {
 public:
  [[nodiscard]] std::shared_ptr<TokenBucket> bucket_of(const DeviceId& device) { return devices_.bucket_of(device); }
  [[nodiscard]] std::shared_ptr<TokenBucket> bucket_of(const PartnerId& partner) {
    return partners_.bucket_of(partner);
  }

 private:
  template <class Owner>
  class Buckets {
   public:
    [[nodiscard]] std::shared_ptr<TokenBucket> bucket_of(const Owner& owner) {
      const std::lock_guard lock{mutex_};
      if (buckets_.size() >= sweep_at_) {
        std::erase_if(buckets_, [](const auto& entry) { return entry.second.expired(); });
        sweep_at_ = std::max<std::size_t>(1024, buckets_.size() * 2);
      }
      std::weak_ptr<TokenBucket>& known = buckets_[owner];
      if (auto bucket = known.lock()) return bucket;
      auto bucket = std::make_shared<TokenBucket>(std::chrono::steady_clock::now());
      known = bucket;
      return bucket;
    }

   private:
    std::mutex mutex_;
    std::map<Owner, std::weak_ptr<TokenBucket>> buckets_;
    std::size_t sweep_at_ = 1024;  // buckets; the ones without a session are dropped then
  };

  Buckets<DeviceId> devices_;
  Buckets<PartnerId> partners_;
};

}  // namespace samband::server::edge
