// The configuration of a server: one TOML file, read strictly. An unknown key, a value of the wrong type or
// outside its bounds is a fault with its line; a server with a fault in its configuration does not start.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "server/edge/limits.h"

namespace samband::server::edge {

struct SocketAddress {
  std::string host;  // IPv4 or IPv6, in numbers
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

// "10.0.0.1:8443" or "[::1]:8443".
[[nodiscard]] std::expected<SocketAddress, std::string> parse_socket_address(std::string_view text);
[[nodiscard]] std::string text_of(const SocketAddress& address);
[[nodiscard]] bool is_loopback(const SocketAddress& address);

struct Configuration {
  std::string name;  // the server's name, as clients and invitations know it
  SocketAddress listen{"0.0.0.0", 8443};
  std::filesystem::path store;
  std::filesystem::path chunks;
  std::filesystem::path log_key;
  std::filesystem::path certificate;
  std::filesystem::path private_key;
  std::filesystem::path admin_socket;
  std::string admin_group = "samband";  // may use the socket when it exists; "" for none
  bool http_enabled = true;
  SocketAddress http{"127.0.0.1", 9464};
  std::string log_level = "info";
  std::vector<std::string> origins;  // browsers that may connect; everybody else sends no Origin
  std::uint64_t io_threads = 0;      // 0: one for each core
  std::uint64_t shards = 4;          // of channels; fixed when the store is made
  Limits limits;
  server::Limits core;
};

struct ConfigurationFault {
  std::uint32_t line = 0;  // 0: the file as a whole
  std::string says;
  bool is_unnamed = false;  // the configuration is as the packages install it, and the whole file has just this fault
};

// Paths in the text are relative to `directory`; `credential:NAME` stays as it is (credentials.h).
[[nodiscard]] std::expected<Configuration, std::vector<ConfigurationFault>> parse_configuration(
    std::string_view toml, const std::filesystem::path& directory);
[[nodiscard]] std::expected<Configuration, std::vector<ConfigurationFault>> read_configuration(
    const std::filesystem::path& file);

// The file that `sambandd init` writes: every setting and limit, named and explained, with its default.
[[nodiscard]] std::string configuration_text(const Configuration& configuration);

}  // namespace samband::server::edge
