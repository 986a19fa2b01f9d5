#include "server/edge/passed_sockets.h"

#include <charconv>
#include <cstdlib>
#include <fcntl.h>
#include <fmt/format.h>
#include <optional>
#include <string_view>
#include <sys/socket.h>
#include <utility>

namespace samband::server::edge {
namespace {

constexpr int passed_max = 64;

std::string take_variable(const char* name) {
  const char* value = std::getenv(name);
  std::string out = value ? value : "";
  ::unsetenv(name);
  return out;
}

std::optional<long> number_in(std::string_view text) {
  long number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const auto colon = text.find(':');
    out.emplace_back(text.substr(0, colon));
    text.remove_prefix(colon == std::string_view::npos ? text.size() : colon + 1);
  }
  return out;
}

int option_of(int descriptor, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(descriptor, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_listening_tcp(int descriptor) {
  const int domain = option_of(descriptor, SO_DOMAIN);
  return (domain == AF_INET || domain == AF_INET6) && option_of(descriptor, SO_TYPE) == SOCK_STREAM &&
         option_of(descriptor, SO_ACCEPTCONN) == 1;
}

std::expected<void, std::string> sort_in(PassedSockets& sockets, Descriptor passed, const std::string& name) {
  if (name != "clients" && name != "metrics") {
    return std::unexpected{
        fmt::format("the service manager passed a socket named \"{}\", which has no use here: give its socket unit "
                    "FileDescriptorName=clients or FileDescriptorName=metrics",
                    name)};
  }
  if (!is_listening_tcp(passed.get())) {
    return std::unexpected{
        fmt::format("the socket named {} that the service manager passed does not listen for TCP: give its socket unit "
                    "ListenStream=ADDRESS:PORT and Accept=no",
                    name)};
  }
  if (name == "clients") {
    sockets.clients.push_back(std::move(passed));
  } else if (sockets.metrics.is_open()) {
    return std::unexpected{
        std::string{"the service manager passed two sockets named metrics: leave one ListenStream= in its unit"}};
  } else {
    sockets.metrics = std::move(passed);
  }
  return {};
}

}  // namespace

std::expected<PassedSockets, std::string> take_passed_sockets(int first) {
  const std::string process = take_variable("LISTEN_PID");
  const std::string count = take_variable("LISTEN_FDS");
  const std::vector<std::string> names = names_in(take_variable("LISTEN_FDNAMES"));
  PassedSockets sockets;
  if (number_in(process) != static_cast<long>(::getpid())) return sockets;  // meant for the parent of this process
  const auto passed = number_in(count);
  if (!passed || *passed < 0 || *passed > passed_max) {
    return std::unexpected{fmt::format(
        "LISTEN_FDS is \"{}\", not a number of sockets up to {}: start the server by its units", count, passed_max)};
  }
  for (int index = 0; index < *passed; ++index) {
    const int number = first + index;
    if (::fcntl(number, F_SETFD, FD_CLOEXEC) != 0) {
      return std::unexpected{fmt::format(
          "LISTEN_FDS says {}, but descriptor {} is not open: start the server by its units", count, number)};
    }
    const auto place = static_cast<std::size_t>(index);
    const std::string name = place < names.size() ? names[place] : "";
    if (auto sorted = sort_in(sockets, Descriptor{number}, name); !sorted) return std::unexpected{sorted.error()};
  }
  return sockets;
}

}  // namespace samband::server::edge
