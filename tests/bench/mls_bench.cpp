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
constexpr std::size_t message_rounds = 9;
constexpr std::size_t messages_a_round = 100;
constexpr std::size_t message_bytes = 1024;

void print_time(const std::string& what, std::size_t members, const Pairs& seconds, const std::string& limit_is) {
  print({.what = fmt::format("mls {:>4}: {}", members, what), .unit = "ms", .scale = 1000, .limit_is = limit_is},
        seconds);
}

// A group of one, and everybody who is to enter it in one Commit.
struct Beginning {
  Device creator;
  std::vector<Device> joiners;
  std::vector<mls::KeyPackageBundle> bundles;  // of `joiners`, in their order
  mls::CommitOptions adding;

  Beginning(Surroundings& with, std::size_t members)
      : creator{with.new_device()}, joiners{with.new_devices(members - 1)} {
    for (const Device& joiner : joiners) {
      bundles.push_back(with.new_key_package(joiner));
      adding.adds.push_back(bundles.back().key_package);
    }
  }
};

// All enter, then one of them joins; then the first Commit with a path, over blank parents.
void measure_bulk_add(Surroundings& with, std::size_t members) {
  const Beginning beginning{with, members};
  mls::Group group = with.new_group(beginning.creator);
  std::vector<mls::AddressedWelcome> welcomes;
  const auto add_all = [&] {
    const auto outgoing =
        must(group.create_commit(beginning.adding, with.services(), with.random), "adding was refused");
    welcomes = must(outgoing.make_welcomes({}, mls::TreeDelivery::out_of_band, with.random), "no Welcomes");
  };
  Pairs adding;
  for (std::size_t round = 0; round < bulk_rounds; ++round) {
    group.clear_pending();
    const double limit = Primitives::measure(with).bulk_add(members);
    adding.add(cpu_seconds_of(add_all), limit);
  }
  print_time("add all in one Commit, with Welcomes", members, adding,
             "2 verify + 1 HPKE seal + 3 hashes a joiner, 3 sign");

  group.merge_pending();
  const mls::RatchetTreeNodes tree = group.public_group().tree().nodes();
  const auto join = [&] {
    const auto joined = mls::Group::join(welcomes.back().message, beginning.bundles.back(), tree,
                                         *beginning.joiners.back().signature_key, with.services());
    must(joined.has_value(), "joining was refused");
  };
  const auto commit = [&] {
    const auto outgoing = group.create_commit({.force_path = true}, with.services(), with.random);
    must(outgoing.has_value(), "a Commit was refused");
  };
  Pairs joining;
  Pairs first_path;
  for (std::size_t round = 0; round < bulk_rounds; ++round) {
    group.clear_pending();
    const Primitives primitives = Primitives::measure(with);
    joining.add(cpu_seconds_of(join), primitives.join_after_bulk_add(members));
    first_path.add(cpu_seconds_of(commit), primitives.create_commit_after_bulk_add(members));
  }
  print_time("join from Welcome, tree given", members, joining, "1 verify + 2 hashes a member, 1 HPKE open");
  print_time("create Commit with path right after", members, first_path, "1 HPKE seal a member, 3 sign");
}

struct CommitTimes {
  Pairs create;
  Pairs process;
  Pairs follow;
};

mls::AuthenticatedContent parse_commit(BytesView message) {
  auto parsed = must(mls::parse_mls_message(message), "a Commit does not parse");
  return mls::to_authenticated_content(std::move(std::get<mls::PublicMessage>(parsed)));
}

// One Commit with path by the first member: made, processed by its neighbour, and followed from outside.
void commit_once(Surroundings& with, FullGroup& members, mls::PublicGroup& follower, CommitTimes& times) {
  const Primitives primitives = Primitives::measure(with);
  const std::size_t count = members.devices.size();
  Bytes message;
  const auto create = [&] {
    message =
        must(members.first.create_commit({.force_path = true}, with.services(), with.random), "a Commit was refused")
            .message();
  };
  const auto process = [&] {
    members.second.merge(must(members.second.stage_commit(message, with.services()), "not processed"));
  };
  const auto follow = [&] {
    const mls::AuthenticatedContent content = parse_commit(message);
    auto staged = must(follower.stage_commit(content, with.services().judgement()), "not followed");
    follower.merge(std::move(staged), content.auth.confirmation_tag);
  };
  times.create.add(cpu_seconds_of(create), primitives.create_commit(count));
  times.process.add(cpu_seconds_of(process), primitives.process_commit(count));
  times.follow.add(cpu_seconds_of(follow), primitives.follow_commit(count));
  members.first.merge_pending();
}

void measure_commits(Surroundings& with, FullGroup& members) {
  const std::size_t count = members.devices.size();
  mls::PublicGroup follower = members.first.public_group();
  CommitTimes times;
  for (std::size_t round = 0; round < commit_rounds; ++round) commit_once(with, members, follower, times);
  print_time("create Commit with path, full tree", count, times.create,
             "1 HPKE seal + 1 key pair + 2 hashes a level, 3 sign");
  print_time("process it", count, times.process, "2 verify, 1 HPKE open, 1 key pair + 2 hashes a level");
  print_time("follow it from outside", count, times.follow, "2 verify, 2 hashes a level");
}

void measure_stored_state(mls::Group& group, std::size_t members) {
  std::size_t stored = group.encode_group().size();
  for (const mls::SecretTreeRecord& record : group.take_secret_tree_changes()) stored += record.value.size();
  Pairs bytes;
  bytes.add(static_cast<double>(stored), static_cast<double>(least_stored_bytes(group, members)));
  print({.what = fmt::format("mls {:>4}: state stored after a Commit", members),
         .unit = "KiB",
         .scale = 1.0 / 1024,
         .limit_is = "tree on the wire, own path's keys, epoch's secrets"},
        bytes);
}

void measure_messages(Surroundings& with, FullGroup& members) {
  const Bytes words(message_bytes, 0x61);
  std::vector<Bytes> messages;
  std::size_t heard = 0;
  const auto speak = [&] {
    messages.push_back(must(members.first.protect(words, {}, 0, with.random), "a message was refused"));
  };
  const auto hear = [&] { must(members.second.unprotect(messages[heard++]).has_value(), "not decrypted"); };
  speak();  // the first message of an epoch derives the sender's ratchet
  hear();
  Pairs encrypting;
  Pairs decrypting;
  for (std::size_t round = 0; round < message_rounds; ++round) {
    const Primitives primitives = Primitives::measure(with);
    encrypting.add(cpu_seconds_of(speak, messages_a_round), primitives.encrypt());
    decrypting.add(cpu_seconds_of(hear, messages_a_round), primitives.decrypt());
  }
  print_time("encrypt 1 KiB", members.devices.size(), encrypting, "1 sign, 2 AEAD, 5 expand");
  print_time("decrypt 1 KiB", members.devices.size(), decrypting, "1 verify, 2 AEAD, 5 expand");
}

}  // namespace

void run_mls() {
  Surroundings with;
  for (const std::size_t members : sizes) {
    measure_bulk_add(with, members);
    FullGroup full = FullGroup::make(with, members);
    measure_commits(with, full);
    measure_stored_state(full.first, members);
    measure_messages(with, full);
  }
}

}  // namespace samband::bench
