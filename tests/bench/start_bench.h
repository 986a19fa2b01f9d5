// How long a server with many entries takes until it serves, and what memory it then has, idle.
#pragma once

#include <filesystem>

namespace samband::bench {

// `programs`: the folder with sambandd and sambandctl. `entries`: how many are posted first, by real devices.
void run_start(const std::filesystem::path& programs, std::size_t entries);

}  // namespace samband::bench
