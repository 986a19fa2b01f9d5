// What the client says to staff, in English, bokmål and nynorsk. An error is one line: what happened, then
// what to do.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "client/core/faults.h"
#include "client/core/lines.h"
#include "client/edge/arguments.h"
#include "client/edge/owner.h"
#include "client/edge/profile_folder.h"
#include "client/edge/relay.h"

namespace samband::client {

enum class Language : std::uint8_t { en, nb, nn };
[[nodiscard]] Language language_from(std::string_view code);

// One sentence in each language. `{}` stands for what the sentence is about.
struct Phrase {
  std::string_view en;
  std::string_view nb;
  std::string_view nn;
  [[nodiscard]] std::string_view in(Language language) const;
  // With `about` in the place of `{}`.
  [[nodiscard]] std::string with(Language language, std::string_view about) const;
};

// Without the "samband: " in front and the line feed behind.
[[nodiscard]] std::string text_of(const Failure& failure, Language language);
[[nodiscard]] std::string text_of(const TransportFailure& failure, Language language);
[[nodiscard]] std::string text_of(const UsageError& error, Language language);
[[nodiscard]] std::string text_of(ProfileError error, Language language, std::string_view path);
[[nodiscard]] std::string text_of(RelayError error, Language language, std::string_view path);
[[nodiscard]] std::string text_of(const WarningLine& warning, Language language);

[[nodiscard]] ExitStatus exit_status_of(Fault fault);

}  // namespace samband::client
