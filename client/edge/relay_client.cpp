#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <tuple>
#include <unistd.h>
#include <utility>

#include "client/edge/descriptor.h"
#include "client/edge/relay.h"
#include "client/edge/relay_frames.h"

namespace samband::client {
namespace {

// SIGINT and SIGTERM as a descriptor that poll sees; the earlier mask comes back at the end.
class Signals {
 public:
  Signals() {
    sigset_t wanted;
    sigemptyset(&wanted);
    sigaddset(&wanted, SIGINT);
    sigaddset(&wanted, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &wanted, &before_);
    fd_ = ::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK);
  }
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;
  ~Signals() {
    ::close(fd_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  [[nodiscard]] int get() const { return fd_; }
  void take() const {
    signalfd_siginfo info{};
    std::ignore = ::read(fd_, &info, sizeof info);
  }

 private:
  sigset_t before_{};
  int fd_ = -1;
};

bool write_all(int fd, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return true;
}

bool read_all(int fd, std::span<std::uint8_t> into) {
  while (!into.empty()) {
    const ssize_t got = ::read(fd, into.data(), into.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return true;
}

std::expected<Descriptor, RelayError> connect_to(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  if (text.size() >= sizeof address.sun_path) return std::unexpected(RelayError::path_too_long);
  std::memcpy(address.sun_path, text.c_str(), text.size() + 1);
  Descriptor socket{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  if (!socket.open()) return std::unexpected(RelayError::io);
  // The generic address type of the socket interface.
  if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::unexpected(RelayError::nobody_listens);
  }
  return socket;
}

struct Received {
  RelayFrame kind{};
  Bytes body;
};

std::optional<Received> receive(int fd) {
  std::array<std::uint8_t, relay_header_bytes> head{};
  if (!read_all(fd, head)) return std::nullopt;
  const auto header = parse_relay_header(head);
  if (!header) return std::nullopt;
  Received received{header->kind, Bytes(header->body_bytes)};
  if (!read_all(fd, received.body)) return std::nullopt;
  return received;
}

}  // namespace

std::expected<ExitStatus, RelayError> forward(const std::filesystem::path& path, const Invocation& invocation,
                                              Console& console) {
  const auto connected = connect_to(path);
  if (!connected) return std::unexpected(connected.error());
  const Descriptor& socket = *connected;
  const Signals signals;
  if (!write_all(socket.get(), relay_frame(RelayFrame::invocation, encode(invocation)))) {
    return std::unexpected(RelayError::nobody_listens);
  }
  bool taken = false;
  for (;;) {
    std::array<pollfd, 2> ready{{{socket.get(), POLLIN, 0}, {signals.get(), POLLIN, 0}}};
    if (::poll(ready.data(), ready.size(), -1) < 0 && errno != EINTR) return std::unexpected(RelayError::io);
    if ((ready[1].revents & POLLIN) != 0) {
      signals.take();
      write_all(socket.get(), relay_frame(RelayFrame::interrupt, {}));
    }
    if (ready[0].revents == 0) continue;
    const auto frame = receive(socket.get());
    if (!frame) return std::unexpected(taken ? RelayError::lost : RelayError::nobody_listens);
    if (frame->kind == RelayFrame::taken) taken = true;
    if (frame->kind == RelayFrame::out) console.out(text_of(frame->body));
    if (frame->kind == RelayFrame::err) console.err(text_of(frame->body));
    if (frame->kind == RelayFrame::exit && frame->body.size() == 1) return static_cast<ExitStatus>(frame->body[0]);
  }
}

}  // namespace samband::client
