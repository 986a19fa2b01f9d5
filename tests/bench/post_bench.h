// How many posts a second the server stores and syncs, beside what RocksDB takes in synced batches.
#pragma once

#include <filesystem>

namespace samband::bench {

// `programs`: the folder with sambandd and sambandctl.
void run_post(const std::filesystem::path& programs);

}  // namespace samband::bench
