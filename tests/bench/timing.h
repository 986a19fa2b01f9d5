// Measuring: medians, because a shared machine interrupts.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace samband::bench {

using Clock = std::chrono::steady_clock;

// The time this thread has computed: what pure computation costs, whoever else uses the machine.
struct CpuClock {
  using duration = std::chrono::nanoseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<CpuClock>;
  static constexpr bool is_steady = true;
  [[nodiscard]] static time_point now();
};

template <class AnyClock, class Duration>
[[nodiscard]] double seconds_since(std::chrono::time_point<AnyClock, Duration> start) {
  return std::chrono::duration<double>(AnyClock::now() - start).count();
}

// The value below which the given part of `values` lies; asserted: there is one. `part` 0.5 is the median.
[[nodiscard]] double quantile(std::vector<double> values, double part);
[[nodiscard]] inline double median(std::vector<double> values) {
  return quantile(std::move(values), 0.5);
}

// Seconds that `work` computes, on average when it is run `repeats` times.
template <class Work>
[[nodiscard]] double cpu_seconds_of(Work&& work, std::size_t repeats = 1) {
  const auto start = CpuClock::now();
  for (std::size_t i = 0; i < repeats; ++i) work();
  return seconds_since(start) / static_cast<double>(repeats);
}

}  // namespace samband::bench
