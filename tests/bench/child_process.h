// A program started for a benchmark, on a core of its own, and ended with it.
#pragma once

#include <filesystem>
#include <string>
#include <sys/types.h>
#include <vector>

namespace samband::bench {

class ChildProcess {
 public:
  // `words`: program and arguments. Its standard error goes to `log`.
  ChildProcess(const std::vector<std::string>& words, int core, const std::filesystem::path& log);
  // Kills it if it still runs.
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] pid_t id() const { return id_; }
  // The next line of its standard output; gives up after `line_seconds_max`.
  [[nodiscard]] std::string read_line();
  void write_line(const std::string& line);
  // SIGTERM; gives up unless it ends with status 0 within `stop_seconds_max`.
  void stop();
  // Waits for its own end, with status 0.
  void wait();

 private:
  [[nodiscard]] bool await_end();

  pid_t id_ = -1;
  int input_ = -1;   // of the child
  int output_ = -1;  // of the child
  std::string read_;
  std::filesystem::path log_;
};

}  // namespace samband::bench
