// The events of the log: each with a name and a message id that stay the same for good, so that people, alerts and
// `journalctl MESSAGE_ID=...` can rely on them. LOGGING.md is this table for operators; a test holds them together.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace samband::server::edge {

enum class LogLevel : std::uint8_t { debug, info, warning, error, critical };

enum class LogEvent : std::uint8_t {
  started,
  listening,
  stopping,
  stopped,
  start_refused,
  ended_by_fault,
  setting_changed,
  setting_needs_restart,
  reloaded,
  reload_refused,
  certificate_loaded,
  certificate_refused,
  certificate_expiring,
  certificate_expired,
  disk_reserve_reached,
  disk_reserve_left,
  clock_jumped,
  clock_believed,
  login_refused,
  reader_too_slow,
  accept_failed,
  admin_turned_away,
  admin_group_unset,
  store_failure,
  backup_finished,
  backup_given_up,
  maintenance_began,
  maintenance_ended,
};

struct LogEventRow {
  LogEvent event;
  std::string_view name;
  std::string_view message_id;  // 128 bits in hex. Never change one, never use one twice
  LogLevel level;
};

// In the order of the enumerators.
[[nodiscard]] std::span<const LogEventRow> log_event_rows();
[[nodiscard]] const LogEventRow& row_of(LogEvent event);

}  // namespace samband::server::edge
