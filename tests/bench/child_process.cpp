#include "tests/bench/child_process.h"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "tests/bench/machine.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr int line_milliseconds_max = 30'000;
constexpr auto stop_time_max = std::chrono::seconds{30};
constexpr auto stop_pause = std::chrono::milliseconds{20};

struct Pipe {
  int read_end = -1;
  int write_end = -1;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  must(::pipe2(ends.data(), O_CLOEXEC) == 0, "no pipe can be made");
  return {ends[0], ends[1]};
}

// In the child: becomes the program, and dies with the benchmark whatever happens to it.
[[noreturn]] void become(const std::vector<std::string>& words, int core, int log, const Pipe& input,
                         const Pipe& output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  pin_to(core);
  ::dup2(input.read_end, STDIN_FILENO);
  ::dup2(output.write_end, STDOUT_FILENO);
  ::dup2(log, STDERR_FILENO);
  std::vector<std::string> copies = words;
  std::vector<char*> arguments;
  arguments.reserve(copies.size() + 1);
  for (std::string& word : copies) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  ::execv(arguments[0], arguments.data());
  ::_exit(127);
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words, int core, const std::filesystem::path& log)
    : log_{log} {
  const int log_file = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  must(log_file >= 0, "a log can't be opened");
  const Pipe input = make_pipe();
  const Pipe output = make_pipe();
  id_ = ::fork();
  if (id_ == 0) become(words, core, log_file, input, output);
  must(id_ > 0, "no process can be started");
  ::close(log_file);
  ::close(input.read_end);
  ::close(output.write_end);
  input_ = input.write_end;
  output_ = output.read_end;
}

ChildProcess::~ChildProcess() {
  if (id_ > 0) {
    ::kill(id_, SIGKILL);
    ::waitpid(id_, nullptr, 0);
  }
  ::close(input_);
  ::close(output_);
}

std::string ChildProcess::read_line() {
  for (;;) {
    if (const std::size_t end = read_.find('\n'); end != std::string::npos) {
      std::string line = read_.substr(0, end);
      read_.erase(0, end + 1);
      return line;
    }
    pollfd wanted{output_, POLLIN, 0};
    std::array<char, 4096> chunk{};
    const bool ready = ::poll(&wanted, 1, line_milliseconds_max) == 1;
    const ssize_t size = ready ? ::read(output_, chunk.data(), chunk.size()) : 0;
    if (size <= 0) give_up(fmt::format("a program said nothing more; its log is {}", log_.string()));
    read_.append(chunk.data(), static_cast<std::size_t>(size));
  }
}

void ChildProcess::write_line(const std::string& line) {
  const std::string whole = line + '\n';
  must(::write(input_, whole.data(), whole.size()) == static_cast<ssize_t>(whole.size()), "a program does not listen");
}

void ChildProcess::stop() {
  ::kill(id_, SIGTERM);
  wait();
}

void ChildProcess::wait() {
  must(await_end(), "a program did not end well");
}

bool ChildProcess::await_end() {
  const auto deadline = std::chrono::steady_clock::now() + stop_time_max;
  while (std::chrono::steady_clock::now() < deadline) {
    int status = 0;
    if (::waitpid(id_, &status, WNOHANG) == id_) {
      id_ = -1;
      return WIFEXITED(status) && WEXITSTATUS(status) == 0;
    }
    std::this_thread::sleep_for(stop_pause);
  }
  return false;
}

}  // namespace samband::bench
