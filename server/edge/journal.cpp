#include "server/edge/journal.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>

namespace samband::server::edge {
namespace {

constexpr int patience_us = 200'000;

bool is_stream_of_the_journal(int descriptor) {
  const char* named = std::getenv("JOURNAL_STREAM");
  struct stat status{};
  if (!named || ::fstat(descriptor, &status) != 0) return false;
  return named == fmt::format("{}:{}", status.st_dev, status.st_ino);
}

}  // namespace

std::optional<Journal> Journal::behind(int descriptor, const std::string& socket_path) {
  sockaddr_un address{};
  if (!is_stream_of_the_journal(descriptor) || socket_path.size() >= sizeof address.sun_path) return std::nullopt;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, socket_path.data(), socket_path.size());
  Descriptor socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)};
  const timeval patience{.tv_sec = 0, .tv_usec = patience_us};
  if (!socket.is_open() || ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
      ::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return std::nullopt;
  }
  return Journal{std::move(socket)};
}

bool Journal::send(std::string_view entry) const {
  return ::send(socket_.get(), entry.data(), entry.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(entry.size());
}

void add_field(std::string& entry, std::string_view name, std::string_view value) {
  constexpr std::size_t value_bytes_max = 16'384;  // an entry stays far below what one datagram holds
  entry.append(name).push_back('=');
  const std::size_t begin = entry.size();
  entry.append(value.substr(0, value_bytes_max));
  std::replace_if(
      entry.begin() + static_cast<std::ptrdiff_t>(begin), entry.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  entry.push_back('\n');
}

}  // namespace samband::server::edge
