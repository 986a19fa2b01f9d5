// A running server: its stores, its threads and its listeners, put together and taken apart in order.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "server/edge/config.h"

namespace samband::server::edge {

class Server {
 public:
  // Opens everything; nothing is served yet. The error is one line: what happened, and what to do.
  [[nodiscard]] static std::expected<std::unique_ptr<Server>, std::string> open(const Configuration& configuration);
  ~Server();

  [[nodiscard]] SocketAddress address() const;
  [[nodiscard]] SocketAddress http_address() const;

  // Serves, on this thread and its own, until `stop` has been called and everything has ended.
  void run();

  // --- any thread
  // Takes no more connections, tells the clients, answers what is under way, and lets `run` return.
  void stop();
  // Certificate and limits of the new configuration; the rest needs a restart. The error is one line, and then
  // nothing has changed. Says also that the wall clock has been looked at and is right.
  [[nodiscard]] std::expected<void, std::string> reload(const Configuration& configuration);

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace samband::server::edge
