// What people do together, through a real server core.

#include <algorithm>
#include <gmock/gmock.h>

#include "client/core/community_fixture.h"
#include "client/core/streams_fixture.h"
#include "crypto/codec/hex.h"

namespace samband::client {
namespace {

using identity::Duties;
using identity::Duty;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

const std::string channel = "Utskriving";

// A birth number with both check digits: date, then the first individual number that has them.
std::string birth_number() {
  for (int individual = 100; individual < 1000; ++individual) {
    std::string digits = "010190" + std::to_string(individual);
    const auto check = [&](std::string_view weights) {
      int sum = 0;
      for (std::size_t i = 0; i < weights.size(); ++i) sum += (digits[i] - '0') * (weights[i] - '0');
      return (11 - sum % 11) % 11;
    };
    const int first = check("376189452");
    if (first == 10) continue;
    digits += static_cast<char>('0' + first);
    const int second = check("5432765432");
    if (second != 10) return digits + static_cast<char>('0' + second);
  }
  return {};
}

class CommunityTest : public testing::Test {
 protected:
  // Anna of Ålesund makes a channel with Molde and Kristiansund, whose administrators have devices.
  ChannelId common_channel(ChannelKind kind = ChannelKind::discussion) {
    anna.forget();
    EXPECT_EQ(anna.asks(CreateChannel{.name = channel,
                                      .kind = kind,
                                      .audience = NamedPartners{{"1508", "1506", "1505"}},
                                      .who = AllStaff{},
                                      .moderators = {},
                                      .successor = {}}),
              std::nullopt);
    const auto made = anna.heard<ChannelMade>();
    EXPECT_THAT(made, SizeIs(1));
    return made.empty() ? ChannelId{} : made.front().channel;
  }

  static SendText text(std::string words) {
    return {.channel = channel, .text = std::move(words), .reply_to = {}, .guard_reason = {}};
  }

  Community community;
  Person& anna = community.partner("1508", "Ålesund", "Anna");
  Person& bjorn = community.partner("1506", "Molde", "Bjørn");
  Person& cecilie = community.partner("1505", "Kristiansund", "Cecilie");
};

TEST_F(CommunityTest, EnrolsTheFirstOfAPartnerAndShowsItsRecoverySheetOnce) {
  const auto enrolled = anna.heard<Enrolled>();
  ASSERT_THAT(enrolled, SizeIs(1));
  EXPECT_EQ(enrolled.front().partner_name, "Ålesund");
  EXPECT_EQ(enrolled.front().partner_number, "1508");
  ASSERT_TRUE(enrolled.front().recovery_sheet.has_value());
  EXPECT_EQ(enrolled.front().recovery_sheet->size(), 64U);
}

TEST_F(CommunityTest, EnrolsAColleagueWhoSeesTheSameFingerprint) {
  Person& dag = community.colleague(anna, "Dag", {Duty::coordinator});
  const auto enrolled = dag.heard<Enrolled>();
  ASSERT_THAT(enrolled, SizeIs(1));
  EXPECT_FALSE(enrolled.front().recovery_sheet.has_value());
  EXPECT_EQ(enrolled.front().fingerprint, anna.heard<Enrolled>().empty() ? enrolled.front().fingerprint : "");
}

TEST_F(CommunityTest, RefusesAnInvitationThatWasUsed) {
  const std::string code = community.invitation(anna, "Dag", {Duty::coordinator});
  Person& dag = community.stranger("Dag");
  dag.connects();
  EXPECT_EQ(dag.asks(Enrol{code, "Dag", "laptop"}), std::nullopt);
  Person& eva = community.stranger("Eva");
  eva.connects();
  EXPECT_EQ(eva.asks(Enrol{code, "Dag", "phone"}), Fault::invitation_used_up);
}

TEST_F(CommunityTest, RefusesAnInvitationWithAWrongLetter) {
  std::string code = community.invitation(anna, "Dag", {Duty::coordinator});
  code[40] = code[40] == 'A' ? 'B' : 'A';
  Person& dag = community.stranger("Dag");
  EXPECT_EQ(dag.asks(Enrol{code, "Dag", "laptop"}), Fault::invitation_mistyped);
}

TEST_F(CommunityTest, GoesOnWithAnEnrolmentWhoseAnswerWasLost) {
  const std::string code = community.invitation(anna, "Dag", {Duty::coordinator});
  Person& dag = community.stranger("Dag");
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    const auto parsed = protocol::parse_server_frame(frame);
    const auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    if (&to == &dag && reply != nullptr && std::holds_alternative<protocol::LeafPlaced>(reply->body)) {
      return std::nullopt;
    }
    return frame;
  };
  dag.connects();
  dag.begins(Enrol{code, "Dag", "laptop"});
  community.settle();
  EXPECT_FALSE(dag.client->enrolled());
  community.tamper = nullptr;
  dag.restarts();
  dag.connects();
  EXPECT_EQ(dag.asks(Enrol{code, "Dag", "laptop"}), std::nullopt);
  EXPECT_TRUE(dag.client->enrolled());
}

TEST_F(CommunityTest, ReadsWhatOthersWroteInOneOrder) {
  common_channel();
  EXPECT_EQ(anna.asks(text("hei")), std::nullopt);
  EXPECT_EQ(bjorn.asks(text("hallo")), std::nullopt);
  EXPECT_EQ(cecilie.asks(text("god dag")), std::nullopt);
  const auto expected = ElementsAre("hei", "hallo", "god dag");
  EXPECT_THAT(anna.reads(channel), expected);
  EXPECT_THAT(bjorn.reads(channel), expected);
  EXPECT_THAT(cecilie.reads(channel), expected);
}

TEST_F(CommunityTest, ShowsRepliesEditsReactionsAndDeletions) {
  common_channel();
  ASSERT_EQ(anna.asks(text("møte tysdag")), std::nullopt);
  const std::uint64_t seq = anna.heard<Placed>().back().seq;
  ASSERT_EQ(bjorn.asks(SendText{.channel = channel, .text = "eg kjem", .reply_to = seq, .guard_reason = {}}),
            std::nullopt);
  ASSERT_EQ(anna.asks(EditText{channel, seq, "møte onsdag", {}}), std::nullopt);
  ASSERT_EQ(cecilie.asks(React{channel, seq, "👍"}), std::nullopt);
  const auto seen = bjorn.messages(channel);
  ASSERT_THAT(seen, SizeIs(2));
  EXPECT_EQ(seen[0].text, "møte onsdag");
  EXPECT_TRUE(seen[0].edited);
  ASSERT_THAT(seen[0].reactions, SizeIs(1));
  EXPECT_EQ(seen[0].reactions[0].from, "Cecilie");
  EXPECT_EQ(seen[1].reply_to, seq);

  EXPECT_EQ(bjorn.asks(DeleteMessage{channel, seq}), Fault::not_permitted);
  EXPECT_EQ(bjorn.asks(EditText{channel, seq, "ikkje mi", {}}), Fault::not_permitted);
  ASSERT_EQ(anna.asks(DeleteMessage{channel, seq}), std::nullopt);
  EXPECT_TRUE(cecilie.messages(channel)[0].deleted);
  EXPECT_EQ(cecilie.messages(channel)[0].text, "");
}

TEST_F(CommunityTest, StopsAnIdentityNumberUnlessAReasonIsGiven) {
  common_channel();
  EXPECT_EQ(anna.asks(text("pasient " + birth_number())), Fault::stopped_by_guard);
  EXPECT_THAT(anna.reads(channel), IsEmpty());
  EXPECT_EQ(
      anna.asks(SendText{
          .channel = channel, .text = "døme " + birth_number(), .reply_to = {}, .guard_reason = "constructed number"}),
      std::nullopt);
  EXPECT_EQ(bjorn.messages(channel).at(0).guard_reason, "constructed number");
}

TEST_F(CommunityTest, KeepsWhatWasWrittenWithoutAConnectionUntilThereIsOne) {
  common_channel();
  anna.disconnects();
  anna.begins(text("skrive på toget"));
  anna.restarts();
  anna.connects();
  community.settle();
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("skrive på toget"));
  EXPECT_THAT(anna.reads(channel), ElementsAre("skrive på toget"));
}

TEST_F(CommunityTest, GivesUpWaitingForAConnectionWhenTheTimeIsOver) {
  anna.disconnects();
  const OperationId operation = anna.begins(Verify{});
  community.now = {community.now.ms + 2 * day_ms};
  static_cast<void>(anna.client->tick(community.now));
  Started started = anna.client->start(Verify{}, community.now, community.now);
  const Effects effects = anna.client->tick(community.now);
  const bool gave_up = std::ranges::any_of(effects, [&](const Effect& effect) {
    const auto* end = std::get_if<Finished>(&effect);
    return end != nullptr && end->operation == started.operation && end->failure->fault == Fault::server_away;
  });
  EXPECT_TRUE(gave_up);
  EXPECT_NE(operation, started.operation);
}

TEST_F(CommunityTest, ForgetsRawEntriesAfterThirtyDaysAndNothingElse) {
  const ChannelId id = common_channel();
  ASSERT_EQ(anna.asks(text("gammalt")), std::nullopt);
  ASSERT_EQ(bjorn.asks(Sync{}), std::nullopt);
  ASSERT_THAT(bjorn.entries_kept(id), Not(IsEmpty()));
  bjorn.disconnects();
  community.now = {community.now.ms + 31 * day_ms};
  ASSERT_EQ(anna.asks(text("nytt")), std::nullopt);
  bjorn.connects();
  ASSERT_EQ(bjorn.asks(Sync{}), std::nullopt);
  const auto kept = bjorn.entries_kept(id);
  ASSERT_THAT(kept, Not(IsEmpty()));
  EXPECT_GT(kept.front(), 2U);
  EXPECT_EQ(kept.back() + 1, community.entries(id).size());
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("gammalt", "nytt"));
}

TEST_F(CommunityTest, EncryptsAnewUnseenWhenAnotherCommitWasFirst) {
  common_channel();
  ASSERT_EQ(anna.asks(text("ein")), std::nullopt);
  ASSERT_EQ(bjorn.asks(text("to")), std::nullopt);
  // Cecilie has a path to make before her first message; Anna and Bjørn write meanwhile, in the old epoch.
  const OperationId third = cecilie.begins(text("tre"));
  const OperationId fourth = anna.begins(text("fire"));
  const OperationId fifth = bjorn.begins(text("fem"));
  community.settle();
  for (const auto& [person, operation] : {std::pair{&cecilie, third}, {&anna, fourth}, {&bjorn, fifth}}) {
    ASSERT_TRUE(person->end_of(operation).has_value()) << person->name;
    EXPECT_EQ(*person->end_of(operation), std::nullopt) << person->name;
  }
  const auto read = anna.reads(channel);
  EXPECT_THAT(read, SizeIs(5));
  EXPECT_EQ(bjorn.reads(channel), read);
  EXPECT_EQ(cecilie.reads(channel), read);
}

TEST_F(CommunityTest, HoldsWhatItWritesBackDuringMaintenanceAndReadsOn) {
  common_channel();
  ASSERT_EQ(anna.asks(text("før")), std::nullopt);
  ASSERT_EQ(bjorn.asks(text("også før")), std::nullopt);
  ASSERT_EQ(cecilie.asks(Sync{}), std::nullopt);
  cecilie.disconnects();
  community.maintains(true, "flytting");
  anna.waits_ms = 5 * second_ms;
  const OperationId first = anna.begins(text("ein"));
  const OperationId second = anna.begins(text("to"));
  community.pass(10 * second_ms);
  EXPECT_FALSE(anna.closed) << "the connection stays, for reading";
  for (const OperationId operation : {first, second}) {
    ASSERT_TRUE(anna.end_of(operation).has_value());
    EXPECT_EQ(*anna.end_of(operation), Fault::server_maintenance);
    EXPECT_EQ(anna.finished.at(operation)->detail, "flytting");
  }
  cecilie.connects();
  EXPECT_EQ(cecilie.asks(Sync{}), std::nullopt) << "who writes nothing does not notice";
  anna.restarts();
  anna.connects();
  community.settle();
  community.maintains(false);
  community.pass(30 * second_ms);
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("før", "også før", "ein", "to"));
}

// Of several on their way when maintenance ends, the first may be refused and the others come behind it too early.
TEST_F(CommunityTest, KeepsTheOrderOfWhatWasUnderWayWhenMaintenanceEnded) {
  common_channel();
  ASSERT_EQ(anna.asks(text("før")), std::nullopt);
  ASSERT_EQ(community.people.front().get(), &anna);
  community.maintains(true);
  const std::size_t sent_before = community.sent_messages.size();
  anna.begins(text("ein"));
  anna.begins(text("to"));
  while (community.sent_messages.size() == sent_before) ASSERT_TRUE(community.move_one_frame(0));
  community.maintains(false);
  anna.begins(text("tre"));
  community.pass(30 * second_ms);
  EXPECT_EQ(anna.warnings(Warning::profile_copied), 0U);
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("før", "ein", "to", "tre"));
}

TEST_F(CommunityTest, AnAgentOutlivesMaintenance) {
  common_channel();
  ASSERT_EQ(anna.asks(text("før")), std::nullopt);
  anna.waits_ms = 5 * second_ms;
  const OperationId agent = anna.begins(Agent{});
  community.maintains(true);
  const OperationId sent = anna.begins(text("ein"));
  community.pass(60 * second_ms);
  EXPECT_EQ(*anna.end_of(sent), Fault::server_maintenance);
  EXPECT_EQ(anna.end_of(agent), std::nullopt);
  community.maintains(false);
  community.pass(30 * second_ms);
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("før", "ein"));
}

TEST_F(CommunityTest, JoinsByItselfWhenTheRosterMeansIt) {
  common_channel();
  ASSERT_EQ(anna.asks(text("før")), std::nullopt);
  Person& dag = community.colleague(bjorn, "Dag", {Duty::coordinator});
  ASSERT_EQ(dag.asks(Sync{}), std::nullopt);
  ASSERT_EQ(dag.asks(JoinChannel{channel}), std::nullopt);
  ASSERT_EQ(anna.asks(text("etter")), std::nullopt);
  EXPECT_THAT(dag.reads(channel), ElementsAre("etter"));
  EXPECT_EQ(dag.asks(text("takk")), std::nullopt);
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("før", "etter", "takk"));
}

TEST_F(CommunityTest, AnAgentOfAModeratorAdmitsWaitingDevices) {
  common_channel();
  anna.begins(Agent{});
  Person& dag = community.colleague(bjorn, "Dag", {Duty::coordinator});
  community.pass(5 * second_ms);
  EXPECT_THAT(dag.heard<JoinedChannel>(), SizeIs(1));
  ASSERT_EQ(anna.asks(text("velkomen")), std::nullopt);
  EXPECT_THAT(dag.reads(channel), ElementsAre("velkomen"));
}

TEST_F(CommunityTest, ARevokedDeviceIsRemovedBeforeAnythingMoreIsSaid) {
  const ChannelId id = common_channel();
  Person& dag = community.colleague(bjorn, "Dag", {Duty::coordinator});
  ASSERT_EQ(dag.asks(Sync{}), std::nullopt);
  ASSERT_EQ(dag.asks(JoinChannel{channel}), std::nullopt);
  const auto spy = dag.takes_group(id);
  ASSERT_EQ(bjorn.asks(Revoke{.subject = "Dag", .reason = "slutta"}), std::nullopt);
  ASSERT_EQ(cecilie.asks(text("berre for oss")), std::nullopt);
  EXPECT_THAT(anna.reads(channel), ElementsAre("berre for oss"));
  EXPECT_FALSE(spy->unprotect(community.sent_messages.back().second).has_value());
  anna.forget();
  ASSERT_EQ(anna.asks(ListMembers{channel}), std::nullopt);
  EXPECT_THAT(anna.heard<MemberLine>(), SizeIs(3));
  ASSERT_TRUE(dag.closed.has_value());
  EXPECT_EQ(dag.closed->reason.fault, Fault::device_revoked);
}

TEST_F(CommunityTest, WhoeverLeavesIsRemovedByAnotherMemberAndKeepsNothing) {
  const ChannelId id = common_channel();
  ASSERT_EQ(cecilie.asks(LeaveChannel{channel}), std::nullopt);
  community.pass(minute_ms);
  const auto left = cecilie.heard<LeftChannel>();
  ASSERT_THAT(left, SizeIs(1));
  EXPECT_EQ(left.front().membership, Membership::left);
  EXPECT_EQ(cecilie.asks(text("for seint")), Fault::not_a_member);
  ASSERT_EQ(anna.asks(text("berre to")), std::nullopt);
  EXPECT_THAT(bjorn.reads(channel), ElementsAre("berre to"));
  EXPECT_FALSE(id.is_zero());
}

TEST_F(CommunityTest, OnlyADeviceWithAnAdministratorKeyInvitesAndRevokes) {
  Person& dag = community.colleague(bjorn, "Dag", {Duty::administrator});
  EXPECT_EQ(dag.asks(Invite{.staff_name = "Eva", .duties = {Duty::coordinator}}), Fault::no_administrator_key);
  EXPECT_EQ(dag.asks(Revoke{.subject = "Dag", .reason = {}}), Fault::no_administrator_key);
  ASSERT_EQ(dag.asks(WhoAmI{}), std::nullopt);
  EXPECT_FALSE(dag.heard<SelfLine>().at(0).has_administrator_key);
  ASSERT_EQ(bjorn.asks(WhoAmI{}), std::nullopt);
  EXPECT_TRUE(bjorn.heard<SelfLine>().at(0).has_administrator_key);
}

TEST_F(CommunityTest, NoChannelPromisesAHistoryThatItDoesNotShare) {
  CreateChannel shared{.name = "delt", .audience = NamedPartners{{"1508", "1506"}}, .who = AllStaff{}};
  shared.history = ChannelHistory::shared;
  EXPECT_EQ(anna.asks(shared), Fault::history_not_shared);
  shared.history = ChannelHistory::from_joining;
  EXPECT_EQ(anna.asks(shared), std::nullopt);
}

TEST_F(CommunityTest, TheOverviewSaysThatNothingWaits) {
  ASSERT_EQ(anna.asks(ShowOverview{}), std::nullopt);
  EXPECT_THAT(anna.heard<NothingWaits>(), SizeIs(1));
}

TEST_F(CommunityTest, TheLastModeratorMakesAnotherOneBeforeLeaving) {
  common_channel();
  EXPECT_EQ(anna.asks(LeaveChannel{channel}), Fault::last_moderator);
  ASSERT_EQ(anna.asks(AddPartners{channel, {"1506"}, AllStaff{}, true}), std::nullopt);
  ASSERT_EQ(anna.asks(LeaveChannel{channel}), std::nullopt);
  community.pass(minute_ms);
  ASSERT_EQ(bjorn.asks(text("no styrer eg")), std::nullopt);
  EXPECT_THAT(cecilie.reads(channel), ElementsAre("no styrer eg"));
  EXPECT_EQ(anna.asks(text("for seint")), Fault::not_a_member);
}

TEST_F(CommunityTest, PartnersAreAddedAndRemovedByModeratorsOnly) {
  common_channel();
  Person& frode = community.partner("1547", "Aukra", "Frode");
  EXPECT_EQ(bjorn.asks(AddPartners{channel, {"1547"}, AllStaff{}}), Fault::not_permitted);
  ASSERT_EQ(anna.asks(AddPartners{channel, {"Aukra"}, AllStaff{}}), std::nullopt);
  ASSERT_EQ(anna.asks(text("hei Aukra")), std::nullopt);
  EXPECT_THAT(frode.reads(channel), ElementsAre("hei Aukra"));
  ASSERT_EQ(anna.asks(RemovePartners{channel, {"1547"}}), std::nullopt);
  ASSERT_EQ(anna.asks(text("utan Aukra")), std::nullopt);
  EXPECT_THAT(frode.reads(channel), ElementsAre("hei Aukra"));
  const auto left = frode.heard<LeftChannel>();
  EXPECT_EQ(frode.asks(text("eg er her")), Fault::not_a_member);
}

TEST_F(CommunityTest, CarriesDocumentsOfSeveralChunksAndTheirVersions) {
  common_channel();
  Bytes first(200'000);
  SeededRandom{1}.fill(first);
  const Bytes second = copy_of(view_of("kort"));
  std::map<std::string, Bytes> got;
  ASSERT_EQ(anna.asks(PutDocument{channel, "plan.pdf", std::make_shared<MemorySource>(first), {}}), std::nullopt);
  ASSERT_EQ(bjorn.asks(PutDocument{channel, "plan.pdf", std::make_shared<MemorySource>(second), {}}), std::nullopt);
  cecilie.forget();
  ASSERT_EQ(cecilie.asks(ListDocuments{channel}), std::nullopt);
  const auto listed = cecilie.heard<DocumentLine>();
  ASSERT_THAT(listed, SizeIs(1));
  EXPECT_EQ(listed.front().version, 2U);
  EXPECT_EQ(listed.front().from, "Bjørn");
  ASSERT_EQ(cecilie.asks(GetDocument{channel, "plan.pdf", {}, std::make_shared<MemorySink>(got, "newest")}),
            std::nullopt);
  ASSERT_EQ(cecilie.asks(GetDocument{channel, "plan.pdf", 1, std::make_shared<MemorySink>(got, "oldest")}),
            std::nullopt);
  EXPECT_EQ(got["newest"], second);
  EXPECT_EQ(got["oldest"], first);
  EXPECT_EQ(cecilie.asks(GetDocument{channel, "plan.pdf", 3, std::make_shared<MemorySink>(got, "none")}),
            Fault::no_such_version);
}

TEST_F(CommunityTest, StopsADocumentWithAnIdentityNumber) {
  common_channel();
  const Bytes file = copy_of(view_of("liste:\n" + birth_number() + "\n"));
  EXPECT_EQ(anna.asks(PutDocument{channel, "liste.txt", std::make_shared<MemorySource>(file), {}}),
            Fault::stopped_by_guard);
}

TEST_F(CommunityTest, PublishesGuidanceThatEverybodyReadsTheSame) {
  common_channel(ChannelKind::guidance);
  PublishGuidance guidance{.channel = channel,
                           .title = "Vaksinering",
                           .texts = {{"nb", "Vi anbefaler"}, {"nn", "Vi tilrår"}},
                           .files = {{"tabell.csv", std::make_shared<MemorySource>(Bytes(70'000, 'x'))}},
                           .acknowledge_by = WallTime{community.now.ms + day_ms},
                           .guard_reason = {}};
  ASSERT_EQ(anna.asks(std::move(guidance)), std::nullopt);
  std::vector<Hash> seen;
  for (Person* person : {&anna, &bjorn, &cecilie}) {
    person->forget();
    ASSERT_EQ(person->asks(ListGuidance{}), std::nullopt);
    const auto lines = person->heard<GuidanceLine>();
    ASSERT_THAT(lines, SizeIs(1));
    EXPECT_EQ(lines.front().title, "Vaksinering");
    seen.push_back(lines.front().sha256);
  }
  EXPECT_THAT(seen, ElementsAre(seen[0], seen[0], seen[0]));

  std::map<std::string, Bytes> saved;
  const auto lines = bjorn.heard<GuidanceLine>();
  const std::string id = to_hex(lines.front().id.view());
  ASSERT_EQ(bjorn.asks(ShowGuidance{id.substr(0, 8), std::make_shared<MemoryFolder>(saved)}), std::nullopt);
  // What was shown waits no more; its deadline still does.
  bjorn.forget();
  ASSERT_EQ(bjorn.asks(ShowOverview{}), std::nullopt);
  EXPECT_THAT(bjorn.heard<ChannelLine>(), IsEmpty());
  EXPECT_THAT(bjorn.heard<GuidanceLine>(), SizeIs(1));
  EXPECT_THAT(bjorn.heard<NothingWaits>(), IsEmpty());
  EXPECT_EQ(saved["text.nn.md"], copy_of(view_of("Vi tilrår")));
  EXPECT_EQ(saved["tabell.csv"], Bytes(70'000, 'x'));

  EXPECT_EQ(bjorn.asks(text("eg publiserer ikkje")), Fault::not_permitted);
}

TEST_F(CommunityTest, AnnouncesANewDeviceToThePersonsOthers) {
  const std::string code = community.invitation(anna, "Anna", {Duty::coordinator});
  anna.forget();
  Person& phone = community.stranger("Anna's phone");
  phone.connects();
  ASSERT_EQ(phone.asks(Enrol{code, "Anna", "phone"}), std::nullopt);
  const auto announced = anna.heard<NewDeviceOfYours>();
  ASSERT_THAT(announced, SizeIs(1));
  EXPECT_EQ(announced.front().label, "phone");
  EXPECT_THAT(bjorn.heard<NewDeviceOfYours>(), IsEmpty());
}

TEST_F(CommunityTest, SaysWhatTheLogHasProved) {
  anna.forget();
  ASSERT_EQ(anna.asks(Verify{}), std::nullopt);
  const auto verified = anna.heard<VerifiedLine>();
  ASSERT_THAT(verified, SizeIs(1));
  EXPECT_TRUE(verified.front().own_device_found);
  EXPECT_EQ(verified.front().tree_size, verified.front().leaves_followed);
}

TEST_F(CommunityTest, RefusesWhatSeveralAnswerTo) {
  community.colleague(anna, "Kari", {Duty::coordinator});
  Person& other = community.colleague(bjorn, "Kari", {Duty::coordinator});
  ASSERT_EQ(anna.asks(Sync{}), std::nullopt);
  EXPECT_EQ(anna.asks(CreateChannel{.name = "to Kari",
                                    .audience = NamedPartners{{"1508", "1506"}},
                                    .who = NamedStaff{{"Kari"}},
                                    .moderators = {},
                                    .successor = {}}),
            Fault::ambiguous);
  EXPECT_EQ(other.asks(ListDevices{"ingen"}), Fault::no_such_partner);
}

}  // namespace
}  // namespace samband::client
