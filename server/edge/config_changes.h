// What a reload changes: each setting by its name, from what to what, and whether it can change while the server runs.
#pragma once

#include <string>
#include <vector>

#include "server/edge/config.h"

namespace samband::server::edge {

struct SettingChange {
  std::string name;  // as in the file: "limits.idle_timeout_ms"
  std::string from;
  std::string to;
  bool needs_restart = false;
};

// In the order of the file.
[[nodiscard]] std::vector<SettingChange> changes_between(const Configuration& in_force, const Configuration& fresh);

// What is in force after the reload: `fresh` in all that can change while the server runs, `in_force` in the rest.
[[nodiscard]] Configuration with_live_settings(const Configuration& in_force, const Configuration& fresh);

}  // namespace samband::server::edge
