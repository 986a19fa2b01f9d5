// A random walk: ten devices do whatever may happen to a group, and after each step all members agree and nobody
// else reads anything. GROUP_WALK_SEED replays a walk from the seed that a failure prints.
#include <cstdlib>
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

constexpr std::size_t device_count = 10;
constexpr int steps_per_walk = 300;

class Walk {
 public:
  explicit Walk(std::uint64_t seed) : village_{seed}, dice_{seed + 1} {
    for (std::size_t i = 0; i < device_count; ++i) {
      devices_.push_back(village_.new_device("device " + std::to_string(i)));
    }
    village_.create_group(devices_[0]);
  }

  void step() {
    using Act = void (Walk::*)();
    constexpr std::array<Act, 10> acts{&Walk::add_some,  &Walk::add_some,   &Walk::remove_one, &Walk::update,
                                       &Walk::update,    &Walk::speak_some, &Walk::speak_some, &Walk::race,
                                       &Walk::come_back, &Walk::restart_one};
    (this->*acts[roll(acts.size())])();
    expect_agreement();
  }

 private:
  std::size_t roll(std::size_t sides) {
    std::array<std::uint8_t, 4> octets{};
    dice_.fill(octets);
    std::uint32_t number = 0;
    for (const std::uint8_t octet : octets) number = number << 8U | octet;
    return number % sides;
  }

  std::vector<Device*> members() {
    std::vector<Device*> out;
    for (Device& device : devices_) {
      if (device.group && device.group->is_member()) out.push_back(&device);
    }
    return out;
  }
  std::vector<Device*> strangers() {
    std::vector<Device*> out;
    for (Device& device : devices_) {
      if (!device.group || !device.group->is_member()) out.push_back(&device);
    }
    return out;
  }
  Device& any_member() { return *members()[roll(members().size())]; }

  void add_some() {
    std::vector<Device*> joiners = strangers();
    if (joiners.empty()) return;
    joiners.resize(1 + roll(joiners.size()));
    village_.add(any_member(), joiners, members());
  }

  void deliver(BytesView message) {
    for (Device* member : members()) ASSERT_TRUE(village_.receive(*member, message)) << member->name;
  }

  void remove_one() {
    Device& committer = any_member();
    Device& removed = any_member();
    if (&removed == &committer) return;
    deliver(village_.commit(committer, {.removes = {removed.leaf()}}).message());
    EXPECT_FALSE(removed.group->is_member());
  }

  void update() { deliver(village_.update(any_member()).message()); }

  void speak_some() {
    Device& speaker = any_member();
    const std::size_t count = 1 + roll(3);
    std::vector<Bytes> messages;
    for (std::size_t i = 0; i < count; ++i) messages.push_back(village_.speak(speaker, std::to_string(i)));
    for (Device* listener : members()) {
      if (listener == &speaker) continue;
      for (std::size_t i = count; i-- > 0;) EXPECT_EQ(village_.hear(*listener, messages[i]), std::to_string(i));
    }
    for (Device* stranger : strangers()) {
      if (!stranger->group) continue;
      EXPECT_EQ(village_.hear(*stranger, messages[0]).error(), MessageError::not_a_member);
    }
  }

  void race() {
    Device& first = any_member();
    Device& second = any_member();
    if (&first == &second) return;
    const OutgoingCommit winner = village_.update(first);
    const OutgoingCommit loser = village_.commit(second, {.removes = {first.leaf()}});
    deliver(winner.message());
    for (Device* member : members()) {
      EXPECT_EQ(village_.receive(*member, loser.message()).error(), CommitRefusal{CommitError::stale_epoch});
    }
  }

  // A member or a removed device comes in by external Commit, over its old leaf if it still has one.
  void come_back() {
    Device& device = devices_[roll(devices_.size())];
    Device& helper = any_member();
    if (&device == &helper) return;
    const bool is_resync = device.group && device.group->is_member();
    const auto old_leaf = is_resync ? std::optional{device.leaf()} : std::nullopt;
    device.group.reset();
    auto external =
        Group::join_external(helper.group->group_info(), helper.group->public_group().tree().nodes(), device.identity,
                             *device.signature_key, {.replaces = old_leaf}, village_.services(), village_.random());
    ASSERT_TRUE(external);
    deliver(external->commit);
    device.group = std::move(external->group);
    device.store.save(*device.group);
  }

  void restart_one() { village_.reload(any_member()); }

  void expect_agreement() {
    const std::vector<Device*> all = members();
    ASSERT_FALSE(all.empty());
    for (const Device* member : all) {
      ASSERT_EQ(member->group->context(), all[0]->group->context());
      ASSERT_TRUE(equal(member->group->epoch_authenticator().view(), all[0]->group->epoch_authenticator().view()));
    }
    ASSERT_EQ(all[0]->group->public_group().tree().member_count(), all.size());
  }

  Village village_;
  SeededRandom dice_;
  std::vector<Device> devices_;
};

std::vector<std::uint64_t> seeds() {
  const char* given = std::getenv("GROUP_WALK_SEED");
  if (given != nullptr) return {std::strtoull(given, nullptr, 10)};
  return {1, 2, 3};
}

TEST(GroupWalk, KeepsAllMembersInAgreement) {
  for (const std::uint64_t seed : seeds()) {
    Walk walk{seed};
    for (int i = 0; i < steps_per_walk; ++i) {
      SCOPED_TRACE("GROUP_WALK_SEED=" + std::to_string(seed) + ", step " + std::to_string(i));
      walk.step();
      if (::testing::Test::HasFailure()) return;
    }
  }
}

}  // namespace
}  // namespace samband::mls
