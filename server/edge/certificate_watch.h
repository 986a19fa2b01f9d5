// The certificate while the server runs: whether its files have changed, and how long it is still good for.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "crypto/bytes/fixed_id.h"

namespace samband::server::edge {

// Notices new files, also where they replace the old ones under the same name. A renewal writes several files, one
// after the other; it is told of once, when they have been quiet for `quiet_min`.
class CertificateWatch {
 public:
  static constexpr std::chrono::milliseconds quiet_min{1500};
  using Time = std::chrono::steady_clock::time_point;

  // What is there now is what the server uses.
  CertificateWatch(std::filesystem::path certificate, std::filesystem::path private_key);

  // True once for each change, when it has settled: the files are to be loaded, or to be left until they change again.
  [[nodiscard]] bool look(Time now);

 private:
  // Device, inode, size, times of content and of inode; zeros when there is no such file.
  using Trace = std::array<std::int64_t, 7>;
  using Traces = std::array<Trace, 2>;
  [[nodiscard]] Traces traces() const;

  std::filesystem::path certificate_;
  std::filesystem::path private_key_;
  Traces known_;  // dealt with
  Traces seen_;   // at the last look
  Time seen_since_{};
};

// Warns as the end comes near: at 30, 14, 7 and 1 days, once each, and once when it is over.
class ExpiryWarning {
 public:
  enum class Stage : std::uint8_t { far, days_30, days_14, days_7, days_1, expired };

  // The stage that has been reached; nullopt while it is the one that was told last, or `far`.
  [[nodiscard]] std::optional<Stage> look(WallTime now, WallTime expires_at);

 private:
  Stage told_ = Stage::far;
};

// Whole days from `now` until then; 0 when it has passed.
[[nodiscard]] std::uint64_t days_left(WallTime now, WallTime expires_at);

}  // namespace samband::server::edge
