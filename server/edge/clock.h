// The wall clock, watched by the one that can't be set. A wall clock that jumps forward would open sealed
// guidance early; so a jump is not believed until somebody says that it is right.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>

#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

inline constexpr std::chrono::milliseconds clock_jump_max{60'000};

class WatchedClock {
 public:
  using Reading = std::chrono::milliseconds;
  // `wall` since 1970; `steady` from any origin, counting also while the machine sleeps.
  struct Sources {
    std::function<Reading()> wall;
    std::function<Reading()> steady;
  };

  WatchedClock();  // the system's clocks
  explicit WatchedClock(Sources sources);

  // Wall time, or, while a jump forward of more than `clock_jump_max` is not believed, the time that has really
  // passed since the last reading that was. A clock that is set back is followed. Any thread.
  [[nodiscard]] WallTime now();
  // True while the wall clock is not believed.
  [[nodiscard]] bool holds() const { return holds_; }
  // Somebody has looked: the wall clock is right.
  void believe();

 private:
  Sources sources_;
  std::mutex mutex_;
  Reading wall_;    // the last reading that was believed
  Reading steady_;  // taken with it
  std::atomic<bool> holds_ = false;
};

}  // namespace samband::server::edge
