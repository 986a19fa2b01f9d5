// A bar for long transfers on a terminal: part done, rate and time left.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace samband::client {

class ProgressBar {
 public:
  using Clock = std::chrono::steady_clock;

  // What to write to the terminal now; empty when the last one is younger than a tenth of a second.
  [[nodiscard]] std::string show(std::uint64_t done, std::uint64_t total, Clock::time_point now);
  // Clears the line, if one was shown.
  [[nodiscard]] std::string clear();

 private:
  std::optional<Clock::time_point> began_;
  std::optional<Clock::time_point> shown_;
  std::uint64_t began_at_ = 0;  // bytes that were done when it began: a resumed transfer
};

}  // namespace samband::client
