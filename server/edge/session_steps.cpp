// The life of a connection, read from top to bottom.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "server/edge/io_thread.h"
#include "server/edge/log.h"
#include "server/edge/session.h"
#include "server/edge/upgrade.h"
#include "server/protocol/codec.h"

namespace samband::server::edge {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace websocket = beast::websocket;

// Without the code for permessage-deflate: compressing beside encryption tells lengths, and bombs expand.
using ClientSocket = websocket::stream<Connection&, false>;

constexpr std::chrono::milliseconds core_pause{5};
// What a partner's devices may ask at once is what they may ask in so many seconds.
constexpr std::uint64_t partner_burst_seconds = 2;
constexpr std::size_t kept_buffer_bytes_max = 4096;

// The next message in `buffer`; false when the connection has ended or broke the protocol.
net::awaitable<bool> read_message(ClientSocket& socket, beast::flat_buffer& buffer) {
  buffer.clear();
  if (buffer.capacity() > kept_buffer_bytes_max) buffer.shrink_to_fit();
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  co_await socket.async_read(buffer, token);
  if (error == websocket::error::closed) socket.next_layer().hang_up();  // both have said goodbye
  co_return !error;
}

BytesView content_of(const beast::flat_buffer& buffer) {
  const auto data = buffer.cdata();
  return {static_cast<const std::uint8_t*>(data.data()), data.size()};
}

}  // namespace

void Session::start() {
  net::co_spawn(io_.context(), run(shared_from_this()), net::detached);
}

net::awaitable<void> Session::run(std::shared_ptr<Session> session) {
  const error_code failed = co_await session->connection_->handshake();
  if (failed) {
    session->io_.services().metrics.connection_refused("tls");
  } else {
    ClientSocket socket{*session->connection_};
    const bool opened = co_await session->open(socket);
    if (opened) {
      session->greet();
      const bool logged_in = co_await session->authenticate(socket);
      if (logged_in) co_await session->serve(socket);
      co_await session->linger();
    }
  }
  session->leave();
}

template <class WebSocket>
net::awaitable<bool> Session::open(WebSocket& socket) {
  http::request_parser<http::empty_body> parser;
  parser.header_limit(static_cast<std::uint32_t>(limits().header_bytes_max));
  beast::flat_buffer buffer;
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  co_await http::async_read_header(*connection_, buffer, parser, token);
  if (error) {
    io_.services().metrics.connection_refused("http");
    co_return false;
  }
  // A client that sends frames before it was let in has not read the protocol.
  const UpgradeFault fault =
      buffer.size() > 0 ? UpgradeFault::not_an_upgrade : judge_upgrade(parser.get(), io_.services().origins);
  if (fault != UpgradeFault::none) {
    io_.services().metrics.connection_refused(fault == UpgradeFault::origin ? "origin" : "http");
    const http::response<http::string_body> refusal = refusal_of(fault);
    co_await http::async_write(*connection_, refusal, token);
    co_return false;
  }
  socket.set_option(websocket::stream_base::timeout{websocket::stream_base::none(), websocket::stream_base::none(),
                                                    false});  // `sweep` has all the clocks
  socket.set_option(websocket::stream_base::decorator([](websocket::response_type& response) {
    response.set(http::field::sec_websocket_protocol, protocol::subprotocol);
    response.set(http::field::server, "sambandd");
  }));
  socket.read_message_max(limits().frame_bytes_max);
  socket.auto_fragment(false);
  const auto& request = parser.get();
  co_await socket.async_accept(request, token);
  if (error) io_.services().metrics.connection_refused("http");
  co_return !error;
}

template <class WebSocket>
net::awaitable<bool> Session::authenticate(WebSocket& socket) {
  beast::flat_buffer buffer;
  for (std::uint64_t requests = 0; phase_ == Phase::login; ++requests) {
    const bool read = co_await read_message(socket, buffer);
    if (!read || phase_ != Phase::login) break;
    auto frame = protocol::parse_client_frame(content_of(buffer));
    if (!frame || socket.got_text()) {
      close(protocol::Status::malformed, "not a frame of this protocol");
      break;
    }
    if (requests >= limits().enrolment_requests_max) {
      close(protocol::Status::too_many, "enrolment_requests_max");
      break;
    }
    if (auto* request = std::get_if<protocol::Request>(&*frame)) {
      submit(std::move(*request));
    } else {
      log_in(std::get<protocol::Login>(std::move(*frame)));
    }
    while (in_flight_ > 0 && phase_ == Phase::login) co_await wait(core_pause);
  }
  co_return phase_ == Phase::serving;
}

template <class WebSocket>
net::awaitable<void> Session::serve(WebSocket& socket) {
  beast::flat_buffer buffer;
  while (phase_ == Phase::serving) {
    const bool read = co_await read_message(socket, buffer);
    if (!read) co_return;
    if (phase_ != Phase::serving || draining_) continue;
    auto frame = protocol::parse_client_frame(content_of(buffer));
    if (!frame || socket.got_text()) co_return close(protocol::Status::malformed, "not a frame of this protocol");
    auto* request = std::get_if<protocol::Request>(&*frame);
    if (!request) co_return close(protocol::Status::malformed, "a second login");
    co_await pace();
    if (phase_ == Phase::serving && !draining_) submit(std::move(*request));
  }
}

// Holds the reader back instead of refusing: 64 in flight, the device's rate and its partner's, a core that has enough
// to do.
net::awaitable<void> Session::pace() {
  const auto core_full = [this] { return io_.services().core->is_full(limits().core_queue_max); };
  while (phase_ == Phase::serving && (in_flight_ >= protocol::requests_in_flight_max || core_full())) {
    co_await wait(core_pause);
  }
  const auto now = std::chrono::steady_clock::now();
  const std::uint64_t of_partner = limits().partner_requests_per_second;
  const auto delay = std::max(bucket_->take(now, limits().requests_per_second, limits().request_burst),
                              partner_bucket_->take(now, of_partner, partner_burst_seconds * of_partner));
  if (delay.count() == 0) co_return;
  io_.services().metrics.throttled();
  while (phase_ == Phase::serving) {
    const auto left = now + delay - std::chrono::steady_clock::now();
    if (left.count() <= 0) break;
    co_await wait(left);
  }
}

net::awaitable<void> Session::wait(std::chrono::nanoseconds at_most) {
  error_code ignored;
  signal_.expires_after(at_most);
  auto token = net::redirect_error(net::use_awaitable, ignored);
  co_await signal_.async_wait(token);
}

// Reads on until the client has gone or `sweep` cuts it: closing a socket with bytes unread would take the reason
// away from it again.
net::awaitable<void> Session::linger() {
  if (phase_ != Phase::closing) {
    enter(Phase::closing, limits().closing_timeout_ms);
    writer_.clear();
  }
  std::uint8_t discarded[512];
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  const auto into = net::buffer(discarded);
  while (!error) co_await connection_->async_read_some(into, token);
}

}  // namespace samband::server::edge
