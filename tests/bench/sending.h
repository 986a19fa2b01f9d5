// One round of sending to an audience, whoever sends: how fast it was heard, and what it cost the sender.
#pragma once

#include <functional>

#include "tests/bench/audience.h"

namespace samband::bench {

struct Round {
  double deliveries_a_second = 0;
  double cpu_us = 0;  // of the sender's process, for each delivery
};

// Listens until all have had `messages`; `between` is called whenever something may have been heard. Gives up when
// nothing arrives for long.
void await_all(Audience& audience, std::size_t messages, const std::function<void()>& between);

// `work` brings `messages` to everybody in the audience, which starts over before it.
[[nodiscard]] Round measure_round(pid_t sender, Audience& audience, std::size_t messages,
                                  const std::function<void()>& work);

}  // namespace samband::bench
