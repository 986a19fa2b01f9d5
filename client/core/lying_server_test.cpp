// A server that does not do its part: it lets through, or invents, what it should have refused. A client believes
// none of it, says so, and goes on with what is sound.

#include <algorithm>
#include <gmock/gmock.h>

#include "client/core/community_fixture.h"
#include "client/core/content/content.h"
#include "client/core/file_transfer.h"
#include "client/core/guidance.h"
#include "client/core/leaf_identity.h"
#include "client/core/streams_fixture.h"
#include "crypto/identity/invitation.h"
#include "crypto/mls/group/commit_maker.h"
#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/mls/group/welcome_secrets.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/statements.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"
#include "storage/model/entry.h"

namespace samband::client {
namespace {

using identity::Duties;
using identity::Duty;
using protocol::DirectoryAuthentication;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const std::string channel = "Utskriving";

// Believes everything: what a member uses who does not ask who others are.
class Gullible final : public mls::AuthenticationService {
 public:
  [[nodiscard]] bool validates(const mls::Credential&, BytesView) const override { return true; }
  [[nodiscard]] bool is_successor(const mls::Credential&, const mls::Credential&) const override { return true; }
};

class LyingServerTest : public testing::Test {
 protected:
  LyingServerTest() {
    anna.forget();
    EXPECT_EQ(anna.asks(CreateChannel{.name = channel,
                                      .audience = NamedPartners{{"1508", "1506"}},
                                      .who = identity::Duties{Duty::administrator},
                                      .moderators = {},
                                      .successor = {}}),
              std::nullopt);
    id = anna.heard<ChannelMade>().front().channel;
    EXPECT_EQ(anna.asks(text("ein")), std::nullopt);
    EXPECT_EQ(mallory.asks(text("to")), std::nullopt);
  }

  static SendText text(std::string words) {
    return {.channel = channel, .text = std::move(words), .reply_to = {}, .guard_reason = {}};
  }

  // From here on Anna hears of the channel only what the test invents.
  void take_over() {
    community.settle();
    for (const Bytes& wire : community.entries(id)) {
      const auto entry = storage::parse_entry(wire);
      const auto advanced = storage::advance(head, *entry);
      ASSERT_TRUE(advanced.has_value());
    }
    community.tamper = [this](Person& to, Bytes frame) -> std::optional<Bytes> {
      const auto parsed = protocol::parse_server_frame(frame);
      const bool is_entry = parsed && std::holds_alternative<protocol::EntryEvent>(*parsed);
      if (&to == &anna && is_entry) return std::nullopt;
      return frame;
    };
    spy = mallory.takes_group(id);
    anna.forget();
  }

  // Places it as a server would, asking nobody.
  storage::Entry place(storage::EntryKind kind, const DeviceId& sender, Bytes body) {
    storage::Entry entry{.kind = kind,
                         .channel = id,
                         .seq = head.next_seq,
                         .at = community.now,
                         .directory_size = head.directory_size,
                         .incarnation = head.incarnation,
                         .previous = head.last,
                         .sender = sender,
                         .body = std::move(body)};
    const auto advanced = storage::advance(head, entry);
    EXPECT_TRUE(advanced.has_value());
    return entry;
  }
  void show(const storage::Entry& entry) { anna.is_sent(protocol::EntryEvent{storage::encode(entry)}); }

  Bytes message_of(mls::Group& group, const std::string& words) {
    const Bytes content = encode(text_message(community.random.id<MessageSalt>(), words, ""));
    return group.protect(content, protocol::encode(protocol::AuthenticatedData{}), 0, community.random).value();
  }

  Bytes commit_of(mls::Group& group, mls::CommitOptions options) {
    options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
    const Gullible anybody;
    const mls::NoPreSharedKeys none;
    auto made = group.create_commit(options, {anybody, none, std::nullopt}, community.random);
    EXPECT_TRUE(made.has_value());
    return made->message();
  }

  // What Mallory says next arrives, so the entry before it did no harm.
  void expect_goes_on() {
    show(place(storage::EntryKind::message, mallory.device(), message_of(*spy, "framleis her")));
    EXPECT_EQ(anna.reads(channel).back(), "framleis her");
  }

  // A device that no directory knows, under a certificate that it signed for itself.
  mls::KeyPackage forged_key_package(const DeviceId& device) {
    const KeyPair key = ed25519_key_pair(community.random.secret(32).view());
    identity::DeviceCertificate body{.partner = community.random.id<PartnerId>(),
                                     .staff = community.random.id<StaffId>(),
                                     .device = device,
                                     .signature_key = *Ed25519PublicKey::of(key.public_key),
                                     .staff_name = "Anna",
                                     .device_label = "laptop",
                                     .not_before = noon,
                                     .not_after = {noon.ms + day_ms}};
    const auto certificate = identity::sign(std::move(body), key.private_key.view());
    const mls::LeafIdentity leaf{
        mls::BasicCredential{identity::encode(certificate)}, protocol::leaf_capabilities(), {}};
    const mls::Lifetime lifetime{noon.ms / 1000 - 60, noon.ms / 1000 + 3600};
    return mls::make_key_package(*CipherSuite::of(samband_suite), leaf, key, {.lifetime = lifetime}, community.random)
        .key_package;
  }

  Community community;
  Person& anna = community.partner("1508", "Ålesund", "Anna");
  Person& mallory = community.partner("1506", "Molde", "Mallory");
  ChannelId id;
  storage::ChainHead head;
  std::unique_ptr<mls::Group> spy;  // Mallory's group, in Mallory's own hands

 private:
  void SetUp() override { head.channel = id; }
};

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

TEST_F(LyingServerTest, AdmitsOthersButNotAKeyPackageThatIsNotTheDevices) {
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  Person& eva = community.colleague(anna, "Eva", {Duty::administrator});
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* reserved = reply != nullptr ? std::get_if<protocol::ReservedKeyPackages>(&reply->body) : nullptr;
    if (&to != &anna || reserved == nullptr) return frame;
    for (auto& one : reserved->key_packages) {
      if (one.device == dag.device()) one.key_package = mls::encode_mls_message(forged_key_package(one.device));
    }
    return protocol::encode_server_frame(*parsed);
  };
  anna.begins(Agent{});
  community.pass(2 * minute_ms);
  anna.forget();
  ASSERT_EQ(anna.asks(ListMembers{channel}), std::nullopt);
  EXPECT_THAT(anna.heard<MemberLine>(), SizeIs(3));
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
  EXPECT_THAT(eva.heard<JoinedChannel>(), SizeIs(1));
}

TEST_F(LyingServerTest, DoesNotEnterATreeThatIsNotTheGroups) {
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* tree = reply != nullptr ? std::get_if<protocol::TreePart>(&reply->body) : nullptr;
    if (&to != &dag || tree == nullptr) return frame;
    tree->part[tree->part.size() / 2] ^= 1;
    return protocol::encode_server_frame(*parsed);
  };
  ASSERT_EQ(dag.asks(Sync{}), std::nullopt);
  EXPECT_NE(dag.asks(JoinChannel{channel}), std::nullopt);
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
}

// Well-formed, allowed by every rule of the directory, and not what the log's key has signed.
TEST_F(LyingServerTest, StopsWhenTheDirectoryIsNotTheOneThatWasSigned) {
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* page = reply != nullptr ? std::get_if<protocol::DirectoryPage>(&reply->body) : nullptr;
    if (&to != &mallory || page == nullptr) return frame;
    for (Bytes& wire : page->leaves) {
      auto leaf = identity::parse_directory_leaf(wire).value();
      auto* added = std::get_if<identity::PartnerAdded>(&leaf.body);
      if (added != nullptr) added->name = "Averøy";
      wire = identity::encode(leaf);
    }
    return protocol::encode_server_frame(*parsed);
  };
  community.operator_invitation("1547", "Aukra");
  community.settle();
  EXPECT_EQ(mallory.warnings(Warning::server_contradicts_log), 1U);
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_FALSE(mallory.closed->reconnect);
  mallory.forget();
  ASSERT_EQ(mallory.asks(ListPartners{}), std::nullopt);
  EXPECT_THAT(mallory.heard<PartnerLine>(), SizeIs(2));
  EXPECT_EQ(anna.warnings(Warning::server_contradicts_log), 0U);
}

TEST_F(LyingServerTest, StopsAtAHeadThatTheLogKeyDidNotSign) {
  auto head_of_theirs =
      transparency::sign({.log_id = {}, .tree_size = 1'000, .at = community.now, .root = {}}, Bytes(32, 3));
  mallory.is_sent(protocol::DirectoryEvent{transparency::encode(head_of_theirs)});
  EXPECT_EQ(mallory.warnings(Warning::server_contradicts_log), 1U);
}

TEST_F(LyingServerTest, DoesNotSpeakToAServerOfAnotherName) {
  mallory.disconnects();
  community.tamper = [](Person&, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* hello = parsed ? std::get_if<protocol::Hello>(&*parsed) : nullptr;
    if (hello == nullptr) return frame;
    hello->server_name = "another.example";
    return protocol::encode_server_frame(*parsed);
  };
  mallory.connects();
  community.settle();
  EXPECT_FALSE(mallory.client->ready());
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_EQ(mallory.closed->reason.fault, Fault::wrong_server);
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

// --- members that go their own ways: the server can't see what is inside

TEST_F(LyingServerTest, ShowsNoEditOrDeletionByOthersThanTheAuthor) {
  take_over();
  const MessageLine original = anna.messages(channel).front();
  const MessageId target = anna.message_id(id, original.seq);
  for (const Content& content : {edit(community.random.id<MessageSalt>(), target, "dette sa Anna", ""),
                                 deletion(community.random.id<MessageSalt>(), target)}) {
    const Bytes message =
        spy->protect(encode(content), protocol::encode(protocol::AuthenticatedData{}), 0, community.random).value();
    show(place(storage::EntryKind::message, mallory.device(), message));
  }
  const auto read = anna.messages(channel);
  EXPECT_EQ(read.front().text, "ein");
  EXPECT_FALSE(read.front().edited);
  EXPECT_FALSE(read.front().deleted);
  expect_goes_on();
}

TEST_F(LyingServerTest, ListsNoDocumentWhoseRecordIsNotItsAuthors) {
  std::map<std::string, Bytes> got;
  ASSERT_EQ(anna.asks(PutDocument{channel, "plan.md", std::make_shared<MemorySource>(Bytes(100, 'a')), {}}),
            std::nullopt);
  const std::uint64_t seq = anna.heard<Placed>().back().seq;
  take_over();
  // Anna's own record and file, said again by Mallory.
  const Content copied = anna.content_at(id, seq);
  const auto part = std::get<ExternalPart>(copied.body.body);
  protocol::AuthenticatedData data;
  data.blobs.push_back(reference_of(part)->sealed.header.blob);
  const Bytes message = spy->protect(encode(copied), protocol::encode(data), 0, community.random).value();
  show(place(storage::EntryKind::message, mallory.device(), message));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  anna.forget();
  ASSERT_EQ(anna.asks(ListVersions{channel, "plan.md"}), std::nullopt);
  EXPECT_THAT(anna.heard<DocumentLine>(), SizeIs(1));
  expect_goes_on();
}

TEST_F(LyingServerTest, ShowsNoGuidanceThatTheLogDoesNotKnow) {
  ASSERT_EQ(anna.asks(CreateChannel{.name = "Varsel",
                                    .kind = ChannelKind::guidance,
                                    .audience = NamedPartners{{"1506"}},
                                    .who = AllStaff{},
                                    .moderators = {"1506"},
                                    .successor = {}}),
            std::nullopt);
  id = anna.heard<ChannelMade>().back().channel;
  head.channel = id;
  take_over();
  const GuidanceManifest manifest{.guidance = community.random.id<GuidanceId>(),
                                  .channel = id,
                                  .salt = {},
                                  .title = "Falsk",
                                  .acknowledge_by = {},
                                  .texts = {{"", sha256(view_of("tekst"))}},
                                  .files = {}};
  Content content = text_message(community.random.id<MessageSalt>(), "tekst", "");
  content.set_extension_bytes(extension_guidance, encode(manifest));
  protocol::AuthenticatedData data;
  data.guidance = manifest.guidance;
  const Bytes message = spy->protect(encode(content), protocol::encode(data), 0, community.random).value();
  show(place(storage::EntryKind::message, mallory.device(), message));
  EXPECT_EQ(anna.warnings(Warning::entry_refused), 1U);
  anna.forget();
  ASSERT_EQ(anna.asks(ListGuidance{}), std::nullopt);
  EXPECT_THAT(anna.heard<GuidanceLine>(), IsEmpty());
}

TEST_F(LyingServerTest, RefusesAnInvitationWhoseChainTheServerExchanged) {
  const std::string code = community.invitation(anna, "Dag", {Duty::coordinator});
  const std::string other = community.invitation(mallory, "Eva", {Duty::coordinator});
  const Hash exchanged{identity::parse_invitation(other)->delegation.bytes};
  Person& dag = community.stranger("Dag");
  std::optional<protocol::DelegationFound> theirs;
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* found = reply != nullptr ? std::get_if<protocol::DelegationFound>(&reply->body) : nullptr;
    if (found == nullptr) return frame;
    if (&to != &dag) {
      theirs = *found;
      return frame;
    }
    *found = *theirs;
    return protocol::encode_server_frame(*parsed);
  };
  Person& eva = community.stranger("Eva");
  eva.connects();
  ASSERT_EQ(eva.asks(Enrol{other, "Eva", "laptop"}), std::nullopt);
  dag.connects();
  EXPECT_EQ(dag.asks(Enrol{code, "Dag", "laptop"}), Fault::invitation_forged);
  EXPECT_FALSE(dag.client->enrolled());
  EXPECT_FALSE(exchanged.is_zero());
}

TEST_F(LyingServerTest, StopsWhenTheServerHasSeenRequestsThatItDoesNotRemember) {
  mallory.disconnects();
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* accepted = parsed ? std::get_if<protocol::LoginAccepted>(&*parsed) : nullptr;
    if (&to != &mallory || accepted == nullptr) return frame;
    for (std::uint64_t& counter : accepted->counters) counter += 7;
    return protocol::encode_server_frame(*parsed);
  };
  mallory.connects();
  community.settle();
  EXPECT_EQ(mallory.warnings(Warning::profile_copied), 1U);
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_EQ(mallory.closed->reason.fault, Fault::profile_copied);
}

// A Commit from outside that a malicious device makes with the tools of an honest one, and what it leads to.
class OutsideCommit {
 public:
  // `init_secret`: the true one when nullopt. `replaces`: the device's present leaf, for a resync.
  OutsideCommit(const mls::Group& group, const Own& own, std::optional<mls::LeafIndex> replaces,
                std::optional<SecretBytes> init_secret, RandomSource& random)
      : group_{group}, own_{own}, suite_{*CipherSuite::of(samband_suite)} {
    const auto published = mls::parse_mls_message(group.group_info()).value();
    const auto* external =
        mls::find_extension(std::get<mls::GroupInfo>(published).extensions, mls::ExtensionType::external_pub);
    auto init = suite_.external_init(mls::parse_external_pub(external->extension_data)->external_pub, random);
    init_secret_ = init_secret ? std::move(*init_secret) : std::move(init->init_secret);
    mls::CommitPlan plan{.sender = mls::NewMemberCommit{},
                         .proposals = {mls::Proposal{mls::ExternalInit{init->kem_output}}},
                         .force_path = true,
                         .identity = leaf_identity(own),
                         .authenticated_data = protocol::encode(protocol::AuthenticatedData{})};
    if (replaces) plan.proposals.emplace_back(mls::Proposal{mls::Remove{*replaces}});
    const Gullible anybody;
    const mls::NoPreSharedKeys none;
    made_ = mls::make_commit(group.public_group(), std::move(plan), init_secret_.view(), own.signature_key,
                             {anybody, none, std::nullopt}, random)
                .value();
  }

  // The ciphertexts of one step of the path become garbage; everything that others check is made to fit.
  void spoil_step(std::size_t step) {
    mls::FramedContent& content = made_->content.content;
    for (auto& sealed : std::get<mls::Commit>(content.content).path->nodes.at(step).encrypted_path_secret) {
      sealed.ciphertext.front() ^= 1U;
    }
    const auto format = made_->content.wire_format;
    made_->content.auth.signature =
        mls::sign_framed_content(format, content, group_.context(), suite_, own_.signature_key.private_key.view());
    mls::GroupContext& context = made_->staged.context;
    context.confirmed_transcript_hash =
        suite_.hash({group_.public_group().interim_transcript_hash(),
                     mls::confirmed_transcript_hash_input(format, content, made_->content.auth.signature)});
    const SecretBytes commit_secret = suite_.derive_secret(made_->path->path_secrets.back().view(), "path");
    const Bytes encoded = mls::encode(context);
    const SecretBytes joiner = mls::derive_joiner_secret(suite_, init_secret_.view(), commit_secret.view(), encoded);
    made_->secrets = mls::derive_epoch_secrets(suite_, joiner.view(), made_->psk_secret.view(), encoded);
    made_->content.auth.confirmation_tag = mls::compute_confirmation_tag(suite_, made_->secrets.confirmation_key.view(),
                                                                         context.confirmed_transcript_hash);
  }

  [[nodiscard]] protocol::SubmitCommit request(const ChannelId& to) const {
    const KeyPair key = mls::derive_external_key_pair(suite_, made_->secrets.external_secret.view());
    const mls::FramedContentAuthData& auth = made_->content.auth;
    const mls::GroupInfo info =
        mls::make_published_group_info({made_->staged.context, auth.confirmation_tag, made_->staged.changes.committer},
                                       key.public_key, suite_, own_.signature_key.private_key.view());
    return {to,
            mls::encode_mls_message(mls::PublicMessage{made_->content.content, auth, {}}),
            mls::encode_mls_message(info),
            {}};
  }

 private:
  const mls::Group& group_;
  const Own& own_;
  CipherSuite suite_;
  SecretBytes init_secret_;
  std::optional<mls::MadeCommit> made_;
};

// A channel of Mallory's own making, whose group has any id that Mallory likes.
TEST_F(LyingServerTest, EntersNoGroupUnderTheIdOfAnotherThatItIsIn) {
  mallory.disconnects();
  const Own own = mallory.takes_own();
  const auto of_anna = anna.takes_group(id);
  std::uint64_t counter = 1;
  const auto asks_to_join = [&](const std::string& name, Bytes group_id) {
    auto policy = *protocol::policy_of(of_anna->context().extensions);
    policy.channel = community.random.id<ChannelId>();
    policy.name = name;
    for (auto& item : policy.items) item.role = storage::Role::moderator;
    const mls::Lifetime lifetime{noon.ms / 1000 - 60, noon.ms / 1000 + 3600};
    const auto group = mls::Group::create({of_anna->public_group().suite(), std::move(group_id), leaf_identity(own),
                                           lifetime, protocol::group_extensions(policy)},
                                          own.signature_key, community.random);
    const protocol::CreateChannel request{policy.channel, group->group_info(),
                                          mls::encode_ratchet_tree(group->public_group().tree().nodes())};
    // The next number of Mallory's requests is one of these; the server refuses all others.
    for (std::uint64_t tries = 0; tries < 64 && community.entries(policy.channel).empty(); ++tries) {
      community.submit_as(mallory.device(), counter++, request);
    }
    EXPECT_THAT(community.entries(policy.channel), SizeIs(1));
    EXPECT_EQ(anna.asks(Sync{}), std::nullopt);
    return anna.asks(JoinChannel{name});
  };
  EXPECT_EQ(asks_to_join("Tvilling", of_anna->context().group_id), Fault::not_permitted);
  EXPECT_EQ(asks_to_join("Nabo", Bytes(32, 7)), std::nullopt);
  EXPECT_EQ(anna.asks(text("tre")), std::nullopt);
}

TEST_F(LyingServerTest, ComplainsAndJoinsAnewWhenACommitThatCountsCannotBeFollowed) {
  // Eva joins from outside with another epoch secret than the group's: no server can see that.
  Person& eva = community.colleague(mallory, "Eva", {Duty::administrator});
  eva.disconnects();
  const auto view = anna.takes_group(id);
  const Own own = eva.takes_own();
  const OutsideCommit commit{*view, own, std::nullopt, community.random.secret(32), community.random};
  const std::size_t before = community.entries(id).size();
  community.submit_as(eva.device(), 1, commit.request(id));
  ASSERT_EQ(community.entries(id).size(), before + 1);
  community.pass(3 * minute_ms);

  EXPECT_EQ(anna.asks(text("eg er her att")), std::nullopt);
  EXPECT_EQ(mallory.asks(text("eg òg")), std::nullopt);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to", "eg er her att", "eg òg"));
  EXPECT_THAT(mallory.reads(channel), ElementsAre("ein", "to", "eg er her att", "eg òg"));
  const auto kinds = community.kinds(id);
  EXPECT_GE(std::ranges::count(kinds, storage::EntryKind::complaint), 2);
}

TEST_F(LyingServerTest, WhoAloneGetsGarbageInACommitJoinsAnewAndNobodyElseDoes) {
  Person& eva = community.colleague(mallory, "Eva", {Duty::administrator});
  ASSERT_EQ(eva.asks(Sync{}), std::nullopt);
  ASSERT_EQ(eva.asks(JoinChannel{channel}), std::nullopt);
  ASSERT_EQ(eva.asks(text("tre")), std::nullopt);
  const auto view = anna.takes_group(id);
  const Own own = mallory.takes_own();
  mallory.disconnects();
  anna.forget();

  // Mallory's leaf is beside Anna's, so that the first step of its path is for Anna alone.
  OutsideCommit commit{*view, own, mls::LeafIndex{1}, std::nullopt, community.random};
  commit.spoil_step(0);
  const std::size_t before = community.entries(id).size();
  // The next number of Mallory's requests is one of these; the server refuses all others.
  for (std::uint64_t counter = 1; counter < 64 && community.entries(id).size() == before; ++counter) {
    community.submit_as(mallory.device(), counter, commit.request(id));
  }
  ASSERT_EQ(community.entries(id).size(), before + 1);
  community.pass(3 * minute_ms);

  EXPECT_EQ(anna.asks(text("eg er her att")), std::nullopt);
  EXPECT_EQ(eva.asks(text("eg var aldri borte")), std::nullopt);
  EXPECT_THAT(anna.reads(channel), ElementsAre("ein", "to", "tre", "eg er her att", "eg var aldri borte"));
  EXPECT_THAT(eva.reads(channel), ElementsAre("tre", "eg er her att", "eg var aldri borte"));
  EXPECT_EQ(std::ranges::count(community.kinds(id), storage::EntryKind::complaint), 1);
  EXPECT_EQ(anna.warnings(Warning::commit_not_processed), 0U) << "a line in the log is enough";
}

}  // namespace
}  // namespace samband::client
