#include "tests/bench/mls_bench.h"

#include <fmt/format.h>

#include "crypto/mls/wire/message.h"
#include "tests/bench/heap.h"
#include "tests/bench/mls_primitives.h"
#include "tests/bench/must.h"
#include "tests/bench/table.h"
#include "tests/bench/timing.h"

namespace samband::bench {
namespace {

constexpr std::size_t bulk_rounds = 5;
constexpr std::size_t commit_rounds = 15;
constexpr std::size_t message_rounds = 9;
constexpr std::size_t messages_a_round = 100;
constexpr std::size_t message_bytes = 1024;

void print_time(const std::string& what, std::size_t members, const Pairs& seconds, const std::string& limit_is) {
  print({.what = fmt::format("mls {:>5}: {}", members, what), .unit = "ms", .scale = 1000, .limit_is = limit_is},
        seconds);
}

mls::AuthenticatedContent parse_commit(BytesView message) {
  auto parsed = must(mls::parse_mls_message(message), "a Commit does not parse");
  return mls::to_authenticated_content(std::move(std::get<mls::PublicMessage>(parsed)));
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

// All enter in one Commit, which the server follows.
void measure_adding(Surroundings& with, const Beginning& beginning, mls::Group& group,
                    std::vector<mls::AddressedWelcome>& welcomes) {
  const std::size_t members = beginning.joiners.size() + 1;
  const mls::PublicGroup outside = group.public_group();
  Bytes message;
  const auto add_all = [&] {
    const auto outgoing =
        must(group.create_commit(beginning.adding, with.services(), with.random), "adding was refused");
    welcomes = must(outgoing.make_welcomes({}, mls::TreeDelivery::out_of_band, with.random), "no Welcomes");
    message = outgoing.message();
  };
  const auto follow = [&] {
    const auto staged = outside.stage_commit(parse_commit(message), with.services().judgement());
    must(staged.has_value(), "adding was not followed");
  };
  add_all();
  Pairs adding;
  Pairs following;
  for (std::size_t round = 0; round < bulk_rounds; ++round) {
    group.clear_pending();
    const Primitives primitives = Primitives::measure(with, message.size());
    adding.add(cpu_seconds_of(add_all), primitives.bulk_add(members));
    following.add(cpu_seconds_of(follow), primitives.follow_bulk_add(members));
  }
  print_time("add all in one Commit, with Welcomes", members, adding,
             "2 verify + 1 HPKE seal + 3 hashes a joiner, 2 sign");
  print_time("follow it from outside", members, following, "2 verify + 2 hashes a joiner");
  group.merge_pending();
}

mls::Group join(Surroundings& with, const Beginning& beginning, std::size_t who, BytesView welcome,
                const mls::RatchetTreeNodes& tree) {
  const Device& device = beginning.joiners[who];
  return must(mls::Group::join(welcome, beginning.bundles[who], tree, *device.signature_key, with.services()),
              "joining was refused")
      .group;
}

void measure_joining(Surroundings& with, const Beginning& beginning, const mls::RatchetTreeNodes& tree,
                     BytesView welcome) {
  const std::size_t members = beginning.joiners.size() + 1;
  Pairs joining;
  for (std::size_t round = 0; round < bulk_rounds; ++round) {
    const Primitives primitives = Primitives::measure(with);
    joining.add(cpu_seconds_of([&] { static_cast<void>(join(with, beginning, members - 2, welcome, tree)); }),
                primitives.join_after_bulk_add(members));
  }
  print_time("join from Welcome, tree given", members, joining, "1 verify + 2 hashes a member, 1 HPKE open");
}

// The first Commit with a path, over blank parents: a path secret for each member by itself.
void measure_first_path(Surroundings& with, mls::Group& group, const mls::Group& neighbour, std::size_t members) {
  Bytes message;
  const auto create = [&] {
    message =
        must(group.create_commit({.force_path = true}, with.services(), with.random), "a Commit was refused").message();
  };
  const auto process = [&] {
    must(neighbour.stage_commit(message, with.services()).has_value(), "the first path was not processed");
  };
  create();
  Pairs creating;
  Pairs processing;
  for (std::size_t round = 0; round < bulk_rounds; ++round) {
    group.clear_pending();
    const Primitives primitives = Primitives::measure(with, message.size());
    creating.add(cpu_seconds_of(create), primitives.create_commit_after_bulk_add(members));
    processing.add(cpu_seconds_of(process), primitives.process_commit(members));
  }
  print_time("create Commit with path right after", members, creating, "1 HPKE seal a member, 2 sign");
  print_time("process it", members, processing, "the Commit's hashes, 2 verify, 1 HPKE open, the path");
}

void measure_bulk_add(Surroundings& with, std::size_t members) {
  const Beginning beginning{with, members};
  mls::Group group = with.new_group(beginning.creator);
  std::vector<mls::AddressedWelcome> welcomes;
  measure_adding(with, beginning, group, welcomes);
  const mls::RatchetTreeNodes tree = group.public_group().tree().nodes();
  measure_joining(with, beginning, tree, welcomes.back().message);
  measure_first_path(with, group, join(with, beginning, 0, welcomes.front().message, tree), members);
}

struct CommitTimes {
  Pairs create;
  Pairs process;
  Pairs follow;
};

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
             "1 HPKE seal + 1 key pair + 2 hashes a level, 2 sign");
  print_time("process it", count, times.process, "2 verify, 1 HPKE open, 1 key pair + 2 hashes a level");
  print_time("follow it from outside", count, times.follow, "2 verify, 2 hashes a level");
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

// Bytes of a state's records, each with the number it is kept under.
template <class Record>
std::size_t bytes_of(const std::vector<Record>& records) {
  std::size_t size = records.size() * sizeof(std::uint32_t);
  for (const Record& record : records) size += record.value.size();
  return size;
}

void print_stored(const char* what, std::size_t members, std::size_t bytes, std::size_t limit,
                  const std::string& limit_is) {
  Pairs pairs;
  pairs.add(static_cast<double>(bytes), static_cast<double>(limit));
  print({.what = fmt::format("mls {:>5}: {}", members, what), .unit = "KiB", .scale = 1.0 / 1024, .limit_is = limit_is},
        pairs);
}

// What is written for one Commit with path in a full tree: by a member that processed it, and by the server.
void measure_stored_commit(Surroundings& with, FullGroup& members) {
  mls::Group& member = members.second;
  mls::PublicGroup server = member.public_group();
  static_cast<void>(server.take_changes());
  static_cast<void>(member.take_public_changes());
  static_cast<void>(member.take_secret_tree_changes());
  const Bytes message =
      must(members.first.create_commit({.force_path = true}, with.services(), with.random), "a Commit was refused")
          .message();
  members.first.merge_pending();
  member.merge(must(member.stage_commit(message, with.services()), "not processed"));
  const mls::AuthenticatedContent content = parse_commit(message);
  server.merge(must(server.stage_commit(content, with.services().judgement()), "not followed"),
               content.auth.confirmation_tag);

  const std::size_t count = members.devices.size();
  const std::size_t public_bytes = bytes_of(member.take_public_changes().records);
  const std::size_t private_bytes = member.encode_private().size() + bytes_of(member.take_secret_tree_changes());
  const std::size_t public_limit = least_public_bytes_of_commit(member.public_group(), mls::LeafIndex{0});
  const std::size_t private_limit = least_private_bytes(member.public_group().suite(), count);
  print_stored("write a processed Commit, member", count, public_bytes + private_bytes, public_limit + private_limit,
               "the path on the wire, GroupContext, own keys and secrets");
  print_stored("of that, private", count, private_bytes, private_limit, "own path's keys, 9 secrets of the epoch");
  print_stored("write a processed Commit, server", count, bytes_of(server.take_changes().records), public_limit,
               "the path on the wire, GroupContext");
}

// What a member keeps on the disk.
struct Stored {
  mls::GroupChanges public_part;
  SecretBytes private_part;
  std::vector<mls::SecretTreeRecord> secret_tree;

  // `group`: one of which nothing was taken before.
  [[nodiscard]] static Stored of(mls::Group& group) {
    return {group.take_public_changes(), group.encode_private(), group.take_secret_tree_changes()};
  }
};

void print_memory(const char* whose, std::size_t members, std::size_t bytes, std::size_t limit) {
  Pairs pairs;
  pairs.add(static_cast<double>(bytes), static_cast<double>(limit));
  print({.what = fmt::format("mls {:>5}: memory of {}", members, whose),
         .unit = "MiB",
         .scale = 1.0 / (1024 * 1024),
         .limit_is = "tree on the wire, and a hash a node"},
        pairs);
}

// What a state that was loaded from the disk holds on the heap.
void measure_memory(mls::Group& group, const KeyPair& signature_key, std::size_t members) {
  const std::size_t hashes = 2 * members * group.public_group().suite().hash_bytes();
  const std::size_t limit = mls::encode_ratchet_tree(group.public_group().tree().nodes()).size() + hashes;
  const Stored stored = Stored::of(group);
  const std::size_t of_member = heap_bytes_of([&] {
    return must(
        mls::Group::load(stored.private_part.view(), stored.public_part.records, stored.secret_tree, signature_key),
        "a group was not loaded");
  });
  print_memory("a member's state", members, of_member, limit);
  const std::size_t outside = heap_bytes_of(
      [&] { return must(mls::PublicGroup::load(stored.public_part.records), "a public group was not loaded"); });
  print_memory("the server's public group", members, outside, limit);
}

}  // namespace

void run_mls(std::span<const std::size_t> sizes) {
  Surroundings with;
  for (const std::size_t members : sizes) {
    measure_bulk_add(with, members);
    FullGroup full = FullGroup::make(with, members);
    measure_commits(with, full);
    measure_memory(full.second, *full.devices[1].signature_key, members);
    measure_messages(with, full);
    measure_stored_commit(with, full);
  }
}

}  // namespace samband::bench
