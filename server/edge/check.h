// `sambandd check`: reads everything a server stands on, and changes nothing.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "crypto/bytes/fixed_id.h"
#include "storage/store.h"

namespace samband::server::edge {

inline constexpr std::size_t faults_reported_max = 100;

struct CheckReport {
  std::vector<std::string> faults;  // a line each: what is wrong, and what to do; at most faults_reported_max
  std::uint64_t channels = 0;
  std::uint64_t entries = 0;
};

// Configuration, certificate, keys, checksums of both stores, the directory against its signed head, and every
// channel's log from its first entry to its last.
[[nodiscard]] CheckReport check(const std::filesystem::path& configuration_file, WallTime now);

// The part about the logs: that each entry continues the one before it.
void check_chains(const storage::Store& main, CheckReport& report);

}  // namespace samband::server::edge
