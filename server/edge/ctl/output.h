// What sambandctl prints: tab-separated lines for people, or one JSON object a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "server/edge/ctl/server_client.h"

namespace samband::server::edge::ctl {

// One line. Field names are stable: scripts rely on them.
class Line {
 public:
  Line& text(std::string_view name, std::string_view value);
  Line& number(std::string_view name, std::uint64_t value);
  Line& flag(std::string_view name, bool value);  // for people: the name, or nothing

  void print(bool json) const;

 private:
  struct Field {
    std::string name;
    std::string plain;
    std::string json;
  };
  std::vector<Field> fields_;
};

// One line on standard error, `sambandctl: WHAT HAPPENED: WHAT TO DO`, and its status.
int fail(const Failure& failure);

// A control character in a name could move a terminal's cursor; it is shown as a space.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace samband::server::edge::ctl
