// Accepts clients and hands each to an I/O thread in turn.
// One listening socket, not one for each thread with SO_REUSEPORT: with that, a second server on the same port would
// start without a word and take half of the clients.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "server/edge/admission.h"
#include "server/edge/config.h"
#include "server/edge/descriptor.h"
#include "server/edge/metrics.h"
#include "server/edge/net.h"

namespace samband::server::edge {

class IoThread;

class Listener {
 public:
  // The error is one line: what happened, and what to do. All arguments outlive the listener.
  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, std::string> open(net::io_context& context,
                                                                                  const SocketAddress& address);
  // A listening TCP socket that was made elsewhere.
  [[nodiscard]] static std::expected<std::unique_ptr<Listener>, std::string> take(net::io_context& context,
                                                                                  Descriptor socket);
  // Where it listens; with the port that was found when the configuration says 0.
  [[nodiscard]] SocketAddress address() const;
  void start(std::vector<std::unique_ptr<IoThread>>& threads, Admission& admission, Metrics& metrics,
             std::uint64_t dead_peer_timeout_ms);
  void stop();

 private:
  explicit Listener(net::io_context& context) : acceptor_{context}, pause_{context} {}
  net::awaitable<void> accept(std::vector<std::unique_ptr<IoThread>>& threads, Admission& admission, Metrics& metrics,
                              std::uint64_t dead_peer_timeout_ms);

  tcp::acceptor acceptor_;
  net::steady_timer pause_;
};

}  // namespace samband::server::edge
