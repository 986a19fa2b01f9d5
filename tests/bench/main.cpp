// The benchmarks of the command line, one after the other; all of them when none is named.
#include <string_view>
#include <vector>

#include "tests/bench/mls_bench.h"
#include "tests/bench/must.h"
#include "tests/bench/table.h"

namespace samband::bench {
namespace {

int run(const std::vector<std::string_view>& names) {
  print_heading();
  run_mls();
  return names.empty() ? 0 : 0;
}

}  // namespace
}  // namespace samband::bench

int main(int argc, char** argv) { return samband::bench::run({argv + 1, argv + argc}); }
