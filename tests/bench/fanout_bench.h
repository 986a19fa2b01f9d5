// How the server brings one channel's entries to everybody in it, beside a raw sender over the same TLS.
#pragma once

#include <cstddef>
#include <filesystem>

namespace samband::bench {

// `programs`: the folder with sambandd and sambandctl.
void run_fanout(const std::filesystem::path& programs, std::size_t subscribers);

}  // namespace samband::bench
