#include "client/edge/progress_bar.h"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace samband::client {
namespace {

constexpr auto interval = std::chrono::milliseconds{100};
constexpr std::size_t bar_width = 24;
constexpr double mebibyte = 1024.0 * 1024.0;

}  // namespace

std::string ProgressBar::show(std::uint64_t done, std::uint64_t total, Clock::time_point now) {
  if (!began_) {
    began_ = now;
    began_at_ = done;
  }
  if (total == 0 || (shown_ && now - *shown_ < interval && done < total)) return "";
  shown_ = now;
  const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
  const auto filled = static_cast<std::size_t>(part * static_cast<double>(bar_width));
  const double seconds = std::chrono::duration<double>(now - *began_).count();
  const double rate = seconds > 0 ? static_cast<double>(done - std::min(done, began_at_)) / seconds : 0;
  std::string text = fmt::format("\r\x1b[K[{}{}] {:3.0f} %", std::string(filled, '#'),
                                 std::string(bar_width - filled, '.'), part * 100);
  if (rate > 0) {
    text += fmt::format("  {:.1f} MiB/s  {:.0f} s", rate / mebibyte, static_cast<double>(total - done) / rate);
  }
  return text;
}

std::string ProgressBar::clear() {
  return std::exchange(shown_, std::nullopt) ? "\r\x1b[K" : "";
}

}  // namespace samband::client
