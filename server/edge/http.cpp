#include "server/edge/http.h"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace samband::server::edge {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;

constexpr std::size_t connections_max = 64;
constexpr std::uint32_t header_bytes_max = 8192;
constexpr std::chrono::seconds timeout{5};

}  // namespace

std::expected<std::unique_ptr<HttpListener>, std::string> HttpListener::open(net::io_context& context,
                                                                             const SocketAddress& address,
                                                                             Pages pages) {
  std::unique_ptr<HttpListener> listener{new HttpListener{context, std::move(pages)}};
  error_code error;
  const tcp::endpoint endpoint{net::ip::make_address(address.host, error), address.port};
  if (!error && !endpoint.address().is_loopback()) error = net::error::access_denied;
  if (!error) listener->acceptor_.open(endpoint.protocol(), error);
  if (!error) listener->acceptor_.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) listener->acceptor_.bind(endpoint, error);
  if (!error) listener->acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return std::unexpected{"the HTTP listener can't have " + text_of(address) + " (" + error.message() +
                           "): change [http] listen, or set it to \"\" for none"};
  }
  return listener;
}

std::expected<std::unique_ptr<HttpListener>, std::string> HttpListener::take(net::io_context& context,
                                                                             Descriptor socket, Pages pages) {
  std::unique_ptr<HttpListener> listener{new HttpListener{context, std::move(pages)}};
  error_code error = adopt(listener->acceptor_, std::move(socket));
  if (!error && !listener->acceptor_.local_endpoint(error).address().is_loopback()) {
    return std::unexpected{"the socket named metrics is on " + text_of(listener->address()) +
                           ", where anybody may ask: give its unit ListenStream=127.0.0.1:9464"};
  }
  if (error) {
    return std::unexpected{"the socket named metrics can't be used (" + error.message() + "): restart its socket unit"};
  }
  return listener;
}

SocketAddress HttpListener::address() const {
  error_code error;
  const tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  return {endpoint.address().to_string(), endpoint.port()};
}

void HttpListener::start() {
  net::co_spawn(acceptor_.get_executor(), accept(), net::detached);
}

void HttpListener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
}

net::awaitable<void> HttpListener::accept() {
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  while (acceptor_.is_open()) {
    const auto socket = std::make_shared<tcp::socket>(acceptor_.get_executor());
    co_await acceptor_.async_accept(*socket, token);
    if (error == net::error::operation_aborted) co_return;
    if (error || connections_ >= connections_max) continue;
    net::co_spawn(acceptor_.get_executor(), serve(socket), net::detached);
  }
}

net::awaitable<void> HttpListener::serve(std::shared_ptr<tcp::socket> socket) {
  ++connections_;
  beast::tcp_stream stream{std::move(*socket)};
  stream.expires_after(timeout);
  beast::flat_buffer buffer{header_bytes_max};
  http::request_parser<http::empty_body> parser;
  parser.header_limit(header_bytes_max);
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  co_await http::async_read(stream, buffer, parser, token);
  if (!error) {
    http::response<http::string_body> response{http::status::ok, 11};
    response.set(http::field::content_type, "text/plain; charset=utf-8");
    const auto& target = parser.get().target();
    if (parser.get().method() != http::verb::get) {
      response.result(http::status::method_not_allowed);
    } else if (target == "/healthz") {
      response.body() = "ok\n";
    } else if (target == "/readyz") {
      const std::string reason = pages_.not_ready_because();
      response.body() = reason.empty() ? "ready\n" : "not ready: " + reason + "\n";
      if (!reason.empty()) response.result(http::status::service_unavailable);
    } else if (target == "/metrics") {
      response.set(http::field::content_type, "text/plain; version=0.0.4; charset=utf-8");
      response.body() = pages_.metrics();
    } else {
      response.result(http::status::not_found);
    }
    response.keep_alive(false);
    response.prepare_payload();
    co_await http::async_write(stream, response, token);
    stream.socket().shutdown(tcp::socket::shutdown_send, error);
  }
  --connections_;
}

}  // namespace samband::server::edge
