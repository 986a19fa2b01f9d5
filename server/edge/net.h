// Boost.Asio under a short name, for the files that move bytes.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <sys/socket.h>

#include "server/edge/descriptor.h"

namespace samband::server::edge {

namespace net = boost::asio;
using tcp = net::ip::tcp;
using boost::system::error_code;

// Makes the acceptor one of a TCP socket that listens already.
inline error_code adopt(tcp::acceptor& acceptor, Descriptor socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  error_code error;
  if (::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return {errno, boost::system::system_category()};
  }
  acceptor.assign(address.ss_family == AF_INET6 ? tcp::v6() : tcp::v4(), socket.get(), error);
  if (!error) static_cast<void>(socket.release());
  return error;
}

}  // namespace samband::server::edge
