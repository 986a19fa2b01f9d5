// A running server: its stores, its threads and its listeners, put together and taken apart in order.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "server/edge/config.h"
#include "server/edge/passed_sockets.h"

namespace samband::server::edge {

// What a server begins with beside its configuration.
struct Opening {
  PassedSockets sockets;        // served on instead of the addresses of the configuration
  bool clock_is_right = false;  // somebody has looked: the store was written with a clock that was ahead
};

class Server {
 public:
  // Opens everything; nothing is served yet. The error is one line: what happened, and what to do.
  [[nodiscard]] static std::expected<std::unique_ptr<Server>, std::string> open(const Configuration& configuration,
                                                                                Opening opening = {});
  ~Server();

  // The first of them.
  [[nodiscard]] SocketAddress address() const;
  [[nodiscard]] SocketAddress http_address() const;

  // Serves, on this thread and its own, until `stop` has been called and everything has ended.
  void run();

  // --- any thread
  // Takes no more connections, tells the clients, answers what is under way, and lets `run` return.
  void stop();
  // Takes what can change while it runs, and logs each setting that differs. The error is one line, and then nothing
  // has changed. Says also that the wall clock has been looked at and is right. The service manager is told when it is
  // done.
  [[nodiscard]] std::expected<void, std::string> reload(const Configuration& configuration);
  // A reload came to nothing: everything stays as it was, and the service manager is told.
  void reload_refused();

 private:
  struct Parts;
  explicit Server(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace samband::server::edge
