#include "storage/model/policy.h"

#include <gtest/gtest.h>

#include "storage/model/model_fixture.h"

namespace samband::storage::testing {
namespace {

std::optional<ParseError> fault(const ChannelPolicy& policy) {
  const auto parsed = parse_channel_policy(encode(policy));
  if (parsed) return std::nullopt;
  return parsed.error();
}

ChannelPolicy with_items(std::vector<RosterItem> items) {
  ChannelPolicy policy = discussion();
  policy.items = std::move(items);
  return policy;
}

TEST(ChannelPolicy, IsReadBackAsItWasWritten) {
  ChannelPolicy policy = discussion();
  policy.items.push_back({drammen.id(), fingerprint_of(drammen), Role::publisher, StaffWithDuty{{Duty::coordinator}}});
  policy.items.push_back(
      {drammen.id(), fingerprint_of(drammen), Role::member, NamedStaff{{drammen.staff(1), drammen.staff(2)}}});
  policy.successor = drammen.id();
  policy.two_sided = true;
  EXPECT_EQ(parse_channel_policy(encode(policy)).value(), policy);
}

TEST(ChannelPolicy, NeedsAModerator) {
  EXPECT_EQ(fault(with_items({item(asker, Role::publisher)})), ParseError::malformed);
  EXPECT_EQ(fault(with_items({})), ParseError::malformed);
  EXPECT_EQ(fault(with_items({item(asker, Role::moderator)})), std::nullopt);
}

TEST(ChannelPolicy, HasASuccessorFromItsRoster) {
  ChannelPolicy policy = discussion();
  policy.successor = id_of<PartnerId>(77);
  EXPECT_EQ(fault(policy), ParseError::malformed);
}

TEST(ChannelPolicy, NamesStaffOnceAndInOrder) {
  const auto named = [](std::vector<StaffId> staff) {
    return with_items({item(asker, Role::moderator), item(asker, Role::member, NamedStaff{std::move(staff)})});
  };
  EXPECT_EQ(fault(named({asker.staff(1), asker.staff(2)})), std::nullopt);
  EXPECT_EQ(fault(named({asker.staff(2), asker.staff(1)})), ParseError::malformed);
  EXPECT_EQ(fault(named({asker.staff(1), asker.staff(1)})), ParseError::malformed);
  EXPECT_EQ(fault(named({})), ParseError::malformed);
}

TEST(ChannelPolicy, MeansSomebodyByADuty) {
  EXPECT_EQ(fault(with_items({item(asker, Role::moderator, StaffWithDuty{})})), ParseError::malformed);
}

TEST(ChannelPolicy, HasANameThatHarmsNoScreen) {
  for (const std::string name : {"", "line\nbreak", "\xE2\x80\xAEnetaleb", "\xFF"}) {
    ChannelPolicy policy = discussion();
    policy.name = name;
    EXPECT_EQ(fault(policy), ParseError::malformed) << name;
  }
}

TEST(ChannelPolicy, HasARosterOfBoundedLength) {
  std::vector<RosterItem> items(roster_items_max, item(asker, Role::moderator));
  EXPECT_EQ(fault(with_items(items)), std::nullopt);
  items.push_back(items.back());
  EXPECT_EQ(fault(with_items(items)), ParseError::too_long);

  std::vector<StaffId> staff;
  for (unsigned i = 0; i < roster_staff_max; ++i) staff.push_back(asker.staff(static_cast<std::uint8_t>(i)));
  EXPECT_EQ(fault(with_items({item(asker, Role::moderator, NamedStaff{staff})})), std::nullopt);
  staff.push_back(id_of<StaffId>(255, 255));
  EXPECT_EQ(fault(with_items({item(asker, Role::moderator, NamedStaff{staff})})), ParseError::too_long);
}

TEST(ChannelPolicy, OfAnUnknownKindHistoryRoleOrVersionIsRefused) {
  const Bytes sound = encode(discussion());
  const std::size_t kind_at = 1 + ChannelId::size + 1 + discussion().name.size();
  const std::size_t role_at = kind_at + 3 + 8 + 2 + PartnerId::size + Hash::size;
  ASSERT_EQ(sound[role_at], static_cast<std::uint8_t>(Role::moderator));
  for (const std::size_t at : {std::size_t{0}, kind_at, kind_at + 1, role_at}) {
    Bytes wire = sound;
    wire[at] = 4;
    EXPECT_EQ(parse_channel_policy(wire).error(), ParseError::unknown_value) << at;
  }
}

TEST(ChannelPolicy, SaysWhenItRestsOnOnePartner) {
  ChannelPolicy policy = with_items({item(asker, Role::moderator), item(drammen, Role::member)});
  EXPECT_TRUE(rests_on_one_partner(policy));
  policy.successor = drammen.id();
  EXPECT_FALSE(rests_on_one_partner(policy));
  policy.successor.reset();
  policy.items.push_back(item(drammen, Role::moderator));
  EXPECT_FALSE(rests_on_one_partner(policy));
}

}  // namespace
}  // namespace samband::storage::testing
