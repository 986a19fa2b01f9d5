#include "server/edge/ctl/output.h"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

namespace samband::server::edge::ctl {

std::string printable(std::string_view text) {
  std::string out{text};
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return out;
}

Line& Line::text(std::string_view name, std::string_view value) {
  // What is not UTF-8 can't be in a JSON text; the server refuses such names, so this only keeps us from throwing.
  const auto replace = nlohmann::json::error_handler_t::replace;
  fields_.push_back({std::string{name}, printable(value), nlohmann::json(value).dump(-1, ' ', false, replace)});
  return *this;
}

Line& Line::number(std::string_view name, std::uint64_t value) {
  fields_.push_back({std::string{name}, std::to_string(value), std::to_string(value)});
  return *this;
}

Line& Line::flag(std::string_view name, bool value) {
  fields_.push_back({std::string{name}, value ? std::string{name} : "", value ? "true" : "false"});
  return *this;
}

void Line::print(bool json) const {
  std::string out;
  for (const Field& field : fields_) {
    if (json) {
      out += (out.empty() ? "{\"" : ",\"") + field.name + "\":" + field.json;
    } else {
      out += (&field == &fields_.front() ? "" : "\t") + field.plain;
    }
  }
  std::cout << out << (json ? "}\n" : "\n");
}

int fail(const Failure& failure) {
  std::cerr << "sambandctl: " << printable(failure.says) << '\n';
  return static_cast<int>(failure.exit);
}

}  // namespace samband::server::edge::ctl
