#include "server/edge/watchdog.h"

#include <algorithm>
#include <functional>

#include "server/edge/notify.h"

namespace samband::server::edge {

void Watchdog::start(std::chrono::microseconds interval) {
  interval_ = interval;
  at_last_ = beats_();
  sent_ = std::chrono::steady_clock::now();
  notify_service_manager("WATCHDOG=1");
  look();
}

void Watchdog::look() {
  // A thread in the middle of a slow write is not stuck yet: it is looked at more often than the half, up to the last
  // moment.
  const auto now = std::chrono::steady_clock::now();
  const auto beats = beats_();
  const bool all_went_round = std::ranges::equal(beats, at_last_, std::not_equal_to<>{});
  const auto glance = interval_ / 16;
  if (now - sent_ >= interval_ / 2 - glance && all_went_round) {
    notify_service_manager("WATCHDOG=1");
    at_last_ = beats;
    sent_ = now;
  }
  timer_.expires_after(glance);
  timer_.async_wait([this](error_code error) {
    if (!error) look();
  });
}

}  // namespace samband::server::edge
