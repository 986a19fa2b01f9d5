#include "tests/bench/sending.h"

#include "tests/bench/machine.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr int listen_milliseconds = 1000;
constexpr std::chrono::seconds silence_max{30};

}  // namespace

void await_all(Audience& audience, std::size_t messages, const std::function<void()>& between) {
  auto progress = Clock::now();
  std::size_t before = 0;
  while (audience.complete() < messages) {
    audience.listen(listen_milliseconds);
    between();
    if (audience.complete() != before) progress = Clock::now();
    before = audience.complete();
    must(Clock::now() - progress < silence_max, "messages do not arrive");
  }
}

Round measure_round(pid_t sender, Audience& audience, std::size_t messages, const std::function<void()>& work) {
  audience.start_over();
  const double cpu_before = cpu_seconds(sender);
  const auto start = Clock::now();
  work();
  const double seconds = seconds_since(start);
  const auto deliveries = static_cast<double>(messages * audience.size());
  return {deliveries / seconds, (cpu_seconds(sender) - cpu_before) * 1e6 / deliveries};
}

}  // namespace samband::bench
