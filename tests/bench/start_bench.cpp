#include "tests/bench/start_bench.h"

#include <algorithm>
#include <fmt/format.h>

#include "server/edge/stores.h"
#include "tests/bench/must.h"
#include "tests/bench/table.h"
#include "tests/bench/timing.h"
#include "tests/bench/writers.h"

namespace samband::bench {
namespace {

constexpr std::size_t writers = 16;
constexpr std::size_t outstanding = 32;  // of each writer
constexpr std::size_t posts_a_round = 1000;
constexpr std::size_t message_bytes = 256;
constexpr std::size_t starts = 7;

void fill(const TrialServer& server, std::size_t entries) {
  Surroundings with;
  const auto tls = client_tls();
  std::vector<Writer> all = make_writers(server, writers, with, *tls);
  for (std::size_t left = entries; left > 0;) {
    const std::size_t posts = std::clamp<std::size_t>(left / writers, 1, posts_a_round);
    for (Writer& writer : all) writer.prepare(posts, message_bytes);
    static_cast<void>(post_all(all, outstanding));
    left -= std::min(left, posts * writers);
  }
}

// What any server over these stores must wait for: RocksDB opening both.
double seconds_to_open(const TrialServer& server) {
  const auto configuration =
      must(server::edge::read_configuration(server.configuration()), "the server's configuration can't be read");
  const auto start = Clock::now();
  const auto stores = server::edge::open_stores(configuration, server::edge::StoreUse::serve);
  const double seconds = seconds_since(start);
  must(stores.has_value(), "the server's stores can't be opened");
  return seconds;
}

}  // namespace

void run_start(const std::filesystem::path& programs, std::size_t entries) {
  TrialServer server{programs};
  pin_to(load_core);
  server.start();
  const double empty_kib = resident_kib(server.process());
  fill(server, entries);
  server.stop();

  Pairs milliseconds;
  Pairs kib;
  for (std::size_t i = 0; i < starts; ++i) {
    const double limit = seconds_to_open(server);
    const auto start = Clock::now();
    server.start();
    milliseconds.add(seconds_since(start), limit);
    kib.add(resident_kib(server.process()), empty_kib);
    server.stop();
  }
  print({.what = fmt::format("start: to ready with {} entries", entries),
         .unit = "ms",
         .scale = 1000,
         .limit_is = "RocksDB opening the same stores"},
        milliseconds);
  print({.what = fmt::format("start: idle memory with {} entries", entries),
         .unit = "MiB",
         .scale = 1.0 / 1024,
         .limit_is = "the same server while it was empty"},
        kib);
}

}  // namespace samband::bench
