// One connection to the server: TCP, TLS 1.3 with the server's key pinned, WebSocket with samband.v1.
// Runs on one io_context; every call and every callback on its thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "client/core/client.h"
#include "crypto/bytes/bytes.h"

namespace boost::asio {
class io_context;
}

namespace samband::client {

enum class TransportError : std::uint8_t {
  unreachable,            // no such name, nobody listens, or no answer in time
  certificate_untrusted,  // the server's key is not the pinned one, or its certificate does not chain to `trust`
  not_samband,            // TLS, but no WebSocket of this protocol
  closed,                 // the open connection ended
};

struct TransportFailure {
  TransportError error{};
  std::string detail;  // for the log: names and numbers only
};

struct TransportEvents {
  std::function<void(BytesView channel_binding)> opened;  // 32 bytes, RFC 9266
  std::function<void(BytesView frame)> received;
  std::function<void(const TransportFailure& failure)> ended;  // the last call, exactly once
};

class Transport {
 public:
  // `trust_file`: certificates in PEM that the server's must chain to, beside the pin.
  Transport(boost::asio::io_context& io, ServerAddress server, std::optional<std::string> trust_file,
            TransportEvents events);
  ~Transport();
  Transport(const Transport&) = delete;
  Transport& operator=(const Transport&) = delete;

  // Queued behind what was sent before; nothing happens on a connection that has ended.
  void send(Bytes frame);
  // Ends it: `ended` follows.
  void close();

 private:
  class Connection;
  std::shared_ptr<Connection> connection_;
};

}  // namespace samband::client
