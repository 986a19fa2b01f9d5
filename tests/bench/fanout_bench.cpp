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
  Pairs rates;
  Pairs cpu_us;
  void add(const Round& samband, const Round& raw) {
    rates.add(samband.deliveries_a_second, raw.deliveries_a_second);
    cpu_us.add(samband.cpu_us, raw.cpu_us);
  }
};

std::size_t whole_writes(std::size_t messages) {
  return (messages + messages_a_write - 1) / messages_a_write * messages_a_write;
}

std::string to_listeners(std::size_t subscribers, const std::string& what) {
  return fmt::format("fanout to {}: {}", subscribers, what);
}

void print_rates(std::size_t subscribers, const std::string& how, const Rounds& rounds_of,
                 const std::string& limit_is) {
  print({.what = to_listeners(subscribers, "deliveries, " + how), .unit = "deliveries/s", .limit_is = limit_is},
        rounds_of.rates);
  print({.what = to_listeners(subscribers, "server CPU a delivery, " + how), .unit = "us", .limit_is = limit_is},
        rounds_of.cpu_us);
}

void measure_rates(Meeting& meeting, RawMeeting& raw) {
  const std::size_t subscribers = meeting.audience().size();
  const std::size_t one_by_one = whole_writes(deliveries_one_by_one / subscribers);
  const std::size_t in_windows = whole_writes(deliveries_in_windows / subscribers);
  static_cast<void>(meeting.post(messages_a_write, 1));  // tells how large an entry's frame is
  const std::size_t content_bytes = meeting.audience().entry_bytes();

  const RawSending singly{.messages = one_by_one, .messages_a_write = 1, .content_bytes = content_bytes};
  const RawSending together{
      .messages = in_windows, .messages_a_write = messages_a_write, .content_bytes = content_bytes};
  Rounds single;
  Rounds windows;
  for (std::size_t round = 0; round < rounds; ++round) {
    const Round raw_single = raw.send(singly);
    single.add(meeting.post(one_by_one, 1), raw_single);
    const Round raw_together = raw.send(together);
    windows.add(meeting.post(in_windows, window), raw_together);
  }
  print_rates(subscribers, "1 outstanding", single, "raw TLS, 1 message a write");
  print_rates(subscribers, "32 outstanding", windows, "raw TLS, 16 messages a write");
}

void measure_skew(Meeting& meeting, RawMeeting& raw) {
  const RawSending slowly{.messages = slow_messages,
                          .messages_a_write = 1,
                          .interval_us = std::chrono::microseconds{slow_interval}.count(),
                          .content_bytes = meeting.audience().entry_bytes()};
  Pairs p50;
  Pairs p99;
  for (std::size_t round = 0; round < slow_rounds; ++round) {
    const std::vector<double> limit = raw.send_slowly(slowly);
    const std::vector<double> samband = meeting.post_slowly(slow_messages, slow_interval);
    p50.add(quantile(samband, 0.5), quantile(limit, 0.5));
    p99.add(quantile(samband, 0.99), quantile(limit, 0.99));
  }
  const auto line = [&](const char* part, const Pairs& seconds) {
    print({.what = to_listeners(meeting.audience().size(), std::string{"first to last at 10/s, "} + part),
           .unit = "ms",
           .scale = 1000,
           .limit_is = "raw TLS, 1 message a write"},
          seconds);
  };
  line("p50", p50);
  line("p99", p99);
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
  Pairs connection;
  connection.add(connection_kib, raw.connection_kib());
  print({.what = to_listeners(subscribers, "memory of an idle connection"),
         .unit = "KiB",
         .limit_is = "raw TLS that has not read or written"},
        connection);
  measure_rates(meeting, raw);
  measure_skew(meeting, raw);
}

}  // namespace samband::bench
