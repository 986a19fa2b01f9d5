// The server's log: one line for each event, never content and never keys. On standard error; where that is the
// journal, by the journal's own protocol with fields. LOGGING.md says what an operator finds there.
#pragma once

#include <fmt/core.h>
#include <initializer_list>
#include <string>
#include <string_view>

#include "server/edge/log_events.h"

namespace samband::server::edge {

// A field of an entry in the journal, such as SAMBAND_REASON: capitals, digits and underscores.
struct LogField {
  std::string_view name;
  std::string value;
};
using LogFields = std::initializer_list<LogField>;

// "debug", "info", "warning" or "error" (checked by the configuration).
void set_log_level(std::string_view level);
// Without an event.
void write_log(LogLevel level, std::string_view line);
void write_log(LogEvent event, LogFields fields, std::string_view line);

template <class... Arguments>
void log_debug(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(LogLevel::debug, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void log_info(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(LogLevel::info, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void log_warning(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(LogLevel::warning, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void log_error(fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(LogLevel::error, fmt::format(text, std::forward<Arguments>(arguments)...));
}
// What operators may want to find again has an event.
template <class... Arguments>
void log_event(LogEvent event, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(event, {}, fmt::format(text, std::forward<Arguments>(arguments)...));
}
template <class... Arguments>
void log_event(LogEvent event, LogFields fields, fmt::format_string<Arguments...> text, Arguments&&... arguments) {
  write_log(event, fields, fmt::format(text, std::forward<Arguments>(arguments)...));
}

// Why the server can't start, or has to end, on its way out: `sambandd: WHAT: WHAT TO DO` on standard error, or an
// entry in the journal.
void write_last_line(LogEvent event, std::string_view what_and_what_to_do);

// Ends the process at once with that line, and status 1. Nothing is flushed or tidied: what was not synced was not
// seen by anybody.
[[noreturn]] void end_process(std::string_view what_and_what_to_do);

}  // namespace samband::server::edge
