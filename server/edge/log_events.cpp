#include "server/edge/log_events.h"

#include <array>

namespace samband::server::edge {

std::span<const LogEventRow> log_event_rows() {
  using enum LogEvent;
  static constexpr std::array rows{
      LogEventRow{started, "started", "b8043a0900c99dc0c078572ad1f8ebc9", LogLevel::info},
      LogEventRow{listening, "listening", "8e04ffe2745a13f57aa79b811355971b", LogLevel::info},
      LogEventRow{stopping, "stopping", "1afcd2643899b07c2b742d6cce892f14", LogLevel::info},
      LogEventRow{stopped, "stopped", "e35dfa4fa84609c82ad6bd4cf043c65a", LogLevel::info},
      LogEventRow{start_refused, "start_refused", "8c3e0005577ab9dd9247f0698cdc7880", LogLevel::error},
      LogEventRow{ended_by_fault, "ended_by_fault", "e4f28acdbcd42cf25335efed253229d1", LogLevel::critical},
      LogEventRow{setting_changed, "setting_changed", "bb6da1a312f80c0de62a16b0e33fa8dc", LogLevel::info},
      LogEventRow{setting_needs_restart, "setting_needs_restart", "d1e695b7f34175fceafcba49a06153e6",
                  LogLevel::warning},
      LogEventRow{reloaded, "reloaded", "4789fa0b9e459ece4c0cd0636cd309a3", LogLevel::info},
      LogEventRow{reload_refused, "reload_refused", "ae6c85288550f8f01ce3a11e0ed06455", LogLevel::error},
      LogEventRow{certificate_loaded, "certificate_loaded", "c6040fb799650b08f8e138d3717f6659", LogLevel::info},
      LogEventRow{certificate_refused, "certificate_refused", "ada08c92e34a9d7d3b9b6e9237eed569", LogLevel::error},
      LogEventRow{certificate_expiring, "certificate_expiring", "7d001bb154df17b8fd45be1f364dbc0c", LogLevel::warning},
      LogEventRow{certificate_expired, "certificate_expired", "806051fece05676ae0ee39f193794d5d", LogLevel::error},
      LogEventRow{disk_reserve_reached, "disk_reserve_reached", "790bc5044a77ff250c9a4513b2c1078a", LogLevel::error},
      LogEventRow{disk_reserve_left, "disk_reserve_left", "b10b0de8e8c1af7e6e258b50e8645ff1", LogLevel::info},
      LogEventRow{clock_jumped, "clock_jumped", "d3f1f5a7d318845a293d6a0348068db6", LogLevel::error},
      LogEventRow{clock_believed, "clock_believed", "4f7ff5197dc983a7bc88fedd97024701", LogLevel::info},
      LogEventRow{login_refused, "login_refused", "de4ae44ad5f3135524dc57d522d807ea", LogLevel::info},
      LogEventRow{reader_too_slow, "reader_too_slow", "69ca55110e9557b5013214c502a0923a", LogLevel::warning},
      LogEventRow{accept_failed, "accept_failed", "cec1661d8d1e73cbdfd6fe63eb87b972", LogLevel::warning},
      LogEventRow{admin_turned_away, "admin_turned_away", "a9a6b0611720dae74fc0e61de110628a", LogLevel::warning},
      LogEventRow{admin_group_unset, "admin_group_unset", "56c39fd450c0fe59fa8d4eee26672f05", LogLevel::warning},
      LogEventRow{store_failure, "store_failure", "41e9c49db3d61fbe9df458889f5454dd", LogLevel::error},
      LogEventRow{backup_finished, "backup_finished", "26c8ece022f707cdd98afbd92c821e56", LogLevel::info},
      LogEventRow{backup_given_up, "backup_given_up", "2e97bb3e23264be8630ce0dc60fe215b", LogLevel::warning},
      LogEventRow{maintenance_began, "maintenance_began", "738d53e7c4007dcdb4c75bcf6f0e9f6d", LogLevel::info},
      LogEventRow{maintenance_ended, "maintenance_ended", "1805988cea4a591298b23e935c5ebfa9", LogLevel::info},
  };
  return rows;
}

const LogEventRow& row_of(LogEvent event) {
  return log_event_rows()[static_cast<std::size_t>(event)];
}

}  // namespace samband::server::edge
