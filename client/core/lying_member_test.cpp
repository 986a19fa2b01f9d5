// Members that go their own ways, where the server can't see what is inside.

#include <algorithm>
#include <gmock/gmock.h>

#include "client/core/content/content.h"
#include "client/core/file_transfer.h"
#include "client/core/guidance.h"
#include "client/core/leaf_identity.h"
#include "client/core/lying_server_fixture.h"
#include "client/core/streams_fixture.h"
#include "crypto/mls/group/commit_maker.h"
#include "crypto/mls/group/welcome_secrets.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/verdict/channel_group.h"

namespace samband::client {
namespace {

using identity::Duties;
using identity::Duty;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

class LyingMemberTest : public LyingServerTest {};

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

TEST_F(LyingMemberTest, ShowsNoEditOrDeletionByOthersThanTheAuthor) {
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

TEST_F(LyingMemberTest, ListsNoDocumentWhoseRecordIsNotItsAuthors) {
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

TEST_F(LyingMemberTest, ShowsNoGuidanceThatTheLogDoesNotKnow) {
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

// A channel of Mallory's own making, whose group has any id that Mallory likes.
TEST_F(LyingMemberTest, EntersNoGroupUnderTheIdOfAnotherThatItIsIn) {
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

TEST_F(LyingMemberTest, ComplainsAndJoinsAnewWhenACommitThatCountsCannotBeFollowed) {
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

TEST_F(LyingMemberTest, WhoAloneGetsGarbageInACommitJoinsAnewAndNobodyElseDoes) {
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
