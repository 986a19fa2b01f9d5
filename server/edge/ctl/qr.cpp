#include "server/edge/ctl/qr.h"

#include <fmt/format.h>
#include <memory>
#include <qrencode.h>

namespace samband::server::edge::ctl {

std::optional<std::string> qr_svg(std::string_view text) {
  constexpr int quiet_modules = 4;
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code{
      QRcode_encodeString8bit(std::string{text}.c_str(), 0, QR_ECLEVEL_M), &QRcode_free};
  if (!code) return std::nullopt;
  const int side = code->width + 2 * quiet_modules;
  std::string path;
  for (int y = 0; y < code->width; ++y) {
    for (int x = 0; x < code->width; ++x) {
      const bool dark = (code->data[y * code->width + x] & 1U) != 0;
      if (dark) path += fmt::format("M{} {}h1v1h-1z", x + quiet_modules, y + quiet_modules);
    }
  }
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {0}\" shape-rendering=\"crispEdges\" role=\"img\" "
      "aria-label=\"QR\"><rect width=\"{0}\" height=\"{0}\" fill=\"#fff\"/><path d=\"{1}\" fill=\"#000\"/></svg>",
      side, path);
}

}  // namespace samband::server::edge::ctl
