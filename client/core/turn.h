// One step of the client: its time, and the effects it gathers. Effects leave only after the profile's write.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "client/core/effects.h"
#include "client/core/task.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::client {

// Entries, heads and times of the server may be this far ahead of the client's clock (ms).
inline constexpr std::uint64_t server_ahead_ms_max = 5ULL * 60 * 1000;

class Turn {
 public:
  void begin(WallTime now) {
    now_ = now;
    std::erase_if(timers_, [&](const auto& timer) {
      if (timer.first > now_) return false;
      timer.second.settle(true);
      return true;
    });
  }
  [[nodiscard]] WallTime now() const { return now_; }
  [[nodiscard]] ReadyQueue& ready() { return ready_; }

  void send(Bytes frame) { effects_.emplace_back(SendFrame{std::move(frame)}); }
  void tell(OperationId operation, Line line) { effects_.emplace_back(Tell{operation, std::move(line)}); }
  void tell_everybody(Line line) { effects_.emplace_back(Tell{std::nullopt, std::move(line)}); }
  void finish(OperationId operation, std::optional<Failure> failure) {
    effects_.emplace_back(Finished{operation, std::move(failure)});
  }
  void log(std::string text) { effects_.emplace_back(LogLine{std::move(text)}); }
  void disconnect(bool reconnect, Failure reason) { effects_.emplace_back(Disconnect{reconnect, std::move(reason)}); }
  void warn(WarningLine warning) { tell_everybody(std::move(warning)); }

  // Settles true at that time, or at the first step after it.
  [[nodiscard]] Later<bool> until(WallTime when) {
    const Later<bool> later{ready_};
    timers_.emplace_back(when, later);
    return later;
  }

  // The earliest of all times asked for since the last step becomes one WakeAt.
  void wake_at(WallTime when) {
    if (!wake_ || when < *wake_) wake_ = when;
  }

  [[nodiscard]] Effects take() {
    for (const auto& [when, later] : timers_) wake_at(when);
    if (wake_) effects_.emplace_back(WakeAt{*wake_});
    wake_.reset();
    return std::exchange(effects_, {});
  }

 private:
  WallTime now_;
  Effects effects_;
  std::optional<WallTime> wake_;
  ReadyQueue ready_;
  std::vector<std::pair<WallTime, Later<bool>>> timers_;
};

}  // namespace samband::client
