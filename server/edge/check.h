// `sambandd check`: reads everything a server stands on, and changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "crypto/bytes/fixed_id.h"
#include "storage/model/entry.h"
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

// The part about the logs: that each entry continues the one before it. `each` is told every sound one.
void check_chains(
    const storage::Store& main, CheckReport& report,
    const std::function<void(const storage::Entry&, const Hash&)>& each = [](const storage::Entry&, const Hash&) {});
// What the stores hold, and how it fits together.
void check_content(const storage::Store& main, const storage::Store& chunks, CheckReport& report);

void add_fault(CheckReport& report, std::string fault);

}  // namespace samband::server::edge
