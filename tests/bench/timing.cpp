#include "tests/bench/timing.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband::bench {

double quantile(std::vector<double> values, double part) {
  SAMBAND_CHECK(!values.empty());
  std::ranges::sort(values);
  const auto last = static_cast<double>(values.size() - 1);
  return values[static_cast<std::size_t>(last * part + 0.5)];
}

}  // namespace samband::bench
