// Who does work that falls into independent pieces, such as the signatures of a large tree. crypto/ has no threads of
// its own: a caller with cores to spare brings a Workforce.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <functional>
#include <vector>

namespace samband::mls {

class Workforce {
 public:
  virtual ~Workforce() = default;
  // Calls `work` with 0 to pieces - 1, each once, in any order and perhaps several at a time. Returns when all have,
  // and whoever called then sees what they wrote.
  virtual void carry_out(std::size_t pieces, const std::function<void(std::size_t)>& work) const = 0;
};

// One piece after the other, on the thread that asks.
class InPlace final : public Workforce {
 public:
  void carry_out(std::size_t pieces, const std::function<void(std::size_t)>& work) const override {
    for (std::size_t piece = 0; piece < pieces; ++piece) work(piece);
  }
};
inline const InPlace in_place;

// Items that are judged together: enough that handing them out costs nothing.
inline constexpr std::size_t items_a_piece = 16;

// `judge(i)` is a std::expected<void, E>. What it says of the first of `count` items that it refuses, whoever does the
// work; items after that one may not be judged at all.
template <class Judge>
[[nodiscard]] auto judge_all(const Workforce& workforce, std::size_t count, const Judge& judge) {
  using Verdict = decltype(judge(std::size_t{0}));
  const std::size_t pieces = (count + items_a_piece - 1) / items_a_piece;
  std::vector<Verdict> verdicts(pieces);
  std::atomic<std::size_t> first_refused{pieces};
  workforce.carry_out(pieces, [&](std::size_t piece) {
    const std::size_t end = std::min(count, (piece + 1) * items_a_piece);
    for (std::size_t i = piece * items_a_piece; i < end && first_refused.load(std::memory_order_relaxed) >= piece;
         ++i) {
      verdicts[piece] = judge(i);
      if (verdicts[piece]) continue;
      std::size_t known = first_refused.load(std::memory_order_relaxed);
      while (piece < known && !first_refused.compare_exchange_weak(known, piece, std::memory_order_relaxed)) {
      }
      return;
    }
  });
  const std::size_t refused = first_refused.load(std::memory_order_relaxed);
  return refused == pieces ? Verdict{} : verdicts[refused];
}

}  // namespace samband::mls
