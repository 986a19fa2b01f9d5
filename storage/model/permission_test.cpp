#include "storage/model/permission.h"

#include <gtest/gtest.h>

#include "storage/model/model_fixture.h"

namespace samband::storage::testing {
namespace {

using Verdict = std::optional<Refusal>;  // nullopt: permitted

// Asker's device 0 holds its administrator key; each municipality has staff 1 and 2 with a device each, all
// duties, but Drammen's staff 2 only coordinates.
class Permission : public identity::DirectoryTest {
 protected:
  void SetUp() override {
    add_with_administrator(asker);
    enrol(asker, 1);
    enrol(asker, 2);
    add_with_administrator(drammen);
    enrol(drammen, 1);
    identity::Delegation coordinates = drammen.delegation(2);
    coordinates.duties = {Duty::coordinator};
    invite(drammen, coordinates);
    ASSERT_TRUE(accepts(drammen.signed_certificate(drammen.certificate(coordinates, 2), 2)));
  }

  Verdict may(const DeviceId& device, Action action) {
    return verdict(storage::may(policy, directory, device, directory.size(), action));
  }
  Verdict post(const DeviceId& device) { return verdict(may_post(policy, directory, device, directory.size())); }
  Verdict remove(const DeviceId& remover, const DeviceId& removed, bool leave_cited = false) {
    return verdict(may_remove(policy, directory, remover, removed, directory.size(), leave_cited));
  }
  Verdict change(const ChannelPolicy& after, const DeviceId& device) {
    return verdict(may_change_policy(policy, after, directory, device, directory.size()));
  }
  static Verdict verdict(const std::expected<void, Refusal>& answer) {
    return answer ? std::nullopt : Verdict{answer.error()};
  }
  void revoke(const Municipality& partner, const DeviceId& device) { ASSERT_TRUE(accepts(partner.revocation(device))); }

  ChannelPolicy policy = discussion();
  const DeviceId moderator = asker.device(1);
  const DeviceId member = drammen.device(1);
  const DeviceId coordinator = drammen.device(2);
};

constexpr Verdict permitted = std::nullopt;

TEST_F(Permission, LetsEveryoneOnTheRosterOfADiscussionWriteAndAddOthers) {
  for (const DeviceId& device : {moderator, member}) {
    EXPECT_EQ(may(device, Action::join), permitted);
    EXPECT_EQ(may(device, Action::write), permitted);
    EXPECT_EQ(may(device, Action::add_member), permitted);
  }
}

TEST_F(Permission, KeepsPolicyRestartAndOthersMessagesForModerators) {
  for (const Action action : {Action::change_policy, Action::delete_any, Action::restart}) {
    EXPECT_EQ(may(moderator, action), permitted);
    EXPECT_EQ(may(member, action), Refusal::role_too_low);
  }
}

TEST_F(Permission, StopsAtTheRoster) {
  policy.items.pop_back();
  EXPECT_EQ(may(member, Action::join), Refusal::not_on_roster);
}

TEST_F(Permission, KnowsNoDeviceOutsideTheDirectory) {
  EXPECT_EQ(may(asker.device(99), Action::join), Refusal::device_not_in_force);
}

TEST_F(Permission, EndsWithRevocationAndNotBefore) {
  const std::uint64_t before = directory.size();
  revoke(drammen, member);
  EXPECT_EQ(may(member, Action::write), Refusal::device_not_in_force);
  EXPECT_TRUE(storage::may(policy, directory, member, before, Action::write));
}

TEST_F(Permission, EndsWithThePartner) {
  ASSERT_TRUE(accepts(identity::PartnerRemoved{drammen.id()}));
  EXPECT_EQ(may(member, Action::write), Refusal::device_not_in_force);
}

TEST_F(Permission, HoldsForDevicesUnderTheKeyThatTheRosterPins) {
  policy.items[1].partner_key = fingerprint_of(drammen, 1);
  EXPECT_EQ(may(member, Action::join), Refusal::other_partner_key);
}

TEST_F(Permission, CanBeForADuty) {
  policy.items[1].who = StaffWithDuty{{Duty::publisher}};
  EXPECT_EQ(may(member, Action::join), permitted);
  EXPECT_EQ(may(coordinator, Action::join), Refusal::not_on_roster);
}

TEST_F(Permission, CanBeForNamedStaff) {
  policy.items[1].who = NamedStaff{{drammen.staff(2)}};
  EXPECT_EQ(may(coordinator, Action::join), permitted);
  EXPECT_EQ(may(member, Action::join), Refusal::not_on_roster);
}

TEST_F(Permission, IsTheHighestOfSeveralItems) {
  policy.items.push_back(item(drammen, Role::moderator, NamedStaff{{drammen.staff(2)}}));
  EXPECT_EQ(may(coordinator, Action::change_policy), permitted);
  EXPECT_EQ(may(member, Action::change_policy), Refusal::role_too_low);
}

TEST_F(Permission, LetsPublishersWriteGuidanceAndPartnersAcknowledgeIt) {
  policy = guidance();
  EXPECT_EQ(may(moderator, Action::write), permitted);
  EXPECT_EQ(may(member, Action::write), Refusal::role_too_low);
  EXPECT_EQ(may(member, Action::acknowledge), permitted);
  EXPECT_EQ(may(coordinator, Action::acknowledge), Refusal::lacks_duty);
  policy.items[1].role = Role::publisher;
  EXPECT_EQ(may(member, Action::write), permitted);
}

TEST_F(Permission, TakesFromOutsideWhateverTheSenderCouldHaveMeant) {
  EXPECT_EQ(post(coordinator), permitted);
  policy = guidance();
  EXPECT_EQ(post(moderator), permitted);
  EXPECT_EQ(post(member), permitted);  // an acknowledgement, perhaps
  EXPECT_EQ(post(coordinator), Refusal::lacks_duty);
  EXPECT_EQ(post(asker.device(99)), Refusal::device_not_in_force);
}

TEST_F(Permission, HasNothingToAcknowledgeInADiscussion) {
  EXPECT_EQ(may(member, Action::acknowledge), Refusal::wrong_channel_kind);
}

TEST_F(Permission, LetsModeratorsRemoveAnyone) {
  EXPECT_EQ(remove(moderator, member), permitted);
}

TEST_F(Permission, LetsMembersRemoveOnlyWhoIsGoneOrWantsToGo) {
  EXPECT_EQ(remove(member, coordinator), Refusal::still_entitled);
  EXPECT_EQ(remove(member, coordinator, true), permitted);
  revoke(drammen, coordinator);
  EXPECT_EQ(remove(member, coordinator), permitted);
  EXPECT_EQ(remove(coordinator, member, true), Refusal::device_not_in_force);
}

TEST_F(Permission, LetsMembersRemoveWhoTheRosterNoLongerMeans) {
  policy.items[1].who = NamedStaff{{drammen.staff(1)}};
  EXPECT_EQ(remove(member, coordinator), permitted);
}

TEST_F(Permission, ChangesAPolicyButNotWhatItIsFor) {
  ChannelPolicy after = policy;
  after.name = "Nytt namn";
  after.items.pop_back();
  EXPECT_EQ(change(after, moderator), permitted);
  EXPECT_EQ(change(after, member), Refusal::role_too_low);
  const auto changed = [&](auto field) {
    ChannelPolicy other = policy;
    field(other);
    return change(other, moderator);
  };
  EXPECT_EQ(changed([](ChannelPolicy& p) { p.channel.bytes[0] ^= 1; }), Refusal::fixed_for_good);
  EXPECT_EQ(changed([](ChannelPolicy& p) { p.kind = ChannelKind::guidance; }), Refusal::fixed_for_good);
  EXPECT_EQ(changed([](ChannelPolicy& p) { p.history = History::from_joining; }), Refusal::fixed_for_good);
  EXPECT_EQ(changed([](ChannelPolicy& p) { ++p.created_at.ms; }), Refusal::fixed_for_good);
}

TEST_F(Permission, JudgesAChangeByThePolicyBeforeIt) {
  ChannelPolicy after = policy;
  after.items[1].role = Role::moderator;
  EXPECT_EQ(change(after, member), Refusal::role_too_low);
}

TEST_F(Permission, LeavesATwoSidedPolicyAsItStands) {
  policy.two_sided = true;
  EXPECT_EQ(change(policy, moderator), Refusal::needs_two_partners);
  EXPECT_EQ(may(moderator, Action::write), permitted);
}

TEST_F(Permission, PassesToTheSuccessorWhenNoModeratingPartnerIsLeft) {
  policy.successor = drammen.id();
  EXPECT_EQ(may(member, Action::change_policy), Refusal::role_too_low);
  ASSERT_TRUE(accepts(identity::PartnerRemoved{asker.id()}));
  EXPECT_EQ(may(member, Action::change_policy), permitted);
  policy.successor.reset();
  EXPECT_EQ(may(member, Action::change_policy), Refusal::role_too_low);
}

}  // namespace
}  // namespace samband::storage::testing
