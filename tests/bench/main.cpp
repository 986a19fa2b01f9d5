// The benchmarks of a running server that the command line names, one after the other, in one table; all of them when
// it names none.
#include <csignal>
#include <filesystem>
#include <iostream>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "tests/bench/fanout_bench.h"
#include "tests/bench/number.h"
#include "tests/bench/post_bench.h"
#include "tests/bench/raw_sender.h"
#include "tests/bench/start_bench.h"
#include "tests/bench/table.h"

namespace samband::bench {
namespace {

constexpr int status_usage = 2;
constexpr std::size_t subscribers_min = 4;
constexpr std::size_t subscribers_max = 10'000;
constexpr std::size_t entries_max = 100'000'000;

struct Asked {
  bool post = false;
  bool fanout = false;
  bool start = false;
  std::vector<std::size_t> subscribers = {200, 1000};
  std::size_t entries = 1'000'000;
};

// nullopt when a word is not understood.
std::optional<Asked> parse(const std::vector<std::string_view>& words) {
  Asked out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (word == "post") {
      out.post = true;
    } else if (word == "fanout") {
      out.fanout = true;
    } else if (word == "start") {
      out.start = true;
    } else if (word == "--entries" && ++i < words.size()) {
      const auto entries = parse_number(words[i]);
      if (!entries || *entries < 1 || *entries > entries_max) return std::nullopt;
      out.entries = *entries;
    } else if (word == "--subscribers" && ++i < words.size()) {
      const auto subscribers = parse_number(words[i]);
      if (!subscribers || *subscribers < subscribers_min || *subscribers > subscribers_max) return std::nullopt;
      out.subscribers = {*subscribers};
    } else {
      return std::nullopt;
    }
  }
  if (!out.post && !out.fanout && !out.start) out.post = out.fanout = out.start = true;
  return out;
}

int run(const std::vector<std::string_view>& words) {
  if (!words.empty() && words.front() == raw_sender_word) return run_raw_sender(std::span{words}.subspan(1));
  const auto asked = parse(words);
  if (!asked) {
    std::cerr << "bench: [post] [fanout] [start] [--subscribers 4..10000] [--entries 1..100000000]\n";
    return status_usage;
  }
  std::signal(SIGPIPE, SIG_IGN);
  const std::filesystem::path programs = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  print_heading();
  if (asked->post) run_post(programs);
  if (asked->start) run_start(programs, asked->entries);
  if (!asked->fanout) return 0;
  for (const std::size_t subscribers : asked->subscribers) run_fanout(programs, subscribers);
  return 0;
}

}  // namespace
}  // namespace samband::bench

int main(int argc, char** argv) {
  return samband::bench::run({argv + 1, argv + argc});
}
