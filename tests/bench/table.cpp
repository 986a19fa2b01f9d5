#include "tests/bench/table.h"

#include <cstdio>
#include <fmt/format.h>

#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

// Three significant digits, and no exponent.
std::string text_of(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  if (value >= 1) return fmt::format("{:.2f}", value);
  return fmt::format("{:.3f}", value);
}

void print_line(const std::string& what, const std::string& samband, const std::string& limit, const std::string& ratio,
                const std::string& unit, const std::string& limit_is) {
  fmt::print("{:<52} {:>10} {:>10} {:>7}  {:<12} {}\n", what, samband, limit, ratio, unit, limit_is);
  std::fflush(stdout);
}

}  // namespace

void print_heading() {
  print_line("what", "samband", "limit", "ratio", "unit", "the limit");
}

void print(const Figure& figure, const Pairs& pairs) {
  std::vector<double> ratios;
  ratios.reserve(pairs.samband.size());
  for (std::size_t i = 0; i < pairs.samband.size(); ++i) ratios.push_back(pairs.samband[i] / pairs.limit[i]);
  print_line(figure.what, text_of(median(pairs.samband) * figure.scale), text_of(median(pairs.limit) * figure.scale),
             text_of(median(std::move(ratios))), figure.unit, figure.limit_is);
}

}  // namespace samband::bench
