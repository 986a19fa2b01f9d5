// The one process that owns a profile: it runs the client's core on an io_context, connects when something
// waits for the server, and hands what operations tell to whoever started them.
// One thread: every call and callback on the io_context's.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "client/core/client.h"
#include "client/edge/transport.h"

namespace boost::asio {
class io_context;
}

namespace samband::client {

// How an operation ended: nothing, the core's failure, or why the server could not be reached.
struct Outcome {
  std::optional<Failure> failure;
  std::optional<TransportFailure> transport;  // beside server_away: the last attempt's reason
};

struct OperationListener {
  std::function<void(const Line& line)> told;
  std::function<void(const Outcome& outcome)> finished;  // the last call, exactly once
};

struct OwnerOptions {
  std::optional<std::string> trust_file;   // PEM, see Transport
  std::chrono::milliseconds wait{10'000};  // for a server that is away
  std::function<void(const std::string& text)> log;
};

class Owner {
 public:
  Owner(boost::asio::io_context& io, Client client, RandomSource& random, OwnerOptions options);
  ~Owner();
  Owner(const Owner&) = delete;
  Owner& operator=(const Owner&) = delete;

  // The listener may be called before this returns.
  OperationId start(Command command, OperationListener listener);
  void cancel(OperationId operation);

  // Lines that belong to no operation.
  void on_unasked(std::function<void(const Line& line)> told);

  // Operations that are not finished.
  [[nodiscard]] std::size_t running() const;
  // Closes the connection; operations under way finish with `cancelled`.
  void stop();

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace samband::client
