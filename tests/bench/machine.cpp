#include "tests/bench/machine.h"

#include <fmt/format.h>
#include <fstream>
#include <sched.h>
#include <stdlib.h>
#include <string>
#include <sys/resource.h>
#include <time.h>

#include "tests/bench/must.h"

namespace samband::bench {

void pin_to(int core) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  CPU_SET(static_cast<std::size_t>(core), &cores);
  if (::sched_setaffinity(0, sizeof cores, &cores) != 0) {
    std::fprintf(stderr, "bench: there is no core %d: server and load share one, and ratios mean little\n", core);
  }
}

void raise_open_files() {
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return;
  files.rlim_cur = files.rlim_max;
  must(::setrlimit(RLIMIT_NOFILE, &files) == 0, "the limit of open files can't be raised");
}

double cpu_seconds(pid_t process) {
  clockid_t clock{};
  timespec used{};
  must(::clock_getcpuclockid(process, &clock) == 0 && ::clock_gettime(clock, &used) == 0,
       "the process has no CPU clock: it has ended");
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9;
}

double resident_kib(pid_t process) {
  std::ifstream status{fmt::format("/proc/{}/status", process)};
  std::string word;
  while (status >> word) {
    if (word != "RssAnon:") continue;
    double kib = 0;
    status >> kib;
    return kib;
  }
  give_up("/proc does not say how much memory a process has");
}

TemporaryFolder::TemporaryFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "samband-bench-XXXXXX").string();
  must(::mkdtemp(pattern.data()) != nullptr, "no temporary folder can be made");
  path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace samband::bench
