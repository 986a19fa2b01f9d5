// Plain HTTP for the machine the server runs on: /healthz, /readyz and /metrics. Loopback only; the configuration
// refuses any other address.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>

#include "server/edge/config.h"
#include "server/edge/descriptor.h"
#include "server/edge/net.h"

namespace samband::server::edge {

class HttpListener {
 public:
  struct Pages {
    std::function<std::string()> not_ready_because;  // "" when the server is ready
    std::function<std::string()> metrics;
  };

  // The error is one line: what happened, and what to do.
  [[nodiscard]] static std::expected<std::unique_ptr<HttpListener>, std::string> open(net::io_context& context,
                                                                                      const SocketAddress& address,
                                                                                      Pages pages);
  // A listening TCP socket that was made elsewhere, on a loopback address as well.
  [[nodiscard]] static std::expected<std::unique_ptr<HttpListener>, std::string> take(net::io_context& context,
                                                                                      Descriptor socket, Pages pages);
  [[nodiscard]] SocketAddress address() const;
  void start();
  void stop();

 private:
  HttpListener(net::io_context& context, Pages pages) : acceptor_{context}, pages_{std::move(pages)} {}
  net::awaitable<void> accept();
  net::awaitable<void> serve(std::shared_ptr<tcp::socket> socket);

  tcp::acceptor acceptor_;
  Pages pages_;
  std::size_t connections_ = 0;
};

}  // namespace samband::server::edge
