// Workforces for tests: real threads, and a count of what was asked. Included by tests only.
#pragma once

#include <atomic>
#include <thread>
#include <vector>

#include "crypto/mls/tree/workforce.h"

namespace samband::mls::testing {

// Four threads that take the pieces from the last to the first, so that a later fault is often found before an earlier.
class Crowd final : public Workforce {
 public:
  void carry_out(std::size_t pieces, const std::function<void(std::size_t)>& work) const override {
    std::atomic<std::size_t> taken{0};
    std::vector<std::jthread> threads;
    for (std::size_t worker = 0; worker < workers; ++worker) {
      threads.emplace_back([&] {
        for (std::size_t next = taken++; next < pieces; next = taken++) work(pieces - 1 - next);
      });
    }
  }

 private:
  static constexpr std::size_t workers = 4;
};

// Notes how many pieces it was given.
class CountedWork final : public Workforce {
 public:
  void carry_out(std::size_t pieces, const std::function<void(std::size_t)>& work) const override {
    pieces_ += pieces;
    in_place.carry_out(pieces, work);
  }
  [[nodiscard]] std::size_t pieces() const { return pieces_; }

 private:
  mutable std::size_t pieces_ = 0;
};

}  // namespace samband::mls::testing
