// Numbers of bytes as people read and write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace samband::server::edge::ctl {

// "50GiB", "512MiB", "1.5TiB" or "1000" (bytes); KiB to PiB, in powers of 1024. nullopt for anything else, and for more
// than 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_size(std::string_view text);
[[nodiscard]] std::string size_text(std::uint64_t bytes);  // 1.5 TiB

}  // namespace samband::server::edge::ctl
