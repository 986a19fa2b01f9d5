// What was typed, as a value: the command line of `samband` and its checks.
#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/core/commands.h"
#include "client/edge/files.h"
#include "client/edge/invocation.h"

namespace samband::client {

// What applies to every command.
struct Globals {
  std::filesystem::path profile;
  bool json = false;
  bool verbose = false;  // log lines on stderr
  std::optional<std::filesystem::path> passphrase_file;
  std::chrono::seconds wait{10};  // for a server that is away
};

// Where `enrol` makes a profile, and how it is locked.
struct EnrolOptions {
  Enrol command;
  bool no_passphrase = false;
  std::optional<std::filesystem::path> trust_file;
};

struct WatchOptions {
  std::filesystem::path folder;
  std::string channel;
};

// A command for the core, or one that the edge itself carries out with several.
using Action = std::variant<Command, EnrolOptions, WatchOptions>;

// Goes on until it is interrupted: agent, read --follow, guidance watch.
[[nodiscard]] bool is_endless(const Action& action);

struct Parsed {
  Globals globals;
  Action action;
};

// Help was asked for: print it and exit 0.
struct HelpText {
  std::string text;
};

enum class UsageProblem : std::uint8_t {
  command_line,  // `detail` is the parser's own sentence
  not_utf8,
  bad_time,  // neither RFC 3339 nor relative
  bad_duty,
  no_such_file,  // status 1 from here on: the command line itself was right
  not_a_file,
  file_unreadable,
};

struct UsageError {
  UsageProblem problem{};
  std::string detail;  // the word or path it is about
};

[[nodiscard]] ExitStatus exit_status_of(UsageProblem problem);

using ParseResult = std::variant<Parsed, HelpText, UsageError>;

// `now`: what relative times are counted from.
[[nodiscard]] ParseResult parse_arguments(const Invocation& invocation, WallTime now);

// "2027-01-15T09:00:00+01:00", "+10m", "+7d" (s, m, h, d). nullopt for anything else.
[[nodiscard]] std::optional<WallTime> parse_time(const std::string& text, WallTime now);

}  // namespace samband::client
