// The guard at the door: what it finds stops a message, unless the writer has given a reason.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "client/core/content/content.h"
#include "client/core/guard/guard.h"
#include "client/core/outcome.h"

namespace samband::client {

// stopped_by_guard with what was seen, when there is something and no reason.
[[nodiscard]] Outcome pass_guard(const std::vector<Finding>& findings, const std::optional<std::string>& reason);
[[nodiscard]] Outcome pass_guard(std::string_view text, const std::optional<std::string>& reason, WallTime now);
// The reason travels with the message, so that others see that there was one.
void record_guard_reason(Content& content, const std::optional<std::string>& reason);

}  // namespace samband::client
