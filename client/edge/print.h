// Lines as a person reads them, and as scripts do.
#pragma once

#include <optional>
#include <string>

#include "client/core/lines.h"
#include "client/edge/texts.h"

namespace samband::client {

// One or more lines of text, each with its line feed; empty for what only scripts and progress bars need.
[[nodiscard]] std::string for_people(const Line& line, Language language);

// True for what goes to standard error: warnings and what happened unasked.
[[nodiscard]] bool is_remark(const Line& line);

// One JSON object with its line feed. Field names are stable; nullopt for progress.
[[nodiscard]] std::optional<std::string> for_scripts(const Line& line);

}  // namespace samband::client
