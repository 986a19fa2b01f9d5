#include "server/edge/ctl/server_client.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

#include "crypto/codec/writer.h"

namespace samband::server::edge::ctl {
namespace {

// Longer than the server itself waits for its core.
constexpr timeval patience{.tv_sec = 310, .tv_usec = 0};

Failure unreachable(const std::filesystem::path& socket, int error) {
  if (error == EACCES || error == EPERM) {
    return {Exit::not_permitted,
            socket.string() + " is not yours to use: run as root, as the server's user, or as one of its group"};
  }
  return {Exit::not_reachable, "no server answers at " + socket.string() + " (" + std::strerror(error) +
                                   "): start it, or name its --config or --socket"};
}

Failure gone() {
  return {Exit::not_permitted,
          "the server closed the connection: run as root, as the server's user or as one of its group, and with the "
          "sambandctl of the server's version"};
}

bool send_all(int descriptor, BytesView bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(sent));
  }
  return true;
}

bool receive_all(int descriptor, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const auto received = ::recv(descriptor, into.data(), into.size(), 0);
    if (received <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(received));
  }
  return true;
}

}  // namespace

std::expected<ServerClient, Failure> ServerClient::connect(const std::filesystem::path& socket) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket.string();
  if (path.size() >= sizeof address.sun_path) return std::unexpected{unreachable(socket, ENAMETOOLONG)};
  std::memcpy(address.sun_path, path.data(), path.size());

  const int descriptor = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return std::unexpected{unreachable(socket, errno)};
  ServerClient client{descriptor};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::unexpected{unreachable(socket, errno)};
  }
  return client;
}

ServerClient::ServerClient(ServerClient&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

ServerClient::~ServerClient() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

std::expected<protocol::AdminReply, Failure> ServerClient::ask(const protocol::AdminRequest& request) {
  const Bytes body = protocol::encode_admin_request(request);
  if (body.size() > protocol::admin_frame_bytes_max) {
    return std::unexpected{Failure{Exit::refused, "the request is too large: split the file"}};
  }
  Writer frame;
  frame.u32(static_cast<std::uint32_t>(body.size()));
  frame.fixed(body);
  std::array<std::uint8_t, 4> length{};
  if (!send_all(descriptor_, frame.view()) || !receive_all(descriptor_, length)) return std::unexpected{gone()};
  Bytes reply(Reader{length}.u32());
  if (reply.size() > protocol::admin_frame_bytes_max || !receive_all(descriptor_, reply)) {
    return std::unexpected{gone()};
  }
  auto parsed = protocol::parse_admin_reply(reply);
  if (!parsed) return std::unexpected{gone()};
  return std::move(*parsed);
}

Failure ServerClient::refusal_in(const protocol::AdminReply& reply) {
  if (const auto* refused = std::get_if<protocol::AdminRefused>(&reply)) return {Exit::refused, refused->reason};
  return {Exit::refused, "the server answered something else: use the sambandctl of the server's version"};
}

}  // namespace samband::server::edge::ctl
