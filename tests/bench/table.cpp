#include "tests/bench/table.h"

#include <cstdio>
#include <fmt/format.h>

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

void print(const Figure& figure) {
  print_line(figure.what, text_of(figure.samband), text_of(figure.limit), text_of(figure.samband / figure.limit),
             figure.unit, figure.limit_is);
}

}  // namespace samband::bench
