// Creating channels, and what Commits may do.
#include <algorithm>

#include "crypto/mls/wire/message.h"
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

using protocol::Status;

class Channels : public CoreTest {
 protected:
  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner ahus = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;   // moderates
  Device& bjorn = *ahus.first;  // a member
  std::unique_ptr<Device> cato = enrolled_device(oslo);

  storage::ChannelPolicy both(storage::ChannelKind kind = storage::ChannelKind::discussion) {
    return policy_of({seats(oslo, storage::Role::moderator), seats(ahus, storage::Role::member)}, kind);
  }
  // Anna's channel with Bjørn in it.
  ChannelId shared_channel(storage::ChannelKind kind = storage::ChannelKind::discussion) {
    const ChannelId channel = created_channel(anna, both(kind));
    add(anna, channel, {&bjorn});
    return channel;
  }
};

// --- creating

TEST_F(Channels, BeginWithAnEntryThatHoldsTheFirstEpoch) {
  const ChannelId channel = created_channel(anna, both());
  const auto entries = server.entries(channel);
  ASSERT_EQ(entries.size(), 1U);
  EXPECT_EQ(entries[0].kind, storage::EntryKind::created);
  EXPECT_EQ(entries[0].sender, anna.id);
  EXPECT_EQ(entries[0].directory_size, server.directory().size());
}

TEST_F(Channels, AreToldToTheDevicesTheRosterMeans) {
  ASSERT_THAT(server.ask(anna, creation(anna, both())), IsPlaced());
  const auto told = server.sent<TellOfChannel>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told.front().devices, testing::UnorderedElementsAre(anna.id, cato->id, bjorn.id));
}

TEST_F(Channels, AreMadeByAdministratorsAndCoordinatorsOnly) {
  const auto reader = enrolled_device(oslo, {.duties = {identity::Duty::acknowledger}});
  EXPECT_THAT(server.ask(*reader, creation(*reader, both())), IsRefused(Status::not_permitted));
}

TEST_F(Channels, AreMadeByWhoModeratesThem) {
  EXPECT_THAT(server.ask(bjorn, creation(bjorn, both())), IsRefused(Status::not_permitted));
}

TEST_F(Channels, CanNotBeMadeTwiceUnderOneId) {
  const auto policy = both();
  ASSERT_THAT(server.ask(anna, creation(anna, policy)), IsPlaced());
  EXPECT_THAT(server.ask(anna, creation(anna, policy)), IsRefused(Status::conflict));
}

TEST_F(Channels, PinTheKeysThatPartnersHave) {
  auto policy = both();
  policy.items[1].partner_key.bytes[0] ^= 1U;
  EXPECT_THAT(server.ask(anna, creation(anna, policy)), IsRefused(Status::invalid));
}

TEST_F(Channels, AreForTheDeviceThatAsks) {
  const auto policy = both();
  EXPECT_THAT(server.ask(*cato, creation(anna, policy)), IsRefused(Status::invalid));
}

TEST_F(Channels, HaveTheIdThatTheirPolicyNames) {
  auto request = creation(anna, both());
  request.channel = random.id<ChannelId>();
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, AreRefusedWithATreeThatIsNotTheGroups) {
  auto request = creation(anna, both());
  request.ratchet_tree = creation(bjorn, both()).ratchet_tree;
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, AreRefusedWithAGroupInfoThatWasChanged) {
  auto request = creation(anna, both());
  request.group_info.back() ^= 1U;
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, AreBoundedForEachPartner) {
  Limits few;
  few.channels_per_creator_max = 1;
  server.limits = few;
  server.restart();
  static_cast<void>(created_channel(anna, both()));
  EXPECT_THAT(server.ask(anna, creation(anna, both())), IsRefused(Status::too_many));
}

// --- who sees a channel

TEST_F(Channels, ThatAreForeignLookLikeOnesThatDoNotExist) {
  const Partner stranger = enrolled_partner("5001", "Trondheim");
  const ChannelId channel = shared_channel();
  const auto foreign = message(anna, channel);
  auto unknown = foreign;
  unknown.channel = random.id<ChannelId>();
  const auto to_foreign = server.ask(*stranger.first, foreign);
  const auto to_unknown = server.ask(*stranger.first, unknown);
  EXPECT_THAT(to_foreign, IsRefused(Status::not_found));
  EXPECT_EQ(protocol::encode_reply_body(to_foreign), protocol::encode_reply_body(to_unknown));
  EXPECT_THAT(server.ask(*stranger.first, protocol::FetchGroup{channel}), IsRefused(Status::not_found));
  EXPECT_THAT(server.ask(*stranger.first, protocol::Subscribe{channel, 0}), IsRefused(Status::not_found));
  EXPECT_THAT(server.ask(*stranger.first, protocol::ReserveKeyPackages{channel, {}}), IsRefused(Status::not_found));
  EXPECT_EQ(server.core().readable(stranger.first->id, channel, 0), std::nullopt);
}

TEST_F(Channels, AreListedForMembersAndForThoseWhoMayJoin) {
  const ChannelId channel = shared_channel();
  const auto list = [&](const Device& device) {
    return std::get<protocol::Channels>(server.ask(device, protocol::ListChannels{})).channels;
  };
  ASSERT_EQ(list(anna).size(), 1U);
  EXPECT_TRUE(list(anna)[0].is_member);
  EXPECT_EQ(list(anna)[0].channel, channel);
  ASSERT_EQ(list(*cato).size(), 1U);
  EXPECT_FALSE(list(*cato)[0].is_member);
  const Partner stranger = enrolled_partner("5001", "Trondheim");
  EXPECT_TRUE(list(*stranger.first).empty());
}

TEST_F(Channels, AreListedAPageAtATime) {
  std::vector<ChannelId> made{created_channel(anna, both()), created_channel(anna, both()),
                              created_channel(anna, both())};
  std::ranges::sort(made);
  Limits small;
  small.page_items_max = 2;
  server.limits = small;
  server.restart();
  const auto first = std::get<protocol::Channels>(server.ask(anna, protocol::ListChannels{}));
  ASSERT_EQ(first.channels.size(), 2U);
  EXPECT_TRUE(first.more);
  const auto second =
      std::get<protocol::Channels>(server.ask(anna, protocol::ListChannels{first.channels.back().channel}));
  ASSERT_EQ(second.channels.size(), 1U);
  EXPECT_FALSE(second.more);
  EXPECT_EQ(second.channels[0].channel, made[2]);
}

// --- Commits

TEST_F(Channels, LandACommitWithItsWelcomeAndGroupInfoTogether) {
  const ChannelId channel = created_channel(anna, both());
  const auto request = add_commit(anna, channel, {&bjorn});
  const auto reply = server.ask(anna, request);
  ASSERT_THAT(reply, IsPlaced());
  EXPECT_EQ(std::get<protocol::Placed>(reply).seq, 1U);
  ASSERT_EQ(server.sent<Deliver>().size(), 1U);
  const auto welcomes = server.sent<DeliverInbox>();
  ASSERT_EQ(welcomes.size(), 1U);
  EXPECT_EQ(welcomes[0].device, bjorn.id);
  EXPECT_EQ(welcomes[0].event.welcome, request.welcomes[0].welcome);
  EXPECT_EQ(welcomes[0].event.hash, std::get<protocol::Placed>(reply).hash);
  const auto state = std::get<protocol::GroupState>(server.ask(bjorn, protocol::FetchGroup{channel}));
  EXPECT_EQ(state.epoch, 1U);
  EXPECT_EQ(state.group_info, request.group_info);
}

TEST_F(Channels, TellTheSecondCommitterOfAnEpochThatItIsStale) {
  const ChannelId channel = shared_channel();
  const auto first = commit(anna, channel, {.force_path = true});
  const auto second = commit(bjorn, channel, {.force_path = true});
  ASSERT_THAT(server.ask(anna, first), IsPlaced());
  EXPECT_THAT(server.ask(bjorn, second), IsRefused(Status::stale_epoch));
}

TEST_F(Channels, RefuseACommitThatWasChanged) {
  const ChannelId channel = shared_channel();
  auto request = commit(anna, channel, {.force_path = true});
  request.commit[request.commit.size() / 2] ^= 1U;
  const auto reply = server.ask(anna, request);
  ASSERT_TRUE(std::holds_alternative<protocol::Refused>(reply));
  EXPECT_EQ(server.entries(channel).size(), 2U);
}

TEST_F(Channels, RefuseACommitThatAnotherDeviceMade) {
  const ChannelId channel = shared_channel();
  const auto request = commit(anna, channel, {.force_path = true});
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::invalid));
}

TEST_F(Channels, RefuseAGroupInfoOfAnotherEpoch) {
  const ChannelId channel = shared_channel();
  auto request = commit(anna, channel, {.force_path = true});
  request.group_info = anna.groups.at(channel).group_info();
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, RefuseAGroupInfoThatAnotherMemberSigned) {
  const ChannelId channel = shared_channel();
  auto request = commit(anna, channel, {.force_path = true});
  auto info = std::get<mls::GroupInfo>(mls::parse_mls_message(request.group_info).value());
  mls::sign_group_info(info, suite, bjorn.key.private_key.view());
  request.group_info = mls::encode_mls_message(info);
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid)) << "with Bjørn's key";
  info.signer = leaf_of(anna, channel, bjorn.id);
  mls::sign_group_info(info, suite, bjorn.key.private_key.view());
  request.group_info = mls::encode_mls_message(info);
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid)) << "and in his name";
}

TEST_F(Channels, RefuseAGroupInfoThatSaysMoreThanHowToJoin) {
  const ChannelId channel = shared_channel();
  auto request = commit(anna, channel, {.force_path = true});
  auto info = std::get<mls::GroupInfo>(mls::parse_mls_message(request.group_info).value());
  info.extensions.push_back({mls::ExtensionType{0xF0A1}, Bytes(32, 9)});
  mls::sign_group_info(info, suite, anna.key.private_key.view());
  request.group_info = mls::encode_mls_message(info);
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, BeginWithTheirFirstEpochAndNobodyElseInIt) {
  const auto policy = both();
  static_cast<void>(creation(anna, policy));  // a group that the server has not seen
  mls::Group& group = anna.groups.at(policy.channel);
  static_cast<void>(commit(anna, policy.channel, {.force_path = true}));
  group.merge_pending();
  const auto create = [&] {
    return server.ask(anna, protocol::CreateChannel{policy.channel, group.group_info(),
                                                    mls::encode_ratchet_tree(group.public_group().tree().nodes())});
  };
  EXPECT_THAT(create(), IsRefused(Status::invalid)) << "an epoch later";
  static_cast<void>(creation(anna, policy));
  static_cast<void>(commit(anna, policy.channel, {.adds = {key_package(bjorn).key_package}}));
  anna.groups.at(policy.channel).merge_pending();
  EXPECT_THAT(create(), IsRefused(Status::invalid)) << "with somebody else";
}

TEST_F(Channels, LetAPersonRemoveAnOwnDeviceFromAnother) {
  const ChannelId channel = created_channel(anna, both());
  const StaffInvitation invitation = staff_invitation(ahus, {.uses = 2});
  ASSERT_THAT(server.ask(bjorn, protocol::AddDelegation{identity::encode(invitation.delegation)}), IsLeafPlaced());
  const auto laptop = device_for(invitation);
  const auto phone = device_for(invitation);
  for (Device* device : {laptop.get(), phone.get()}) {
    ASSERT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device->certificate)}), IsLeafPlaced());
  }
  add(anna, channel, {laptop.get(), phone.get(), &bjorn});
  const auto removal = [&](Device& by, const Device& of) {
    return server.ask(by, commit(by, channel, {.removes = {leaf_of(by, channel, of.id)}}));
  };
  EXPECT_THAT(removal(bjorn, *phone), IsRefused(Status::not_permitted)) << "a colleague's";
  EXPECT_THAT(removal(*laptop, *phone), IsPlaced());
}

TEST_F(Channels, RefuseACommitOfAMemberWhomTheRosterNoLongerMeans) {
  const ChannelId channel = shared_channel();
  auto policy = protocol::policy_of(anna.groups.at(channel).context().extensions).value();
  policy.items.pop_back();
  ASSERT_THAT(server.ask(anna, commit(anna, channel, {.group_context_extensions = protocol::group_extensions(policy)})),
              IsPlaced());
  anna.groups.at(channel).merge_pending();
  const protocol::DirectoryAuthentication service = authentication();
  auto received =
      bjorn.groups.at(channel).stage_commit(server.entries(channel).back().body, {service, no_psks, server.now});
  ASSERT_TRUE(received.has_value());
  bjorn.groups.at(channel).merge(std::move(*received));
  EXPECT_THAT(server.ask(bjorn, commit(bjorn, channel, {.force_path = true})), IsRefused(Status::not_permitted));
  EXPECT_THAT(server.ask(bjorn, message(bjorn, channel)), IsRefused(Status::not_permitted));
}

TEST_F(Channels, RefuseAWelcomeThatIsMissingOrForSomebodyElse) {
  const ChannelId channel = created_channel(anna, both());
  auto request = add_commit(anna, channel, {&bjorn, cato.get()});
  auto without = request;
  without.welcomes.pop_back();
  EXPECT_THAT(server.ask(anna, without), IsRefused(Status::invalid));
  auto swapped = request;
  std::swap(swapped.welcomes[0].welcome, swapped.welcomes[1].welcome);
  EXPECT_THAT(server.ask(anna, swapped), IsRefused(Status::invalid));
  EXPECT_THAT(server.ask(anna, request), IsPlaced());
}

TEST_F(Channels, RefuseAWelcomeThatHoldsMoreThanItsJoinersSecrets) {
  const ChannelId channel = created_channel(anna, both());
  auto request = add_commit(anna, channel, {&bjorn});
  auto welcome = std::get<mls::Welcome>(mls::parse_mls_message(request.welcomes[0].welcome).value());
  welcome.secrets.push_back(welcome.secrets.front());
  request.welcomes[0].welcome = mls::encode_mls_message(welcome);
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, RefuseAWelcomeForADeviceWhoseInboxIsFull) {
  Limits few;
  few.inbox_items_per_device_max = 1;
  server.limits = few;
  server.restart();
  const ChannelId first = created_channel(anna, both());
  ASSERT_THAT(server.ask(anna, add_commit(anna, first, {&bjorn})), IsPlaced());
  storage::ChannelPolicy policy = both();
  while (protocol::shard_of(policy.channel, 2) != protocol::shard_of(first, 2)) policy = both();
  const ChannelId second = created_channel(anna, policy);
  EXPECT_THAT(server.ask(anna, add_commit(anna, second, {&bjorn})), IsRefused(Status::too_many));
}

TEST_F(Channels, RefuseToAddADeviceThatTheRosterDoesNotMean) {
  const ChannelId channel = created_channel(anna, both());
  const Partner stranger = enrolled_partner("5001", "Trondheim");
  const auto request = add_commit(anna, channel, {stranger.first.get()});
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::not_permitted));
}

TEST_F(Channels, RefuseToAddADeviceThatWasRevoked) {
  const ChannelId channel = created_channel(anna, both());
  const auto request = add_commit(anna, channel, {cato.get()});
  ASSERT_THAT(server.ask(anna, protocol::Revoke{identity::encode(revocation_of(oslo, cato->id))}), IsLeafPlaced());
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, LetAModeratorPutAPartnerOnTheRosterAndAddItAtOnce) {
  const ChannelId channel = created_channel(anna, both());
  const Partner trondheim = enrolled_partner("5001", "Trondheim");
  auto policy = protocol::policy_of(anna.groups.at(channel).context().extensions).value();
  policy.items.push_back(seats(trondheim, storage::Role::member));
  publish_key_packages(*trondheim.first, 1);
  const auto request = commit(anna, channel,
                              {.adds = {trondheim.first->bundles.back().key_package},
                               .group_context_extensions = protocol::group_extensions(policy)});
  EXPECT_THAT(server.ask(anna, request), IsPlaced());
  const auto told = server.sent<TellOfChannel>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_THAT(told[0].devices, testing::ElementsAre(trondheim.first->id));
}

TEST_F(Channels, RefuseAChangeOfPolicyByAMember) {
  const ChannelId channel = shared_channel();
  auto policy = protocol::policy_of(bjorn.groups.at(channel).context().extensions).value();
  policy.items[1].role = storage::Role::moderator;
  const auto request = commit(bjorn, channel, {.group_context_extensions = protocol::group_extensions(policy)});
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::not_permitted));
}

TEST_F(Channels, RefuseARosterWithAKeyThatIsNotThePartners) {
  const ChannelId channel = shared_channel();
  const Partner trondheim = enrolled_partner("5001", "Trondheim");
  auto policy = protocol::policy_of(anna.groups.at(channel).context().extensions).value();
  policy.items.push_back(seats(trondheim, storage::Role::member));
  policy.items.back().partner_key.bytes[3] ^= 1U;
  const auto request = commit(anna, channel, {.group_context_extensions = protocol::group_extensions(policy)});
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, RefuseToLoseTheirPolicyExtension) {
  const ChannelId channel = shared_channel();
  const auto request = commit(anna, channel, {.group_context_extensions = mls::Extensions{}});
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Channels, RefuseToForgetWhichChannelTheyAre) {
  const ChannelId channel = shared_channel();
  auto policy = protocol::policy_of(anna.groups.at(channel).context().extensions).value();
  policy.channel = random.id<ChannelId>();
  const auto request = commit(anna, channel, {.group_context_extensions = protocol::group_extensions(policy)});
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::not_permitted));
}

TEST_F(Channels, LetAModeratorRemoveADeviceWhichReadsUpToItsRemoval) {
  const ChannelId channel = shared_channel();
  const auto request = commit(anna, channel, {.removes = {leaf_of(anna, channel, bjorn.id)}});
  ASSERT_THAT(server.ask(anna, request), IsPlaced());
  const auto ended = server.sent<EndSubscription>();
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0].device, bjorn.id);
  EXPECT_EQ(ended[0].until_seq, 3U);
  anna.groups.at(channel).merge_pending();
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  const auto page = std::get<protocol::EntriesPage>(server.ask(bjorn, protocol::FetchEntries{channel, 0, 100}));
  ASSERT_EQ(page.entries.size(), 2U) << "the Commit that added it, and the one that removed it";
  EXPECT_EQ(storage::parse_entry(page.entries[1])->seq, 2U);
  EXPECT_EQ(server.core().readable(bjorn.id, channel, 1), (ReadWindow{1, 3}));
  EXPECT_EQ(server.core().readable(bjorn.id, channel, 3), std::nullopt);
}

TEST_F(Channels, RefuseAMembersRemovalOfAnEntitledDevice) {
  const ChannelId channel = shared_channel();
  const auto request = commit(bjorn, channel, {.removes = {leaf_of(bjorn, channel, anna.id)}});
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::not_permitted));
}

TEST_F(Channels, LetAnyMemberRemoveARevokedDeviceAndCiteTheRevocation) {
  const ChannelId channel = created_channel(anna, both());
  add(anna, channel, {&bjorn, cato.get()});
  ASSERT_THAT(server.ask(anna, protocol::Revoke{identity::encode(revocation_of(oslo, cato->id))}), IsLeafPlaced());
  const std::uint64_t revocation = server.directory().device(cato->id)->revoked.value();
  const auto removal = [&](std::vector<std::uint64_t> cited) {
    return commit(
        bjorn, channel,
        {.removes = {leaf_of(bjorn, channel, cato->id)},
         .authenticated_data = protocol::encode(protocol::AuthenticatedData{.revocations = std::move(cited)})});
  };
  EXPECT_THAT(server.ask(bjorn, removal({revocation - 1})), IsRefused(Status::invalid)) << "another leaf is cited";
  EXPECT_THAT(server.ask(bjorn, removal({revocation})), IsPlaced());
}

TEST_F(Channels, LetAnyMemberRemoveADeviceThatAskedToLeave) {
  const ChannelId channel = created_channel(anna, both());
  add(anna, channel, {&bjorn, cato.get()});
  const auto asked = server.ask(*cato, statement(*cato, channel, protocol::LeaveRequest{}));
  ASSERT_THAT(asked, IsPlaced());
  const auto removal = [&](std::vector<std::uint64_t> cited) {
    return commit(
        bjorn, channel,
        {.removes = {leaf_of(bjorn, channel, cato->id)},
         .authenticated_data = protocol::encode(protocol::AuthenticatedData{.leave_requests = std::move(cited)})});
  };
  EXPECT_THAT(server.ask(bjorn, removal({})), IsRefused(Status::not_permitted));
  EXPECT_THAT(server.ask(bjorn, removal({0})), IsRefused(Status::invalid)) << "no such request";
  EXPECT_THAT(server.ask(bjorn, removal({std::get<protocol::Placed>(asked).seq})), IsPlaced());
}

TEST_F(Channels, BoundTheirMembers) {
  Limits few;
  few.members_per_channel_max = 1;
  server.limits = few;
  server.restart();
  const ChannelId channel = created_channel(anna, both());
  EXPECT_THAT(server.ask(anna, add_commit(anna, channel, {&bjorn})), IsRefused(Status::too_many));
}

// --- external Commits

TEST_F(Channels, LetADeviceInByExternalCommitWhenTheRosterMeansIt) {
  const ChannelId channel = shared_channel();
  const auto state = std::get<protocol::GroupState>(server.ask(*cato, protocol::FetchGroup{channel}));
  const auto tree = std::get<protocol::TreePart>(server.ask(*cato, protocol::FetchTree{channel, state.epoch, 0}));
  ASSERT_EQ(tree.part.size(), tree.total);
  const protocol::DirectoryAuthentication service = authentication();
  auto joined = mls::Group::join_external(
      state.group_info, mls::parse_ratchet_tree(tree.part).value(), cato->leaf_identity(), cato->key,
      {.authenticated_data = protocol::encode(protocol::AuthenticatedData{})}, {service, no_psks, server.now}, random);
  ASSERT_TRUE(joined.has_value());
  ASSERT_THAT(server.ask(*cato, protocol::SubmitCommit{channel, joined->commit, joined->group.group_info(), {}}),
              IsPlaced());
  cato->groups.insert_or_assign(channel, std::move(joined->group));
  EXPECT_THAT(server.ask(*cato, message(*cato, channel)), IsPlaced());
}

TEST_F(Channels, RefuseAnExternalCommitOfADeviceThatTheRosterDoesNotMean) {
  const ChannelId channel = shared_channel();
  const Partner stranger = enrolled_partner("5001", "Trondheim");
  const auto state = std::get<protocol::GroupState>(server.ask(anna, protocol::FetchGroup{channel}));
  const protocol::DirectoryAuthentication service = authentication();
  auto joined = mls::Group::join_external(state.group_info, anna.groups.at(channel).public_group().tree().nodes(),
                                          stranger.first->leaf_identity(), stranger.first->key,
                                          {.authenticated_data = protocol::encode(protocol::AuthenticatedData{})},
                                          {service, no_psks, server.now}, random);
  ASSERT_TRUE(joined.has_value());
  EXPECT_THAT(
      server.ask(*stranger.first, protocol::SubmitCommit{channel, joined->commit, joined->group.group_info(), {}}),
      IsRefused(Status::not_found));
}

TEST_F(Channels, LetADeviceResyncInPlaceOfItsOwnLeaf) {
  const ChannelId channel = shared_channel();
  const auto state = std::get<protocol::GroupState>(server.ask(bjorn, protocol::FetchGroup{channel}));
  const protocol::DirectoryAuthentication service = authentication();
  auto joined = mls::Group::join_external(state.group_info, anna.groups.at(channel).public_group().tree().nodes(),
                                          bjorn.leaf_identity(), bjorn.key,
                                          {.replaces = leaf_of(anna, channel, bjorn.id),
                                           .authenticated_data = protocol::encode(protocol::AuthenticatedData{})},
                                          {service, no_psks, server.now}, random);
  ASSERT_TRUE(joined.has_value());
  ASSERT_THAT(server.ask(bjorn, protocol::SubmitCommit{channel, joined->commit, joined->group.group_info(), {}}),
              IsPlaced());
  EXPECT_TRUE(server.sent<EndSubscription>().empty());
  EXPECT_EQ(server.core().readable(bjorn.id, channel, 1), (ReadWindow{1, std::nullopt})) << "one window still";
}

// --- trees and Welcomes

TEST_F(Channels, KeepATreeAsLongAsAWelcomeIntoItsEpochWaits) {
  const ChannelId channel = created_channel(anna, both());
  ASSERT_THAT(server.ask(anna, add_commit(anna, channel, {&bjorn})), IsPlaced());
  const auto welcome = server.sent<DeliverInbox>().at(0);
  anna.groups.at(channel).merge_pending();
  const Bytes tree = mls::encode_ratchet_tree(anna.groups.at(channel).public_group().tree().nodes());
  ASSERT_THAT(server.ask(anna, commit(anna, channel, {.force_path = true})), IsPlaced());
  server.restart();
  const auto kept = server.ask(bjorn, protocol::FetchTree{channel, welcome.event.epoch, 0});
  ASSERT_TRUE(std::holds_alternative<protocol::TreePart>(kept));
  EXPECT_EQ(std::get<protocol::TreePart>(kept).part, tree);
  ASSERT_THAT(server.ask(bjorn, protocol::AcknowledgeInbox{welcome.event.shard, welcome.event.n}), IsDone());
  EXPECT_THAT(server.ask(bjorn, protocol::FetchTree{channel, welcome.event.epoch, 0}), IsRefused(Status::not_found));
}

TEST_F(Channels, KeepAWelcomeUntilItIsAcknowledged) {
  const ChannelId channel = created_channel(anna, both());
  ASSERT_THAT(server.ask(anna, add_commit(anna, channel, {&bjorn})), IsPlaced());
  const auto sent = server.sent<DeliverInbox>().at(0).event;
  const auto waiting = read_inbox(server.main, bjorn.id, sent.shard, 0, 10).value();
  ASSERT_EQ(waiting.size(), 1U);
  EXPECT_EQ(waiting[0].welcome, sent.welcome);
  EXPECT_TRUE(read_inbox(server.main, bjorn.id, sent.shard, sent.n, 10)->empty());
  ASSERT_THAT(server.ask(bjorn, protocol::AcknowledgeInbox{sent.shard, sent.n}), IsDone());
  EXPECT_TRUE(read_inbox(server.main, bjorn.id, sent.shard, 0, 10)->empty());
}

}  // namespace
}  // namespace samband::server
