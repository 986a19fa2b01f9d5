#include "tests/bench/mls_bench.h"

#include <fmt/format.h>

#include "crypto/mls/wire/message.h"
#include "tests/bench/mls_primitives.h"
#include "tests/bench/must.h"
#include "tests/bench/table.h"
#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

constexpr std::size_t sizes[] = {2, 10, 100, 1000};
constexpr std::size_t bulk_rounds = 5;
constexpr std::size_t commit_rounds = 15;
constexpr std::size_t message_rounds = 5;
constexpr std::size_t messages_a_round = 100;
constexpr std::size_t message_bytes = 1024;

void print_time(const std::string& what, std::size_t members, double seconds, double limit,
                const std::string& limit_is) {
  print({.what = fmt::format("mls {:>4}: {}", members, what),
         .unit = "ms",
         .samband = seconds * 1000,
         .limit = limit * 1000,
         .limit_is = limit_is});
}

// Everybody enters in one Commit, then one of them joins; then the first Commit with a path, over blank parents.
void measure_bulk_add(Surroundings& with, const Primitives& primitives, std::size_t members) {
  const Device creator = with.new_device();
  const std::vector<Device> joiners = with.new_devices(members - 1);
  std::vector<mls::KeyPackageBundle> bundles;
  mls::CommitOptions options;
  for (const Device& joiner : joiners) {
    bundles.push_back(with.new_key_package(joiner));
    options.adds.push_back(bundles.back().key_package);
  }
  mls::Group group = with.new_group(creator);
  std::vector<mls::AddressedWelcome> welcomes;
  const double adding = median_cpu_seconds(bulk_rounds, 1, [&] {
    group.clear_pending();
    const auto outgoing = must(group.create_commit(options, with.services(), with.random), "adding was refused");
    welcomes = must(outgoing.make_welcomes({}, mls::TreeDelivery::out_of_band, with.random), "no Welcomes");
  });
  print_time("add all in one Commit, with Welcomes", members, adding, primitives.bulk_add(members),
             "2 verify + 1 HPKE seal + 3 hashes a joiner, 3 sign");

  group.merge_pending();
  const mls::RatchetTreeNodes tree = group.public_group().tree().nodes();
  const double joining = median_cpu_seconds(bulk_rounds, 1, [&] {
    const auto joined =
        mls::Group::join(welcomes.back().message, bundles.back(), tree, *joiners.back().signature_key, with.services());
    must(joined.has_value(), "joining was refused");
  });
  print_time("join from Welcome, tree given", members, joining, primitives.join_after_bulk_add(members),
             "1 verify + 2 hashes a member, 1 HPKE open");

  const double first_path = median_cpu_seconds(bulk_rounds, 1, [&] {
    group.clear_pending();
    const auto outgoing = group.create_commit({.force_path = true}, with.services(), with.random);
    must(outgoing.has_value(), "a Commit was refused");
  });
  print_time("create Commit with path right after", members, first_path,
             primitives.create_commit_after_bulk_add(members), "1 HPKE seal a member, 3 sign");
}

struct CommitTimes {
  std::vector<double> create;
  std::vector<double> process;
  std::vector<double> follow;
};

mls::AuthenticatedContent parse_commit(BytesView message) {
  auto parsed = must(mls::parse_mls_message(message), "a Commit does not parse");
  return mls::to_authenticated_content(std::move(std::get<mls::PublicMessage>(parsed)));
}

// One Commit with path by the first member: made, processed by its neighbour, and followed from outside.
void commit_once(Surroundings& with, FullGroup& members, mls::PublicGroup& follower, CommitTimes& times) {
  auto start = CpuClock::now();
  const auto outgoing =
      must(members.first.create_commit({.force_path = true}, with.services(), with.random), "a Commit was refused");
  times.create.push_back(seconds_since(start));

  start = CpuClock::now();
  members.second.merge(must(members.second.stage_commit(outgoing.message(), with.services()), "not processed"));
  times.process.push_back(seconds_since(start));

  start = CpuClock::now();
  const mls::AuthenticatedContent content = parse_commit(outgoing.message());
  auto staged = must(follower.stage_commit(content, with.services().judgement()), "not followed");
  follower.merge(std::move(staged), content.auth.confirmation_tag);
  times.follow.push_back(seconds_since(start));
  members.first.merge_pending();
}

void measure_commits(Surroundings& with, const Primitives& primitives, FullGroup& members) {
  const std::size_t count = members.devices.size();
  mls::PublicGroup follower = members.first.public_group();
  CommitTimes times;
  for (std::size_t round = 0; round < commit_rounds; ++round) commit_once(with, members, follower, times);
  print_time("create Commit with path, full tree", count, median(times.create), primitives.create_commit(count),
             "1 HPKE seal + 1 key pair + 2 hashes a level, 3 sign");
  print_time("process it", count, median(times.process), primitives.process_commit(count),
             "2 verify, 1 HPKE open, 1 key pair + 2 hashes a level");
  print_time("follow it from outside", count, median(times.follow), primitives.follow_commit(count),
             "2 verify, 2 hashes a level");
}

void measure_stored_state(mls::Group& group, std::size_t members) {
  std::size_t stored = group.encode_group().size();
  for (const mls::SecretTreeRecord& record : group.take_secret_tree_changes()) stored += record.value.size();
  print({.what = fmt::format("mls {:>4}: state stored after a Commit", members),
         .unit = "KiB",
         .samband = static_cast<double>(stored) / 1024,
         .limit = static_cast<double>(least_stored_bytes(group, members)) / 1024,
         .limit_is = "tree on the wire, own path's keys, epoch's secrets"});
}

void measure_messages(Surroundings& with, const Primitives& primitives, FullGroup& members) {
  const Bytes words(message_bytes, 0x61);
  std::vector<Bytes> messages;
  std::size_t heard = 0;
  const auto speak = [&] {
    messages.push_back(must(members.first.protect(words, {}, 0, with.random), "a message was refused"));
  };
  const auto hear = [&] { must(members.second.unprotect(messages[heard++]).has_value(), "not decrypted"); };
  speak();  // the first message of an epoch derives the sender's ratchet
  hear();
  const double encrypting = median_cpu_seconds(message_rounds, messages_a_round, speak);
  const double decrypting = median_cpu_seconds(message_rounds, messages_a_round, hear);
  print_time("encrypt 1 KiB", members.devices.size(), encrypting, primitives.encrypt(), "1 sign, 2 AEAD, 5 expand");
  print_time("decrypt 1 KiB", members.devices.size(), decrypting, primitives.decrypt(), "1 verify, 2 AEAD, 5 expand");
}

}  // namespace

void run_mls() {
  Surroundings with;
  for (const std::size_t members : sizes) {
    // The machine's speed moves within seconds: the primitives are measured beside what is made of them.
    measure_bulk_add(with, Primitives::measure(with), members);
    FullGroup full = FullGroup::make(with, members);
    measure_commits(with, Primitives::measure(with), full);
    measure_stored_state(full.first, members);
    measure_messages(with, Primitives::measure(with), full);
  }
}

}  // namespace samband::bench
