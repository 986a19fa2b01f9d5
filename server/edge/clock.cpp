#include "server/edge/clock.h"

#include <ctime>

namespace samband::server::edge {
namespace {

WatchedClock::Reading read(clockid_t clock) {
  timespec at{};
  clock_gettime(clock, &at);
  return std::chrono::duration_cast<WatchedClock::Reading>(std::chrono::seconds{at.tv_sec} +
                                                           std::chrono::nanoseconds{at.tv_nsec});
}

}  // namespace

WatchedClock::WatchedClock()
    : WatchedClock{Sources{[] { return read(CLOCK_REALTIME); }, [] { return read(CLOCK_BOOTTIME); }}} {}

WatchedClock::WatchedClock(Sources sources)
    : sources_{std::move(sources)}, wall_{sources_.wall()}, steady_{sources_.steady()} {}

WallTime WatchedClock::now() {
  const std::lock_guard lock{mutex_};
  const Reading wall = sources_.wall();
  const Reading steady = sources_.steady();
  const Reading expected = wall_ + (steady - steady_);
  holds_ = wall > expected + clock_jump_max;
  if (holds_) return {static_cast<std::uint64_t>(expected.count())};
  wall_ = wall;
  steady_ = steady;
  return {static_cast<std::uint64_t>(wall.count())};
}

void WatchedClock::believe() {
  const std::lock_guard lock{mutex_};
  wall_ = sources_.wall();
  steady_ = sources_.steady();
  holds_ = false;
}

}  // namespace samband::server::edge
