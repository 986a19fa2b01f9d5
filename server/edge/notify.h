// Tells the service manager how the service fares (sd_notify(3)): one datagram to the socket it named. Without one,
// nothing.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace samband::server::edge {

// `state`: lines such as "READY=1".
void notify_service_manager(std::string_view state);

// `status`: one line for `systemctl status`.
void notify_ready(std::string_view status);
void notify_status(std::string_view status);
// From here until `notify_ready`, a reload is under way.
void notify_reloading();
void notify_stopping();

// How often, at least, the service manager wants to hear WATCHDOG=1 (sd_watchdog_enabled(3)). nullopt: not at all, or
// not of this process.
[[nodiscard]] std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace samband::server::edge
