#include "tests/bench/timing.h"

#include <algorithm>
#include <cmath>
#include <time.h>

#include "crypto/bytes/check.h"

namespace samband::bench {

CpuClock::time_point CpuClock::now() {
  timespec used{};
  SAMBAND_CHECK(::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used) == 0);
  return time_point{std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec}};
}

double quantile(std::vector<double> values, double part) {
  SAMBAND_CHECK(!values.empty());
  std::ranges::sort(values);
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(std::lround(last * part))];
}

}  // namespace samband::bench
