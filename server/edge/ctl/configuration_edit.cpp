#include "server/edge/ctl/configuration_edit.h"

#include <fmt/format.h>

namespace samband::server::edge::ctl {
namespace {

std::string_view without_indent(std::string_view line) {
  const auto begin = line.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view{} : line.substr(begin);
}

bool sets(std::string_view line, std::string_view key) {
  line = without_indent(line);
  return line.starts_with(key) && without_indent(line.substr(key.size())).starts_with('=');
}

}  // namespace

std::string with_setting(std::string_view toml, std::string_view key, std::string_view value) {
  const std::string setting = fmt::format("{} = \"{}\"\n", key, value);
  std::size_t begin = 0;
  while (begin < toml.size()) {
    const auto end = toml.find('\n', begin);
    const std::string_view line = toml.substr(begin, end - begin);
    const std::size_t next = end == std::string_view::npos ? toml.size() : end + 1;
    if (sets(line, key)) return fmt::format("{}{}{}", toml.substr(0, begin), setting, toml.substr(next));
    if (without_indent(line).starts_with('[')) break;
    begin = next;
  }
  const bool in_a_line = begin > 0 && toml[begin - 1] != '\n';
  return fmt::format("{}{}{}{}", toml.substr(0, begin), in_a_line ? "\n" : "", setting, toml.substr(begin));
}

}  // namespace samband::server::edge::ctl
