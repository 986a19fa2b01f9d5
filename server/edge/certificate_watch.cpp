#include "server/edge/certificate_watch.h"

#include <sys/stat.h>
#include <utility>

#include "server/edge/credentials.h"

namespace samband::server::edge {
namespace {

std::array<std::int64_t, 7> trace_of(const std::filesystem::path& written) {
  struct stat found{};
  const auto file = resolved(written);
  if (!file || ::stat(file->c_str(), &found) != 0) return {};
  return {static_cast<std::int64_t>(found.st_dev),
          static_cast<std::int64_t>(found.st_ino),
          found.st_size,
          found.st_mtim.tv_sec,
          found.st_mtim.tv_nsec,
          found.st_ctim.tv_sec,
          found.st_ctim.tv_nsec};
}

ExpiryWarning::Stage stage_of(WallTime now, WallTime expires_at) {
  using enum ExpiryWarning::Stage;
  constexpr std::uint64_t day_ms = 24ULL * 3600 * 1000;
  if (now >= expires_at) return expired;
  const std::uint64_t left_ms = expires_at.ms - now.ms;
  if (left_ms <= day_ms) return days_1;
  if (left_ms <= 7 * day_ms) return days_7;
  if (left_ms <= 14 * day_ms) return days_14;
  return left_ms <= 30 * day_ms ? days_30 : far;
}

}  // namespace

CertificateWatch::CertificateWatch(std::filesystem::path certificate, std::filesystem::path private_key)
    : certificate_{std::move(certificate)}, private_key_{std::move(private_key)}, known_{traces()}, seen_{known_} {}

CertificateWatch::Traces CertificateWatch::traces() const {
  return {trace_of(certificate_), trace_of(private_key_)};
}

bool CertificateWatch::look(Time now) {
  const Traces there = traces();
  if (there != seen_) {
    seen_ = there;
    seen_since_ = now;
  }
  if (seen_ == known_ || now - seen_since_ < quiet_min) return false;
  known_ = seen_;
  return true;
}

std::optional<ExpiryWarning::Stage> ExpiryWarning::look(WallTime now, WallTime expires_at) {
  const Stage reached = stage_of(now, expires_at);
  if (std::exchange(told_, reached) == reached || reached == Stage::far) return std::nullopt;
  return reached;
}

std::uint64_t days_left(WallTime now, WallTime expires_at) {
  constexpr std::uint64_t day_ms = 24ULL * 3600 * 1000;
  return now >= expires_at ? 0 : (expires_at.ms - now.ms) / day_ms;
}

}  // namespace samband::server::edge
