#include "server/edge/log.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "server/edge/journal.h"

namespace samband::server::edge {
namespace {

std::atomic<LogLevel> least_level = LogLevel::info;

spdlog::logger& logger() {
  static const auto shared = [] {
    auto made = std::make_shared<spdlog::logger>("sambandd", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    made->set_level(spdlog::level::trace);  // `least_level` has decided
    return made;
  }();
  return *shared;
}

const std::optional<Journal>& journal() {
  static const std::optional<Journal> behind_stderr = Journal::behind(STDERR_FILENO, std::string{journal_socket_path});
  return behind_stderr;
}

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return spdlog::level::debug;
    case LogLevel::info: return spdlog::level::info;
    case LogLevel::warning: return spdlog::level::warn;
    case LogLevel::error: return spdlog::level::err;
    case LogLevel::critical: return spdlog::level::critical;
  }
  std::abort();  // every enumerator returns above
}

// syslog(3)
std::string_view priority_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug: return "7";
    case LogLevel::info: return "6";
    case LogLevel::warning: return "4";
    case LogLevel::error: return "3";
    case LogLevel::critical: return "2";
  }
  std::abort();  // every enumerator returns above
}

std::string journal_entry(LogLevel level, std::string_view line, const LogEventRow* event, LogFields fields) {
  std::string entry;
  add_field(entry, "MESSAGE", line);
  add_field(entry, "PRIORITY", priority_of(level));
  add_field(entry, "SYSLOG_IDENTIFIER", "sambandd");
  if (event) {
    add_field(entry, "MESSAGE_ID", event->message_id);
    add_field(entry, "SAMBAND_EVENT", event->name);
  }
  for (const LogField& field : fields) add_field(entry, field.name, field.value);
  return entry;
}

void write(LogLevel level, std::string_view line, const LogEventRow* event, LogFields fields) {
  if (level < least_level) return;
  if (journal()) {
    // What it does not take is dropped: standard error is the journal too, and would hold the server up.
    static_cast<void>(journal()->send(journal_entry(level, line, event, fields)));
    return;
  }
  // What a peer sent may stand in a line (an address, a label): it can't begin a second one.
  std::string clean{line};
  std::ranges::replace_if(clean, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  logger().log(level_of(level), spdlog::string_view_t{clean});
}

}  // namespace

void set_log_level(std::string_view level) {
  least_level = level == "debug"     ? LogLevel::debug
                : level == "warning" ? LogLevel::warning
                : level == "error"   ? LogLevel::error
                                     : LogLevel::info;
}

void write_log(LogLevel level, std::string_view line) {
  write(level, line, nullptr, {});
}

void write_log(LogEvent event, LogFields fields, std::string_view line) {
  const LogEventRow& row = row_of(event);
  write(row.level, line, &row, fields);
}

void write_last_line(LogEvent event, std::string_view what_and_what_to_do) {
  const LogEventRow& row = row_of(event);
  if (journal() && journal()->send(journal_entry(row.level, what_and_what_to_do, &row, {}))) return;
  const std::string line = "sambandd: " + std::string{what_and_what_to_do} + "\n";
  // Straight to the descriptor: another thread may hold the stream's lock for ever.
  [[maybe_unused]] const auto written = ::write(STDERR_FILENO, line.data(), line.size());
}

void end_process(std::string_view what_and_what_to_do) {
  write_last_line(LogEvent::ended_by_fault, what_and_what_to_do);
  std::_Exit(1);
}

}  // namespace samband::server::edge
