// A fresh group under an old channel.
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

using protocol::Status;

class Restarts : public CoreTest {
 protected:
  Restarts() { add(anna, channel, {&bjorn}); }

  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner bergen = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;     // moderates
  Device& bjorn = *bergen.first;  // a member
  storage::ChannelPolicy policy =
      policy_of({seats(oslo, storage::Role::moderator), seats(bergen, storage::Role::member)});
  ChannelId channel = created_channel(anna, policy);
  mls::GroupContext old = anna.groups.at(channel).context();

  // Whoever restarts has a new group under the channel afterwards.
  protocol::RestartChannel restart(Device& device, const storage::ChannelPolicy& under,
                                   const std::optional<Bytes>& old_group_id = std::nullopt) {
    const std::uint64_t epoch = device.groups.at(channel).epoch().value;
    const auto begun = creation(device, under);
    const protocol::Statement said{
        .channel = channel,
        .device = device.id,
        .group_id = old.group_id,
        .epoch = epoch,
        .body = protocol::Restart{old_group_id.value_or(old.group_id), old.confirmed_transcript_hash, bjorn.id,
                                  device.groups.at(under.channel).context().group_id}};
    return {channel, protocol::encode(protocol::sign(said, device.key.private_key.view())), begun.group_info,
            begun.ratchet_tree};
  }
};

TEST_F(Restarts, BeginAnewWithTheModeratorAloneAndOthersJoinLikeAnybody) {
  ASSERT_THAT(server.ask(anna, restart(anna, policy)), IsPlaced());
  EXPECT_EQ(server.sent<EndSubscription>().at(0).device, bjorn.id);
  EXPECT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  EXPECT_THAT(server.ask(bjorn, message(bjorn, channel)), IsRefused(Status::not_permitted));
  server.restart();
  add(anna, channel, {&bjorn});
  EXPECT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
}

TEST_F(Restarts, AreForModerators) {
  EXPECT_THAT(server.ask(bjorn, restart(bjorn, policy)), IsRefused(Status::not_permitted));
}

TEST_F(Restarts, KeepThePolicy) {
  auto other = policy;
  other.items.pop_back();
  EXPECT_THAT(server.ask(anna, restart(anna, other)), IsRefused(Status::not_permitted));
}

TEST_F(Restarts, NameTheGroupTheyReplace) {
  EXPECT_THAT(server.ask(anna, restart(anna, policy, Bytes(16, 1))), IsRefused(Status::invalid));
}

TEST_F(Restarts, AreSignedByWhoAsks) {
  auto request = restart(anna, policy);
  request.statement.back() ^= 1U;
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

}  // namespace
}  // namespace samband::server
