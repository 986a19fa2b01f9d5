#include "tests/bench/post_bench.h"

#include <fmt/format.h>

#include "storage/model/entry.h"
#include "storage/model/server_layout.h"
#include "tests/bench/rocks_limit.h"
#include "tests/bench/table.h"
#include "tests/bench/timing.h"
#include "tests/bench/writers.h"

namespace samband::bench {
namespace {

constexpr std::size_t writers = 16;
constexpr std::size_t outstanding = 32;     // of each writer
constexpr std::size_t posts_a_round = 400;  // of each writer
constexpr std::size_t single_posts_a_round = 200;
constexpr std::size_t rounds = 7;  // many and short: a sync takes ten times as long from one moment to the next
constexpr std::size_t message_bytes = 1024;

struct PostRates {
  Pairs posts_a_second;
  Pairs cpu_us;  // of the server's process for each post, and of this thread for each record in RocksDB
};

// The record that RocksDB would be given for the same post.
Record record_of(const Channel& channel, const EnrolledDevice& device, std::uint64_t seq, Bytes message) {
  const storage::Entry entry{.kind = storage::EntryKind::message,
                             .channel = channel.id(),
                             .seq = seq,
                             .sender = device.id,
                             .body = std::move(message)};
  return {storage::server_store::entry_key(channel.id(), seq), storage::encode(entry)};
}

void measure_round(pid_t server, std::span<Writer> all, std::size_t posts, std::size_t in_flight_max, RocksLimit& rocks,
                   std::size_t batch, PostRates& rates) {
  std::vector<Record> records;
  for (Writer& writer : all) {
    writer.prepare(posts, message_bytes);
    for (std::size_t i = 0; i < posts; ++i) {
      records.push_back(
          record_of(*writer.channel, writer.device, writer.channel->next_seq() + i, writer.posts[i].message));
    }
  }
  const auto count = static_cast<double>(records.size());
  double rocks_seconds = 0;
  const double rocks_cpu = cpu_seconds_of([&] { rocks_seconds = rocks.write(records, batch); });
  const double cpu_before = cpu_seconds(server);
  const double samband_seconds = post_all(all, in_flight_max);
  const double samband_cpu = cpu_seconds(server) - cpu_before;
  rates.posts_a_second.add(count / samband_seconds, count / rocks_seconds);
  rates.cpu_us.add(samband_cpu * 1e6 / count, rocks_cpu * 1e6 / count);
}

void print_rates(const std::string& what, const PostRates& rates, const std::string& limit_is) {
  print({.what = "post: " + what + ", stored and synced", .unit = "posts/s", .limit_is = limit_is},
        rates.posts_a_second);
  print({.what = "post: server CPU a post, " + what, .unit = "us", .limit_is = limit_is}, rates.cpu_us);
}

}  // namespace

void run_post(const std::filesystem::path& programs) {
  TrialServer server{programs};
  server.start();
  RocksLimit rocks{server.folder() / "rocks"};
  pin_to(load_core);
  Surroundings with;
  const auto tls = client_tls();
  std::vector<Writer> all = make_writers(server, writers, with, *tls);

  PostRates pipelined;
  PostRates single;
  for (std::size_t round = 0; round < rounds; ++round) {
    measure_round(server.process(), all, posts_a_round, outstanding, rocks, rocks_batch_records, pipelined);
    measure_round(server.process(), std::span{all}.first(1), single_posts_a_round, 1, rocks, 1, single);
  }
  print_rates(fmt::format("{} writers with {} outstanding", writers, outstanding), pipelined,
              "RocksDB, the same records in synced batches of 64");
  print_rates("1 writer with 1 outstanding", single, "RocksDB, one synced record at a time");
  all.clear();
  server.stop();
}

}  // namespace samband::bench
