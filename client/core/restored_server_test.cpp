// What clients do when the server was restored from a backup, and holds less than they do.
#include <gmock/gmock.h>

#include "client/core/community_fixture.h"

namespace samband::client {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class RestoredServerTest : public ::testing::Test {
 protected:
  RestoredServerTest() {
    for (const char* name : {"SSU", "FSU"}) {
      EXPECT_EQ(anna.asks(creation(name, {"1506", "1511"})), std::nullopt);
      community.pass(30 * second_ms);
      EXPECT_EQ(anna.asks(saying(name, "before")), std::nullopt);
    }
    community.pass(minute_ms);
  }
  static CreateChannel creation(std::string name, std::vector<std::string> partners) {
    return {.name = std::move(name),
            .kind = ChannelKind::discussion,
            .audience = NamedPartners{std::move(partners)},
            .who = AllStaff{},
            .moderators = {},
            .successor = {}};
  }
  static SendText saying(std::string channel, std::string words) {
    return {.channel = std::move(channel), .text = std::move(words), .reply_to = {}, .guard_reason = {}};
  }
  ChannelId channel_of(Person& person, const std::string& name) {
    person.forget();
    EXPECT_EQ(person.asks(ListChannels{}), std::nullopt);
    for (const ChannelLine& line : person.heard<ChannelLine>()) {
      if (line.name == name) return line.channel;
    }
    ADD_FAILURE() << name;
    return {};
  }
  ChannelLine line_of(Person& person, const std::string& name) {
    person.forget();
    EXPECT_EQ(person.asks(ListChannels{}), std::nullopt);
    for (const ChannelLine& line : person.heard<ChannelLine>()) {
      if (line.name == name) return line;
    }
    ADD_FAILURE() << name;
    return {};
  }
  void forget_all() {
    anna.forget();
    bjorn.forget();
  }

  Community community;
  Person& anna = community.partner("1506", "Molde", "Anna");
  Person& bjorn = community.partner("1511", "Vanylven", "Bjørn");
};

TEST_F(RestoredServerTest, WhichIsBehindInAChannelIsToldAndTheOthersGoOn) {
  const auto backup = community.back_up();
  ASSERT_EQ(anna.asks(saying("SSU", "lost 1")), std::nullopt);
  ASSERT_EQ(anna.asks(saying("SSU", "lost 2")), std::nullopt);
  community.settle();
  forget_all();
  community.restore_server(backup, 1000);
  community.settle();
  for (Person* person : {&anna, &bjorn}) {
    EXPECT_EQ(person->warnings(Warning::server_restored), 1U) << person->name;
    ASSERT_EQ(person->warnings(Warning::channel_behind), 1U) << person->name;
    for (const WarningLine& line : person->heard<WarningLine>()) {
      if (line.warning != Warning::channel_behind) continue;
      EXPECT_EQ(line.channel_name, "SSU");
      EXPECT_EQ(line.detail, "2");
    }
    EXPECT_EQ(line_of(*person, "SSU").server_behind, 2U);
    EXPECT_FALSE(line_of(*person, "FSU").server_parted);
    EXPECT_THAT(person->reads("SSU"), ElementsAre("before", "lost 1", "lost 2")) << "what it has stays";
    EXPECT_EQ(person->asks(Sync{}), std::nullopt);
  }
  ASSERT_EQ(anna.asks(saying("FSU", "after")), std::nullopt);
  EXPECT_THAT(bjorn.reads("FSU"), ElementsAre("before", "after"));
}

TEST_F(RestoredServerTest, GetsNothingIntoAChannelThatIsBehind) {
  const ChannelId ssu = channel_of(anna, "SSU");
  const auto backup = community.back_up();
  ASSERT_EQ(anna.asks(saying("SSU", "lost")), std::nullopt);
  community.restore_server(backup, 1000);
  community.settle();
  const std::size_t entries = community.entries(ssu).size();
  EXPECT_EQ(anna.asks(saying("SSU", "into the gap")), Fault::server_behind);
  EXPECT_EQ(anna.asks(EditText{.channel = "SSU", .seq = 3, .text = "x", .guard_reason = {}}), Fault::server_behind);
  EXPECT_EQ(anna.asks(RemovePartners{.channel = "SSU", .partners = {"1511"}}), Fault::server_behind);
  EXPECT_EQ(bjorn.asks(LeaveChannel{.channel = "SSU"}), Fault::server_behind);
  anna.begins(Agent{});
  community.pass(40 * day_ms);  // a path would be due
  EXPECT_EQ(community.entries(ssu).size(), entries) << "nothing that would fork";
}

TEST_F(RestoredServerTest, IsNotSentWhatWaitedForAChannelThatIsBehindAndItIsNotLost) {
  const ChannelId ssu = channel_of(anna, "SSU");
  const auto backup = community.back_up();
  const std::size_t entries = community.entries(ssu).size();
  ASSERT_EQ(anna.asks(saying("SSU", "lost")), std::nullopt);
  // A message is on its way in each channel, and a Commit, when the server goes away.
  const OperationId waiting = anna.begins(saying("SSU", "waits"));
  const OperationId going = anna.begins(saying("FSU", "goes"));
  const OperationId committing = anna.begins(RemovePartners{.channel = "SSU", .partners = {"1511"}});
  anna.disconnects();
  anna.restarts();
  community.restore_server(backup, 1000);
  community.settle();
  static_cast<void>(waiting);
  static_cast<void>(going);
  static_cast<void>(committing);
  EXPECT_THAT(bjorn.reads("FSU"), ElementsAre("before", "goes"));
  EXPECT_THAT(community.entries(ssu), SizeIs(entries)) << "nothing came into the channel that is behind";
  EXPECT_THAT(anna.reads("SSU"), ElementsAre("before", "lost"));
  EXPECT_EQ(anna.warnings(Warning::profile_copied), 0U);
  EXPECT_EQ(anna.asks(Sync{}), std::nullopt) << "what is kept holds up nothing";
  EXPECT_GE(anna.entries_kept(ssu).size(), 3U);
}

TEST_F(RestoredServerTest, ThatIsWholeAgainGetsWhatWaited) {
  const auto backup = community.back_up();
  ASSERT_EQ(anna.asks(saying("SSU", "nearly lost")), std::nullopt);
  const auto newer = community.back_up();
  anna.begins(saying("SSU", "waits"));
  anna.disconnects();
  community.restore_server(backup, 1000);
  community.settle();
  EXPECT_TRUE(line_of(anna, "SSU").server_parted);
  anna.restarts();
  community.restore_server(newer, 2000);
  community.settle();
  EXPECT_FALSE(line_of(anna, "SSU").server_parted);
  EXPECT_THAT(bjorn.reads("SSU"), ElementsAre("before", "nearly lost", "waits"));
}

TEST_F(RestoredServerTest, WhoseChannelWentOnWithoutOnesEntriesIsNotFollowedIntoThem) {
  ASSERT_EQ(bjorn.asks(Sync{}), std::nullopt);
  const auto backup = community.back_up();
  bjorn.disconnects();
  ASSERT_EQ(anna.asks(saying("SSU", "only Anna knows")), std::nullopt);
  anna.disconnects();
  forget_all();
  community.restore_server(backup, 1000);
  anna.disconnects();
  community.settle();
  ASSERT_EQ(bjorn.asks(saying("SSU", "another at its place")), std::nullopt);
  EXPECT_EQ(bjorn.warnings(Warning::channel_behind), 0U);
  anna.connects();
  community.settle();
  EXPECT_EQ(anna.warnings(Warning::channel_parted), 1U);
  EXPECT_EQ(anna.warnings(Warning::history_differs), 0U);
  EXPECT_THAT(anna.reads("SSU"), ElementsAre("before", "only Anna knows"));
  EXPECT_THAT(bjorn.reads("SSU"), ElementsAre("before", "another at its place"));
  EXPECT_EQ(anna.asks(saying("SSU", "x")), Fault::server_behind);
}

TEST_F(RestoredServerTest, IsComparedAlsoWhenTheClientDiesMeanwhile) {
  const ChannelId ssu = channel_of(anna, "SSU");
  const auto backup = community.back_up();
  ASSERT_EQ(anna.asks(saying("SSU", "lost")), std::nullopt);
  anna.begins(saying("SSU", "waits"));
  for (const std::unique_ptr<Person>& person : community.people) person->disconnects();
  const std::size_t entries = community.entries(ssu).size() - 1;
  for (std::size_t frames = 1; frames < 12; ++frames) {
    community.restore_server(backup, 1000 + frames);
    bjorn.disconnects();
    for (std::size_t i = 0; i < frames; ++i) community.move_one_frame(0);
    anna.restarts();
    anna.connects();
    community.settle();
    EXPECT_TRUE(line_of(anna, "SSU").server_parted) << frames;
    EXPECT_THAT(community.entries(ssu), SizeIs(entries)) << frames;
  }
}

TEST_F(RestoredServerTest, ThatNeverKnewTheChannelIsBehindInAllOfIt) {
  const auto backup = community.back_up();
  ASSERT_EQ(anna.asks(creation("LSU", {"1506"})), std::nullopt);
  ASSERT_EQ(anna.asks(saying("LSU", "kept")), std::nullopt);
  community.restore_server(backup, 1000);
  community.settle();
  EXPECT_GE(line_of(anna, "LSU").server_behind, 2U);
  EXPECT_THAT(anna.reads("LSU"), ElementsAre("kept"));
}

TEST_F(RestoredServerTest, WhoseDirectoryLacksLeavesIsNotCalledALiar) {
  const auto backup = community.back_up();
  community.operator_invitation("1547", "Aukra");
  community.settle();
  forget_all();
  community.restore_server(backup, 1000);
  community.settle();
  EXPECT_EQ(anna.warnings(Warning::server_contradicts_log), 0U);
  EXPECT_EQ(anna.warnings(Warning::directory_behind), 1U);
  ASSERT_EQ(anna.asks(saying("SSU", "after")), std::nullopt);
  EXPECT_THAT(bjorn.reads("SSU"), ElementsAre("before", "after"));
  anna.forget();
  ASSERT_EQ(anna.asks(ListPartners{}), std::nullopt);
  EXPECT_THAT(anna.heard<PartnerLine>(), SizeIs(3)) << "what it knows stays";
}

TEST_F(RestoredServerTest, WhoseDirectoryGoesAnotherWayIsNotBelievedAndNotLeft) {
  const auto backup = community.back_up();
  community.operator_invitation("1547", "Aukra");
  community.settle();
  forget_all();
  community.restore_server(backup, 1000);
  community.settle();
  EXPECT_EQ(anna.warnings(Warning::directory_behind), 1U);
  community.operator_invitation("1554", "Averøy");
  community.operator_invitation("1560", "Tingvoll");
  community.settle();
  EXPECT_EQ(anna.warnings(Warning::server_contradicts_log), 0U);
  EXPECT_FALSE(anna.closed.has_value());
  anna.forget();
  ASSERT_EQ(anna.asks(ListPartners{}), std::nullopt);
  EXPECT_THAT(anna.heard<PartnerLine>(), SizeIs(3));
  EXPECT_EQ(anna.asks(Sync{}), std::nullopt);
}

TEST_F(RestoredServerTest, WhoseDirectoryShrankWithoutARestoreIsAccused) {
  const auto backup = community.back_up();
  community.operator_invitation("1547", "Aukra");
  community.settle();
  forget_all();
  community.restore_server(backup, 1);  // the incarnation that it had
  community.settle();
  EXPECT_EQ(anna.warnings(Warning::server_contradicts_log), 1U);
  ASSERT_TRUE(anna.closed.has_value());
  EXPECT_FALSE(anna.closed->reconnect);
}

}  // namespace
}  // namespace samband::client
