// The benchmark of MLS by itself: it needs no server, store or socket. Arguments: the sizes of the groups.
#include <iostream>
#include <vector>

#include "tests/bench/mls_bench.h"
#include "tests/bench/number.h"
#include "tests/bench/table.h"

namespace samband::bench {
namespace {

constexpr int status_usage = 2;
constexpr std::size_t members_min = 2;
constexpr std::size_t members_max = 16'384;  // what one Commit can add

int run(const std::vector<std::string_view>& words) {
  std::vector<std::size_t> sizes;
  for (const std::string_view word : words) {
    const auto size = parse_number(word);
    if (!size || *size < members_min || *size > members_max) {
      std::cerr << "bench: mls [MEMBERS 2..16384]...\n";
      return status_usage;
    }
    sizes.push_back(*size);
  }
  if (sizes.empty()) sizes = {100, 1000, 10'000};
  print_heading();
  run_mls(sizes);
  return 0;
}

}  // namespace
}  // namespace samband::bench

int main(int argc, char** argv) {
  return samband::bench::run({argv + 1, argv + argc});
}
