#include "server/edge/notify.h"

#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <fmt/format.h>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace samband::server::edge {
namespace {

std::optional<std::uint64_t> number_in(const char* variable) {
  const char* value = std::getenv(variable);
  if (!value) return std::nullopt;
  const std::string_view text{value};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

void notify_service_manager(std::string_view state) {
  const char* named = std::getenv("NOTIFY_SOCKET");
  if (!named) return;
  const std::string_view path{named};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || (path[0] != '/' && path[0] != '@') || path.size() >= sizeof address.sun_path) return;
  std::memcpy(address.sun_path, path.data(), path.size());
  if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace

  const int descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  // Nobody is worse off when it does not arrive: the service manager then waits, and says so.
  [[maybe_unused]] const auto sent =
      ::sendto(descriptor, state.data(), state.size(), MSG_NOSIGNAL, reinterpret_cast<const sockaddr*>(&address), size);
  ::close(descriptor);
}

void notify_ready(std::string_view status) {
  notify_service_manager(fmt::format("READY=1\nSTATUS={}", status));
}

void notify_status(std::string_view status) {
  notify_service_manager(fmt::format("STATUS={}", status));
}

void notify_reloading() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  // The time tells this reload from the one before it; units of Type=notify-reload require it.
  notify_service_manager(
      fmt::format("RELOADING=1\nMONOTONIC_USEC={}\nSTATUS=reading the configuration anew",
                  static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(now.tv_nsec) / 1000));
}

void notify_stopping() {
  notify_service_manager("STOPPING=1\nSTATUS=telling the clients to come back");
}

std::optional<std::chrono::microseconds> watchdog_interval() {
  const auto interval = number_in("WATCHDOG_USEC");
  if (!interval || *interval == 0) return std::nullopt;
  const bool for_another =
      std::getenv("WATCHDOG_PID") && number_in("WATCHDOG_PID") != static_cast<std::uint64_t>(::getpid());
  if (for_another) return std::nullopt;
  return std::chrono::microseconds{*interval};
}

}  // namespace samband::server::edge
