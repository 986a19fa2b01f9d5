// A random walk: ten devices do whatever may happen to a group, by value and by reference, in the clear and as
// PrivateMessages; after each step all members agree and nobody else reads anything. GROUP_WALK_SEED replays a walk
// from the seed that a failure prints.
#include <cstdlib>
#include <gtest/gtest.h>

#include "crypto/mls/group/grease.h"
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
      if (i % 2 == 0) devices_[i].identity = with_grease(devices_[i].identity, dice_);
    }
    village_.psks().add(psk_, {0xaa});
    village_.handshake_format = HandshakeFormat::either;
    village_.create_group(devices_[0]);
  }

  void step() {
    constexpr std::array acts{
        &Walk::add_some,     &Walk::add_some,          &Walk::remove_one,       &Walk::update,
        &Walk::update,       &Walk::speak_some,        &Walk::speak_some,       &Walk::race,
        &Walk::come_back,    &Walk::restart_one,       &Walk::propose_some,     &Walk::propose_some,
        &Walk::propose_some, &Walk::commit_what_waits, &Walk::commit_what_waits};
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
  WireFormat any_format() { return roll(2) == 0 ? WireFormat::mls_public_message : WireFormat::mls_private_message; }
  OutgoingCommit commit(Device& committer, CommitOptions options) {
    options.wire_format = any_format();
    options.padding_bytes = roll(100);
    return village_.commit(committer, options);
  }
  OutgoingCommit update_of(Device& committer) { return commit(committer, {.force_path = true}); }

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
    deliver(commit(committer, {.removes = {removed.leaf()}}).message());
    EXPECT_FALSE(removed.group->is_member());
  }

  void update() { deliver(update_of(any_member()).message()); }

  // --- by reference

  std::optional<ProposedChange> any_change() {
    switch (roll(5)) {
      case 0: return Remove{any_member().leaf()};
      case 1: return PreSharedKey{make_external_psk_id(village_.suite(), psk_, village_.random())};
      case 2: return GroupContextExtensions{{{policy_extension, {static_cast<std::uint8_t>(roll(256))}}}};
      case 3: {
        const std::vector<Device*> candidates = strangers();
        if (candidates.empty()) return std::nullopt;
        Device* joiner = candidates[roll(candidates.size())];
        invited_.emplace_back(joiner, village_.new_key_package(*joiner));
        return Add{invited_.back().second.key_package};
      }
      default: return std::nullopt;  // an Update of its own leaf
    }
  }

  void propose_some() {
    for (std::size_t i = 1 + roll(4); i > 0; --i) {
      Device& proposer = any_member();
      const ProposalOptions options{.wire_format = any_format(), .authenticated_data = {}, .padding_bytes = roll(100)};
      if (const auto change = any_change()) {
        village_.propose(proposer, *change, members(), options);
      } else {
        village_.propose_update(proposer, members(), options);
      }
    }
    EXPECT_EQ(any_member().group->protect({}, {}, 0, village_.random()).error(), MessageError::proposals_waiting);
  }

  // What one member selects all others take, and whom it adds gets in.
  void commit_what_waits() {
    Device& committer = any_member();
    const std::vector<ProposalRef> references = committer.group->proposals_to_commit();
    const OutgoingCommit outgoing = commit(committer, {.references = references, .force_path = roll(2) == 0});
    const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village_.random());
    ASSERT_TRUE(welcomes);
    deliver(outgoing.message());
    for (std::size_t i = 0; i < welcomes->size(); ++i) {
      const auto invited = std::ranges::find_if(
          invited_, [&](const auto& each) { return each.second.key_package == outgoing.added()[i].key_package; });
      ASSERT_NE(invited, invited_.end());
      ASSERT_TRUE(village_.join(*invited->first, invited->second, (*welcomes)[i].message, std::nullopt));
    }
    invited_.clear();
  }

  void speak_some() {
    Device& speaker = any_member();
    if (!speaker.group->public_group().waiting_proposals().empty()) return;  // §12.4: a Commit comes first
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
    const OutgoingCommit winner = update_of(first);
    const OutgoingCommit loser = commit(second, {.removes = {first.leaf()}});
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
    auto external = Group::join_external(
        helper.group->group_info(), helper.group->public_group().tree().nodes(), device.identity, *device.signature_key,
        {.replaces = old_leaf, .handshake_format = village_.handshake_format}, village_.services(), village_.random());
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
  std::vector<std::pair<Device*, KeyPackageBundle>> invited_;  // by a proposal
  const Bytes psk_{0x70};
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
