// What the programs of the server say of a command line that they can't take.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace samband::server::edge {

// One line: what is wrong, and whose `--help` to read. `app` has parsed, and thrown `error`.
[[nodiscard]] inline std::string usage_line(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App* asked = &app;
  std::string command = app.get_name();
  while (!asked->get_subcommands().empty()) {
    asked = asked->get_subcommands().front();
    command += " " + asked->get_name();
  }
  const auto left = app.remaining(true);
  const bool unknown = dynamic_cast<const CLI::RequiredError*>(&error) != nullptr && !left.empty();
  return (unknown ? "there is no command " + left.front() : std::string{error.what()}) + ": see " + command + " --help";
}

}  // namespace samband::server::edge
