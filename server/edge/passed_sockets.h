// Listening sockets that the service manager made and passed on (sd_listen_fds(3)). They outlive this process, so that
// a restart turns nobody away, and they work where the process has no network of its own (PrivateNetwork=).
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "server/edge/descriptor.h"

namespace samband::server::edge {

struct PassedSockets {
  std::vector<Descriptor> clients;  // FileDescriptorName=clients; more than one when it listens on several addresses
  Descriptor metrics;               // FileDescriptorName=metrics
};

// SD_LISTEN_FDS_START: fixed by the protocol.
inline constexpr int first_passed_descriptor = 3;

// Takes over what LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES say, and removes the three from the environment. Before the
// first thread. Nothing passed, or not to this process: nothing. Refused in one line: a socket without one of the two
// names, a second one for metrics, and what is not a listening TCP socket.
[[nodiscard]] std::expected<PassedSockets, std::string> take_passed_sockets(int first = first_passed_descriptor);

}  // namespace samband::server::edge
