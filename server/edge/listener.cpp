#include "server/edge/listener.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include "server/edge/io_thread.h"
#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

// Out of descriptors, the connection stays in the kernel's queue; asking again at once would only burn the core.
constexpr std::chrono::milliseconds pause_after_failure{100};

std::string advice(const SocketAddress& address, const error_code& error) {
  const std::string where = text_of(address);
  if (error == net::error::address_in_use) {
    return "the address " + where + " is taken: stop the program that listens there, or change listen";
  }
  if (error == net::error::access_denied) {
    return "listening on " + where +
           " is not permitted: choose a port from 1024 up, or give the service "
           "CAP_NET_BIND_SERVICE";
  }
  return "listening on " + where + " failed (" + error.message() + "): give listen an address of this machine";
}

void set_options(tcp::socket& socket, std::uint64_t dead_peer_timeout_ms) {
  error_code ignored;
  socket.set_option(tcp::no_delay{true}, ignored);
  const auto timeout = static_cast<unsigned int>(dead_peer_timeout_ms);
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, &timeout, sizeof timeout);
}

// What connections are counted by: an IPv4 address, or the /64 that one subscriber of IPv6 has to itself.
std::string origin_of(const net::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const net::ip::address_v6 six = address.to_v6();
  if (six.is_v4_mapped()) return net::ip::make_address_v4(net::ip::v4_mapped, six).to_string();
  auto bytes = six.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  return net::ip::address_v6{bytes}.to_string() + "/64";
}

}  // namespace

std::expected<std::unique_ptr<Listener>, std::string> Listener::open(net::io_context& context,
                                                                     const SocketAddress& address) {
  std::unique_ptr<Listener> listener{new Listener{context}};
  tcp::acceptor& acceptor = listener->acceptor_;
  error_code error;
  const tcp::endpoint endpoint{net::ip::make_address(address.host, error), address.port};
  if (!error) acceptor.open(endpoint.protocol(), error);
  // After a restart the port is ours again at once; a port that somebody listens on stays theirs.
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return std::unexpected{advice(address, error)};
  return listener;
}

std::expected<std::unique_ptr<Listener>, std::string> Listener::take(net::io_context& context, Descriptor socket) {
  std::unique_ptr<Listener> listener{new Listener{context}};
  if (const error_code error = adopt(listener->acceptor_, std::move(socket))) {
    return std::unexpected{"the socket of the service manager can't be used (" + error.message() +
                           "): restart its socket unit"};
  }
  return listener;
}

SocketAddress Listener::address() const {
  error_code error;
  const tcp::endpoint endpoint = acceptor_.local_endpoint(error);
  return {endpoint.address().to_string(), endpoint.port()};
}

void Listener::start(std::vector<std::unique_ptr<IoThread>>& threads, Admission& admission, Metrics& metrics,
                     std::uint64_t dead_peer_timeout_ms) {
  net::co_spawn(acceptor_.get_executor(), accept(threads, admission, metrics, dead_peer_timeout_ms), net::detached);
}

void Listener::stop() {
  error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
}

net::awaitable<void> Listener::accept(std::vector<std::unique_ptr<IoThread>>& threads, Admission& admission,
                                      Metrics& metrics, std::uint64_t dead_peer_timeout_ms) {
  error_code error;
  auto token = net::redirect_error(net::use_awaitable, error);
  for (std::size_t turn = 0; acceptor_.is_open(); ++turn) {
    IoThread& thread = *threads[turn % threads.size()];
    tcp::socket socket{thread.context()};
    tcp::endpoint peer;
    co_await acceptor_.async_accept(socket, peer, token);
    if (!acceptor_.is_open()) co_return;
    if (error) {
      log_event(LogEvent::accept_failed, "listener: {}", error.message());
      pause_.expires_after(pause_after_failure);
      co_await pause_.async_wait(token);
      continue;
    }
    auto admitted = admission.admit(origin_of(peer.address()));
    if (!admitted) {
      metrics.connection_refused("limit");
      continue;
    }
    set_options(socket, dead_peer_timeout_ms);
    thread.adopt(std::move(socket), std::move(*admitted));
  }
}

}  // namespace samband::server::edge
