// What MLS costs a member and the server, beside the primitives it is made of.
#pragma once

#include <cstddef>
#include <span>

namespace samband::bench {

// `sizes`: members of the groups that are measured, each at least 2.
void run_mls(std::span<const std::size_t> sizes);

}  // namespace samband::bench
