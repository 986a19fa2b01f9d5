// TLS directly on a non-blocking socket, and the one place through which a session's bytes leave.
// Everything that is written, Beast's own pongs and closes included, passes one queue as whole frames, so frames
// never interleave; what is due is gathered into TLS records of up to 16 KiB. An idle connection keeps no buffers.
// Satisfies Beast's AsyncStream. Belongs to one I/O thread.
#pragma once

#include <boost/asio/compose.hpp>
#include <boost/beast/core/buffers_range.hpp>
#include <boost/beast/core/role.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <openssl/types.h>
#include <optional>
#include <span>

#include "server/edge/frame.h"
#include "server/edge/net.h"

namespace samband::server::edge {

using SteadyTime = std::chrono::steady_clock::time_point;

inline constexpr std::size_t record_bytes_max = 16384;  // the plaintext of one TLS record (RFC 8446 §5.1)

class Connection;

// Asked for more whenever the queue holds less than one record.
class WriteSource {
 public:
  virtual ~WriteSource() = default;
  virtual void refill(Connection& connection) = 0;
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using executor_type = tcp::socket::executor_type;

  Connection(tcp::socket socket, const std::shared_ptr<SSL_CTX>& context);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  [[nodiscard]] executor_type get_executor() { return socket_.get_executor(); }
  [[nodiscard]] SSL* tls() const { return tls_; }

  // The server's side of the TLS handshake; ends with an error when the socket is closed meanwhile.
  [[nodiscard]] net::awaitable<error_code> handshake();

  // `source` outlives the connection's use of it; nullptr ends that.
  void pull_from(WriteSource* source) { source_ = source; }
  // Queues one whole frame; `flush` sends it.
  void push(FramePtr frame);
  // Writes until the queue and the source are empty or the socket takes no more; goes on by itself then.
  void flush();
  // Drops what waits (except what the TLS layer has already begun), queues these, and takes no more after them.
  void finish_with(FramePtr closing, FramePtr close);

  [[nodiscard]] std::size_t queued_bytes() const { return queued_bytes_; }
  // Since when the socket takes nothing although something waits.
  [[nodiscard]] std::optional<SteadyTime> stalled_since() const { return stalled_since_; }
  [[nodiscard]] SteadyTime last_read() const { return last_read_; }

  // Both sides have said what they had to: ends the TLS and TCP stream in this direction. Who goes on reading until the
  // peer has done the same spares it a reset that would take our last words away.
  void hang_up();
  // Hangs up if that has not been done, and closes; every wait ends with an error.
  void close();
  [[nodiscard]] bool is_open() const { return socket_.is_open(); }

  // --- Beast's AsyncStream

  template <class MutableBuffers, class Token>
  auto async_read_some(const MutableBuffers& buffers, Token&& token) {
    const net::mutable_buffer first = first_of<net::mutable_buffer>(buffers);
    return net::async_compose<Token, void(error_code, std::size_t)>(ReadSome{shared_from_this(), first}, token,
                                                                    socket_);
  }

  // Ends when the bytes have left: a peer that makes us answer faster than it reads waits for itself.
  template <class ConstBuffers, class Token>
  auto async_write_some(const ConstBuffers& buffers, Token&& token) {
    Bytes whole;
    for (const net::const_buffer part : boost::beast::buffers_range_ref(buffers)) {
      const auto* start = static_cast<const std::uint8_t*>(part.data());
      whole.insert(whole.end(), start, start + part.size());
    }
    return net::async_compose<Token, void(error_code, std::size_t)>(
        WriteSome{shared_from_this(), std::make_shared<const Bytes>(std::move(whole))}, token, socket_);
  }

 private:
  // A piece that somebody waits for: Beast's own frames.
  struct Departure {
    explicit Departure(const executor_type& executor) : left{executor, SteadyTime::max()} {}
    net::steady_timer left;  // cancelled when the bytes have gone, or never will
    bool gone = false;
  };
  struct Piece {
    FramePtr bytes;
    std::size_t offset = 0;
    std::shared_ptr<Departure> departure;
  };
  struct ReadResult {
    error_code error;
    std::size_t bytes = 0;
    std::optional<tcp::socket::wait_type> wait;  // nothing to read before the socket is ready for this
  };

  struct ReadSome {
    std::shared_ptr<Connection> connection;
    net::mutable_buffer into;
    std::optional<ReadResult> result;
    bool waited = false;

    template <class Self>
    void operator()(Self& self, error_code error = {}, std::size_t = 0) {
      if (error) return self.complete(error, 0);
      if (!result) result = connection->read_now(into);
      if (result->wait) {
        const auto wait = *result->wait;
        result.reset();
        waited = true;
        auto& socket = connection->socket_;
        return socket.async_wait(wait, std::move(self));
      }
      if (!waited) {  // a completion never runs inside the call that began it
        waited = true;
        const auto executor = connection->get_executor();
        return net::post(executor, std::move(self));
      }
      self.complete(result->error, result->bytes);
    }
  };

  struct WriteSome {
    std::shared_ptr<Connection> connection;
    FramePtr bytes;
    std::shared_ptr<Departure> departure;

    template <class Self>
    void operator()(Self& self, error_code = {}, std::size_t = 0) {
      if (departure) {
        if (departure->gone) return self.complete({}, bytes->size());
        return self.complete(net::error::operation_aborted, 0);
      }
      departure = connection->push_awaited(bytes);
      connection->flush();
      auto& timer = departure->left;
      if (departure->gone || !connection->is_open()) timer.expires_at(SteadyTime::min());
      timer.async_wait(std::move(self));
    }
  };

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    for (const Buffer part : boost::beast::buffers_range_ref(buffers)) {
      if (part.size() > 0) return part;
    }
    return {};
  }

  [[nodiscard]] ReadResult read_now(net::mutable_buffer into);
  [[nodiscard]] std::shared_ptr<Departure> push_awaited(FramePtr bytes);
  [[nodiscard]] std::size_t gather(std::span<std::uint8_t> record) const;
  void consume(std::size_t bytes);
  void wait_until_writable();

  tcp::socket socket_;
  std::shared_ptr<SSL_CTX> context_;  // a reload does not take it away from under its sessions
  SSL* tls_ = nullptr;
  WriteSource* source_ = nullptr;
  std::deque<Piece> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t begun_bytes_ = 0;  // of the queue's front, in a record that the socket has not taken yet
  bool waiting_ = false;         // for the socket to take more
  bool finished_ = false;        // takes no more frames
  bool hung_up_ = false;
  std::optional<SteadyTime> stalled_since_;
  SteadyTime last_read_;
};

// Beast's own timers would call this; they are off.
void beast_close_socket(Connection& connection);
// What Beast asks of the layer below when its part is over. The session hangs up, not Beast: after a broken rule the
// peer gets time to read the reason.
void teardown(boost::beast::role_type, Connection& connection, error_code& error);
template <class TeardownHandler>
void async_teardown(boost::beast::role_type, Connection& connection, TeardownHandler&& handler) {
  net::post(connection.get_executor(),
            [done = std::forward<TeardownHandler>(handler)]() mutable { done(error_code{}); });
}

}  // namespace samband::server::edge
