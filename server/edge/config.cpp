#include "server/edge/config.h"

#include <algorithm>
#include <arpa/inet.h>
#include <charconv>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <toml.hpp>

#include "server/edge/credentials.h"

namespace samband::server::edge {
namespace {

using Faults = std::vector<ConfigurationFault>;

std::uint32_t line_of(const toml::value& value) {
  return static_cast<std::uint32_t>(value.location().line());
}

// Takes the keys of one table; what was not taken in the end is unknown, and a fault.
class Section {
 public:
  Section(const toml::value& table, std::string path, Faults& faults)
      : table_{table}, path_{std::move(path)}, faults_{faults} {}

  void text(const std::string& key, std::string& out) {
    if (const toml::value* value = take(key)) {
      if (value->is_string()) {
        out = value->as_string().str;
      } else {
        fault(*value, key + " must be a text in quotes");
      }
    }
  }

  void number(const std::string& key, std::uint64_t least, std::uint64_t most, std::uint64_t& out) {
    const toml::value* value = take(key);
    if (!value) return;
    const std::string range = std::to_string(least) + " to " + std::to_string(most);
    if (!value->is_integer()) return fault(*value, key + " must be a whole number, " + range);
    const auto given = value->as_integer();
    if (given < 0 || static_cast<std::uint64_t>(given) < least || static_cast<std::uint64_t>(given) > most) {
      return fault(*value, key + " is " + std::to_string(given) + ", and may be " + range);
    }
    out = static_cast<std::uint64_t>(given);
  }

  void texts(const std::string& key, std::vector<std::string>& out) {
    const toml::value* value = take(key);
    if (!value) return;
    if (!value->is_array()) return fault(*value, key + " must be a list of texts");
    for (const auto& item : value->as_array()) {
      if (!item.is_string()) return fault(item, key + " must be a list of texts");
      out.push_back(item.as_string().str);
    }
  }

  void address(const std::string& key, SocketAddress& out) {
    const toml::value* value = take(key);
    if (!value) return;
    if (!value->is_string()) return fault(*value, key + " must be a text like \"0.0.0.0:8443\"");
    auto parsed = parse_socket_address(value->as_string().str);
    if (!parsed) return fault(*value, key + ": " + parsed.error());
    out = std::move(*parsed);
  }

  void path(const std::string& key, const std::filesystem::path& directory, std::filesystem::path& out) {
    std::string written;
    text(key, written);
    if (!written.empty()) out = directory / written;
    if (out.empty()) faults_.push_back({line_of(table_), key + " is missing" + place() + ": add it"});
  }

  // A file that may be a credential of the service manager as well.
  void secret_path(const std::string& key, const std::filesystem::path& directory, std::filesystem::path& out) {
    path(key, directory, out);
    const auto given = table_.as_table().find(key);
    if (given == table_.as_table().end() || !given->second.is_string()) return;
    const std::string& written = given->second.as_string().str;
    if (!is_credential(written)) return;
    out = written;
    if (!is_credential_name(written.substr(written.find(':') + 1))) {
      fault(given->second, key + ": the name of a credential is that of a file, without folders");
    }
  }

  // The table under `key`, or nullptr.
  const toml::value* table(const std::string& key) {
    const toml::value* value = take(key);
    if (value && !value->is_table()) {
      fault(*value, key + " must be a table, written [" + key + "]");
      return nullptr;
    }
    return value;
  }

  void refuse_the_rest() {
    for (const auto& [key, value] : table_.as_table()) {
      if (!std::ranges::count(taken_, key))
        fault(value, "unknown setting " + key + place() + ": remove it, or correct its name");
    }
  }

  void fault(const toml::value& at, std::string says) { faults_.push_back({line_of(at), std::move(says)}); }

 private:
  const toml::value* take(const std::string& key) {
    taken_.push_back(key);
    const auto& entries = table_.as_table();
    const auto found = entries.find(key);
    return found == entries.end() ? nullptr : &found->second;
  }
  [[nodiscard]] std::string place() const { return path_.empty() ? "" : " in [" + path_ + "]"; }

  const toml::value& table_;
  std::string path_;
  Faults& faults_;
  std::vector<std::string> taken_;
};

bool is_host_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
           c == ':';
  };
  return !name.empty() && name.size() <= 253 && std::ranges::all_of(name, allowed);
}

void read_limits(const toml::value& table, Limits& limits, server::Limits& core, Faults& faults) {
  Section section{table, "limits", faults};
  for (const auto& row : limit_rows()) {
    section.number(std::string{row.name}, row.least, row.most, limits.*row.field);
  }
  for (const auto& row : core_limit_rows()) {
    section.number(std::string{row.name}, row.least, row.most, core.*row.field);
  }
  section.refuse_the_rest();
  if (limits.ping_interval_ms >= limits.idle_timeout_ms) {
    section.fault(table, "ping_interval_ms must be less than idle_timeout_ms, or quiet clients are closed unasked");
  }
}

void read_http(const toml::value& table, Configuration& out, Faults& faults) {
  Section section{table, "http", faults};
  std::string text;
  section.text("listen", text);
  section.refuse_the_rest();
  out.http_enabled = !text.empty();
  if (text.empty()) return;
  auto parsed = parse_socket_address(text);
  if (!parsed) return section.fault(table, "listen: " + parsed.error());
  out.http = std::move(*parsed);
  if (!is_loopback(out.http)) {
    section.fault(table, "the HTTP listener tells anybody who asks: give it a loopback address such as 127.0.0.1:9464");
  }
}

void read_root(const toml::value& root, const std::filesystem::path& directory, Configuration& out, Faults& faults) {
  Section top{root, "", faults};
  top.text("name", out.name);
  // As it was installed: everything else follows from the name, and one line is enough.
  if (out.name.empty() && faults.empty() && root.as_table().contains("name")) {
    return faults.push_back({0, "this server has not been set up: run sambandctl setup", true});
  }
  if (!is_host_name(out.name)) faults.push_back({1, "name is not a host name: give the one that clients connect to"});
  top.address("listen", out.listen);
  top.path("store", directory, out.store);
  top.path("chunks", directory, out.chunks);
  top.secret_path("log_key", directory, out.log_key);
  top.number("io_threads", 0, 256, out.io_threads);
  top.number("shards", 1, 64, out.shards);
  top.texts("origins", out.origins);

  const toml::value none(toml::table{});  // in braces it would be an array
  const toml::value* tls = top.table("tls");
  Section tls_section{tls ? *tls : none, "tls", faults};
  tls_section.secret_path("certificate", directory, out.certificate);
  tls_section.secret_path("private_key", directory, out.private_key);
  tls_section.refuse_the_rest();

  const toml::value* admin = top.table("admin");
  Section admin_section{admin ? *admin : none, "admin", faults};
  admin_section.path("socket", directory, out.admin_socket);
  admin_section.text("group", out.admin_group);
  admin_section.refuse_the_rest();

  if (const toml::value* log = top.table("log")) {
    Section section{*log, "log", faults};
    section.text("level", out.log_level);
    section.refuse_the_rest();
    constexpr std::string_view levels[] = {"debug", "info", "warning", "error"};
    if (!std::ranges::count(levels, std::string_view{out.log_level})) {
      section.fault(log->contains("level") ? log->at("level") : *log, "level must be debug, info, warning or error");
    }
  }
  if (const toml::value* http = top.table("http")) read_http(*http, out, faults);
  if (const toml::value* limits = top.table("limits")) read_limits(*limits, out.limits, out.core, faults);
  top.refuse_the_rest();
}

// The parser's report runs over many lines, with drawings; its first line and the line number say it all.
ConfigurationFault fault_of(const toml::exception& error) {
  std::string says{error.what()};
  says = says.substr(0, says.find('\n'));
  if (const auto colon = says.find(": "); colon != std::string::npos) says = says.substr(colon + 2);
  return {static_cast<std::uint32_t>(error.location().line()), "not TOML: " + says};
}

}  // namespace

std::expected<SocketAddress, std::string> parse_socket_address(std::string_view text) {
  const auto wrong = [&] {
    return std::unexpected{"\"" + std::string{text} + "\" is not ADDRESS:PORT, such as 0.0.0.0:8443 or [::1]:8443"};
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);

  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return wrong();

  SocketAddress address{std::string{host}, port};
  in6_addr parsed{};
  if (inet_pton(bracketed ? AF_INET6 : AF_INET, address.host.c_str(), &parsed) != 1) return wrong();
  return address;
}

std::string text_of(const SocketAddress& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return (six ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_loopback(const SocketAddress& address) {
  return address.host.starts_with("127.") || address.host == "::1";
}

std::expected<Configuration, std::vector<ConfigurationFault>> parse_configuration(
    std::string_view text, const std::filesystem::path& directory) {
  Configuration out;
  Faults faults;
  try {
    std::istringstream in{std::string{text}};
    read_root(toml::parse(in, "configuration"), directory, out, faults);
  } catch (const toml::exception& error) {
    faults.push_back(fault_of(error));
  } catch (const std::exception& error) {  // the parser throws plain ones for bytes that are not text
    faults.push_back({0, "not TOML: " + std::string{error.what()}.substr(0, 200)});
  }
  if (!faults.empty()) return std::unexpected{std::move(faults)};
  return out;
}

std::expected<Configuration, std::vector<ConfigurationFault>> read_configuration(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in) return std::unexpected{Faults{{0, "can't be read: check the path and its permissions"}}};
  std::ostringstream text;
  text << in.rdbuf();
  return parse_configuration(text.str(), std::filesystem::absolute(file).parent_path());
}

}  // namespace samband::server::edge
