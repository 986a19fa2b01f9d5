// A QR code as an SVG picture, to stand inside a page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace samband::server::edge::ctl {

// Black on white with the quiet zone of four modules that readers need (ISO/IEC 18004 §6.3.8), sized by its container.
// nullopt for a text that no code can hold (some 2300 bytes).
[[nodiscard]] std::optional<std::string> qr_svg(std::string_view text);

}  // namespace samband::server::edge::ctl
