// Tells systemd how the service fares (sd_notify(3)): one datagram to the socket it named. Without one, nothing.
#pragma once

#include <string_view>

namespace samband::server::edge {

// `state`: such as "READY=1" or "STOPPING=1".
void notify_service_manager(std::string_view state);

}  // namespace samband::server::edge
