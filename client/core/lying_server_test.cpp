// A server that does not do its part: it lets through, or invents, entries that it should have refused. A client
// believes none of it, says so, and goes on with what is sound.

#include <algorithm>
#include <gmock/gmock.h>

#include "client/core/content/content.h"
#include "client/core/lying_server_fixture.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/statements.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {
namespace {

using identity::Duty;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(LyingServerTest, RefusesAJoinerWithAForgedCertificate) {
  take_over();
  mls::CommitOptions options;
  options.adds.push_back(forged_key_package(community.random.id<DeviceId>()));
  show(place(storage::EntryKind::commit, mallory.device(), commit_of(*spy, std::move(options))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesACommitThatChangesThePolicyOfOthers) {
  take_over();
  auto policy = protocol::policy_of(spy->context().extensions).value();
  for (storage::RosterItem& item : policy.items) item.role = storage::Role::moderator;
  mls::CommitOptions options;
  options.group_context_extensions = protocol::group_extensions(policy);
  show(place(storage::EntryKind::commit, mallory.device(), commit_of(*spy, std::move(options))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesACommitThatRemovesAnEntitledMember) {
  take_over();
  mls::CommitOptions options;
  options.removes.push_back(mls::LeafIndex{0});
  show(place(storage::EntryKind::commit, mallory.device(), commit_of(*spy, std::move(options))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesACommitWhoseSignatureWasChanged) {
  take_over();
  mls::CommitOptions options;
  options.force_path = true;
  Bytes commit = commit_of(*spy, std::move(options));
  auto message = mls::parse_mls_message(commit).value();
  std::get<mls::PublicMessage>(message).auth.signature[5] ^= 1;
  show(place(storage::EntryKind::commit, mallory.device(),
             mls::encode_mls_message(std::get<mls::PublicMessage>(message))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  EXPECT_EQ(anna.warnings(Warning::commit_not_processed), 0U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesACommitUnderAnotherName) {
  take_over();
  mls::CommitOptions options;
  options.force_path = true;
  show(place(storage::EntryKind::commit, anna.device(), commit_of(*spy, std::move(options))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesAMessageOfAnEpochThatHasEnded) {
  take_over();
  const Bytes late = message_of(*spy, "frå før");
  mls::CommitOptions options;
  options.force_path = true;
  show(place(storage::EntryKind::commit, mallory.device(), commit_of(*spy, std::move(options))));
  spy->merge_pending();
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 0U);
  show(place(storage::EntryKind::message, mallory.device(), late));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to"));
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesAMessageThatIsPlacedTwice) {
  take_over();
  const Bytes once = message_of(*spy, "ein gong");
  show(place(storage::EntryKind::message, mallory.device(), once));
  show(place(storage::EntryKind::message, mallory.device(), once));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to", "ein gong"));
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesAMessageUnderAnotherName) {
  take_over();
  show(place(storage::EntryKind::message, anna.device(), message_of(*spy, "dette sa Anna")));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to"));
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesBytesThatAreNothing) {
  take_over();
  for (const auto kind : {storage::EntryKind::commit, storage::EntryKind::message, storage::EntryKind::leave_request,
                          storage::EntryKind::complaint, storage::EntryKind::restart, storage::EntryKind::created}) {
    Bytes noise(200);
    community.random.fill(noise);
    show(place(kind, mallory.device(), std::move(noise)));
  }
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 6U);
  expect_goes_on();
}

TEST_F(LyingServerTest, RefusesALeaveRequestThatTheServerMadeUp) {
  take_over();
  const protocol::Statement statement{.channel = id,
                                      .device = anna.device(),
                                      .group_id = spy->context().group_id,
                                      .epoch = spy->context().epoch.value,
                                      .body = protocol::LeaveRequest{}};
  const KeyPair other = ed25519_key_pair(community.random.secret(32).view());
  show(place(storage::EntryKind::leave_request, anna.device(),
             protocol::encode(protocol::sign(statement, other.private_key.view()))));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  expect_goes_on();
}

TEST_F(LyingServerTest, TakesNothingMoreFromALogThatDoesNotContinueTheOneItKnows) {
  take_over();
  storage::Entry entry = place(storage::EntryKind::message, mallory.device(), message_of(*spy, "anna historie"));
  entry.previous.bytes[0] ^= 1;
  show(entry);
  EXPECT_EQ(anna.warnings(Warning::history_differs), 1U);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to"));
  EXPECT_EQ(anna.asks(text("inn i ingenting")), Fault::not_a_member);
}

TEST_F(LyingServerTest, HoldsAnEntryFromTheFutureUntilItsTimeIsNear) {
  take_over();
  const WallTime real = community.now;
  community.now = {real.ms + 20 * minute_ms};
  const storage::Entry early = place(storage::EntryKind::message, mallory.device(), message_of(*spy, "frå framtida"));
  community.now = real;
  show(early);
  EXPECT_EQ(anna.warnings(Warning::entry_from_the_future), 1U);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to"));
  community.pass(16 * minute_ms);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to", "frå framtida"));
}

TEST_F(LyingServerTest, NoticesThatAnotherMemberSawOtherEntries) {
  take_over();
  Content content = text_message(community.random.id<MessageSalt>(), "kva såg du?", "");
  Hash other{};
  other.bytes[3] = 1;
  set_channel_head(content, {head.next_seq - 1, other});
  const Bytes message =
      spy->protect(encode(content), protocol::encode(protocol::AuthenticatedData{}), 0, community.random).value();
  show(place(storage::EntryKind::message, mallory.device(), message));
  EXPECT_EQ(anna.warnings(Warning::history_differs), 1U);
}

TEST_F(LyingServerTest, AWelcomeThatComesAgainChangesNothing) {
  std::optional<protocol::InboxEvent> welcome;
  community.tamper = [&](Person&, Bytes frame) -> std::optional<Bytes> {
    const auto parsed = protocol::parse_server_frame(frame);
    const auto* event = parsed ? std::get_if<protocol::InboxEvent>(&*parsed) : nullptr;
    if (event != nullptr) welcome = *event;
    return frame;
  };
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  anna.begins(Agent{});
  community.pass(2 * minute_ms);
  ASSERT_THAT(dag.heard<JoinedChannel>(), SizeIs(1));
  ASSERT_TRUE(welcome.has_value());
  ASSERT_EQ(dag.asks(text("her")), std::nullopt);
  ASSERT_EQ(mallory.asks(text("velkomen")), std::nullopt);
  dag.forget();
  dag.is_sent(*welcome);
  community.settle();
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
  EXPECT_THAT(dag.reads(channel), ElementsAre("her", "velkomen"));
  EXPECT_EQ(dag.asks(text("framleis")), std::nullopt);
}

// A KeyPackage of last resort opens more than one Welcome: the place in the log tells an old one.
TEST_F(LyingServerTest, AWelcomeFromBeforeLeavingDoesNotBringTheDeviceBack) {
  std::optional<protocol::InboxEvent> welcome;
  std::optional<protocol::TreePart> tree;
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  // The server keeps the Welcome and its tree, and shows them again when it should refuse.
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    if (!parsed || &to != &dag) return frame;
    if (const auto* event = std::get_if<protocol::InboxEvent>(&*parsed)) welcome = *event;
    auto* reply = std::get_if<protocol::Reply>(&*parsed);
    if (reply == nullptr) return frame;
    if (const auto* part = std::get_if<protocol::TreePart>(&reply->body)) tree = *part;
    if (tree && std::holds_alternative<protocol::Refused>(reply->body)) reply->body = *tree;
    return protocol::encode_server_frame(*parsed);
  };
  const auto kept = dag.takes_key_packages();
  anna.begins(Agent{});
  community.pass(2 * minute_ms);
  ASSERT_TRUE(welcome.has_value());
  ASSERT_EQ(dag.asks(LeaveChannel{channel}), std::nullopt);
  community.pass(2 * minute_ms);
  ASSERT_THAT(dag.heard<LeftChannel>(), SizeIs(1));
  dag.puts_back(kept);
  dag.forget();
  dag.is_sent(*welcome);
  community.settle();
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
}

}  // namespace
}  // namespace samband::client
