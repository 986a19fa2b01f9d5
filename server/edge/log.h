// The server's log: one line for each event, on standard error, never content and never keys.
#pragma once

#include <fmt/core.h>
#include <string>
#include <string_view>

namespace samband::server::edge {

enum class LogLevel { debug, info, warning, error };

// "debug", "info", "warning" or "error" (checked by the configuration).
void set_log_level(std::string_view level);
void write_log(LogLevel level, std::string_view line);

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

// Ends the process at once with one line on standard error, `sambandd: WHAT: WHAT TO DO`, and status 1.
// Nothing is flushed or tidied: what was not synced was not seen by anybody.
[[noreturn]] void end_process(std::string_view what_and_what_to_do);

}  // namespace samband::server::edge
