#include "server/edge/log.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

namespace samband::server::edge {
namespace {

spdlog::logger& logger() {
  static const auto shared = [] {
    auto made = std::make_shared<spdlog::logger>("sambandd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    return made;
  }();
  return *shared;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

void set_log_level(std::string_view level) {
  logger().set_level(level == "debug"     ? spdlog::level::debug
                     : level == "warning" ? spdlog::level::warn
                     : level == "error"   ? spdlog::level::err
                                          : spdlog::level::info);
}

void write_log(LogLevel level, std::string_view line) {
  // What a peer sent may stand in a line (an address, a label): it can't begin a second one.
  std::string clean{line};
  std::ranges::replace_if(clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  logger().log(level_of(level), spdlog::string_view_t{clean});
}

void end_process(std::string_view what_and_what_to_do) {
  const std::string line = "sambandd: " + std::string{what_and_what_to_do} + "\n";
  // Straight to the descriptor: another thread may hold the stream's lock for ever.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
  std::_Exit(1);
}

}  // namespace samband::server::edge
