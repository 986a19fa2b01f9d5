// Tells the service manager that the server lives, for as long as the threads that decide and write get on: one that is
// stuck, on a disk that answers no more or on an error of ours, is ended and started again by the service manager.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <vector>

#include "server/edge/net.h"

namespace samband::server::edge {

class Watchdog {
 public:
  // One number for each thread that is watched: another one whenever it has gone round its loop.
  using Beats = std::function<std::vector<std::uint64_t>()>;

  // Runs on `context`, so that its thread is watched as well. `beats` lives as long as this.
  Watchdog(net::io_context& context, Beats beats) : timer_{context}, beats_{std::move(beats)} {}

  // WATCHDOG=1 twice in each `interval`, while every thread has beaten since the last one.
  void start(std::chrono::microseconds interval);
  void stop() { timer_.cancel(); }

 private:
  void look();

  net::steady_timer timer_;
  Beats beats_;
  std::chrono::microseconds interval_{};
  std::vector<std::uint64_t> at_last_;  // the beats when WATCHDOG=1 was sent last
  std::chrono::steady_clock::time_point sent_;
};

}  // namespace samband::server::edge
