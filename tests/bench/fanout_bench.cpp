#include "tests/bench/fanout_bench.h"

#include <fmt/format.h>

#include "tests/bench/machine.h"
#include "tests/bench/meeting.h"
#include "tests/bench/raw_meeting.h"
#include "tests/bench/table.h"

namespace samband::bench {
namespace {

constexpr std::size_t rounds = 5;
constexpr std::size_t slow_rounds = 3;
constexpr std::size_t deliveries_one_by_one = 100'000;  // a round, at least
constexpr std::size_t deliveries_in_windows = 600'000;
constexpr std::size_t window = 32;
constexpr std::size_t messages_a_write = 16;
constexpr std::size_t slow_messages = 50;
constexpr std::chrono::milliseconds slow_interval{100};  // 10 messages a second

struct Rounds {
  std::vector<double> rates;
  std::vector<double> cpu_us;
  void add(const Round& round) {
    rates.push_back(round.deliveries_a_second);
    cpu_us.push_back(round.cpu_us);
  }
};
struct Skew {
  std::vector<double> p50;
  std::vector<double> p99;
  void add(const std::vector<double>& spreads) {
    p50.push_back(quantile(spreads, 0.5));
    p99.push_back(quantile(spreads, 0.99));
  }
};

std::size_t whole_writes(std::size_t messages) {
  return (messages + messages_a_write - 1) / messages_a_write * messages_a_write;
}

void print_rates(const std::string& what, const Rounds& samband, const Rounds& raw, const std::string& limit_is) {
  print({.what = "fanout: deliveries, " + what,
         .unit = "deliveries/s",
         .samband = median(samband.rates),
         .limit = median(raw.rates),
         .limit_is = limit_is});
  print({.what = "fanout: server CPU a delivery, " + what,
         .unit = "us",
         .samband = median(samband.cpu_us),
         .limit = median(raw.cpu_us),
         .limit_is = limit_is});
}

void measure_rates(Meeting& meeting, RawMeeting& raw) {
  const std::size_t subscribers = meeting.audience().size();
  const std::size_t one_by_one = whole_writes(deliveries_one_by_one / subscribers);
  const std::size_t in_windows = whole_writes(deliveries_in_windows / subscribers);
  static_cast<void>(meeting.post(messages_a_write, 1));  // tells how large an entry's frame is
  const std::size_t content_bytes = meeting.audience().entry_bytes();

  Rounds single, single_raw, windows, windows_raw;
  for (std::size_t round = 0; round < rounds; ++round) {
    single_raw.add(raw.send({.messages = one_by_one, .messages_a_write = 1, .content_bytes = content_bytes}));
    single.add(meeting.post(one_by_one, 1));
    windows_raw.add(
        raw.send({.messages = in_windows, .messages_a_write = messages_a_write, .content_bytes = content_bytes}));
    windows.add(meeting.post(in_windows, window));
  }
  print_rates("1 outstanding", single, single_raw, "raw TLS, 1 message a write");
  print_rates("32 outstanding", windows, windows_raw, "raw TLS, 16 messages a write");
}

void measure_skew(Meeting& meeting, RawMeeting& raw) {
  const std::size_t content_bytes = meeting.audience().entry_bytes();
  const RawSending slowly{.messages = slow_messages,
                          .messages_a_write = 1,
                          .interval_us = std::chrono::microseconds{slow_interval}.count(),
                          .content_bytes = content_bytes};
  Skew samband, machine;
  for (std::size_t round = 0; round < slow_rounds; ++round) {
    machine.add(raw.send_slowly(slowly));
    samband.add(meeting.post_slowly(slow_messages, slow_interval));
  }
  const auto line = [](const char* part, const std::vector<double>& ours, const std::vector<double>& limit) {
    print({.what = fmt::format("fanout: first to last listener at 10/s, {}", part),
           .unit = "ms",
           .samband = median(ours) * 1000,
           .limit = median(limit) * 1000,
           .limit_is = "raw TLS, 1 message a write"});
  };
  line("p50", samband.p50, machine.p50);
  line("p99", samband.p99, machine.p99);
}

}  // namespace

void run_fanout(const std::filesystem::path& programs, std::size_t subscribers) {
  raise_open_files();
  pin_to(load_core);
  Surroundings with;
  TrialServer server{programs};
  server.start();
  Meeting meeting{server, subscribers, with};
  server.stop();
  server.start();

  const double connection_kib = meeting.connect_all();
  RawMeeting raw{server, subscribers};
  print({.what = fmt::format("fanout: memory of an idle connection ({} of them)", subscribers),
         .unit = "KiB",
         .samband = connection_kib,
         .limit = raw.connection_kib(),
         .limit_is = "raw TLS that has not read or written"});
  measure_rates(meeting, raw);
  measure_skew(meeting, raw);
}

}  // namespace samband::bench
