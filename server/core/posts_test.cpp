// Messages, statements, releases and documents.
#include "crypto/document/file_format.h"
#include "server/core/core_fixture.h"
#include "server/protocol/entry_bodies.h"

namespace samband::server {
namespace {

using protocol::Status;

class Posts : public CoreTest {
 protected:
  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner ahus = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;   // moderates
  Device& bjorn = *ahus.first;  // a member

  ChannelId channel_of(storage::ChannelKind kind, std::vector<Device*> members) {
    const ChannelId channel = created_channel(
        anna, policy_of({seats(oslo, storage::Role::moderator), seats(ahus, storage::Role::member)}, kind));
    if (!members.empty()) add(anna, channel, members);
    return channel;
  }
  ChannelId discussion() { return channel_of(storage::ChannelKind::discussion, {&bjorn}); }

  // A document of two chunks, uploaded and not sealed.
  struct Document {
    protocol::SealBlob seal;
    std::vector<protocol::UploadChunk> chunks;
  };
  Document document(const ChannelId& channel) {
    const auto blob = random.id<BlobId>();
    Document made{.seal = {channel, blob, 0, 2, {}}, .chunks = {}};
    ChunkHashes hashes{blob};
    for (std::uint32_t index = 0; index < made.seal.chunks; ++index) {
      const Bytes chunk = copy_of(random.secret(1000 + index).view());
      hashes.add(sha256(chunk));
      made.seal.bytes += chunk.size();
      made.chunks.push_back({channel, blob, index, chunk});
    }
    made.seal.root = hashes.root();
    return made;
  }
};

TEST_F(Posts, OfAMemberArePlacedAndDelivered) {
  const ChannelId channel = discussion();
  const auto request = message(bjorn, channel);
  const auto reply = server.ask(bjorn, request);
  ASSERT_THAT(reply, IsPlaced());
  const auto delivered = server.sent<Deliver>();
  ASSERT_EQ(delivered.size(), 1U);
  const auto frame = protocol::parse_server_frame(*delivered[0].frame).value();
  const auto entry = storage::parse_entry(std::get<protocol::EntryEvent>(frame).entry).value();
  EXPECT_EQ(entry.body, request.message);
  EXPECT_EQ(entry.sender, bjorn.id);
  EXPECT_EQ(storage::entry_hash(entry), std::get<protocol::Placed>(reply).hash);
}

TEST_F(Posts, AreChainedByHash) {
  const ChannelId channel = discussion();
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  ASSERT_THAT(server.ask(bjorn, message(bjorn, channel)), IsPlaced());
  storage::ChainHead head{.channel = channel};
  for (const storage::Entry& entry : server.entries(channel)) {
    ASSERT_TRUE(storage::advance(head, entry).has_value());
  }
  EXPECT_EQ(head.next_seq, 4U);
}

TEST_F(Posts, NeverGoBackInTime) {
  const ChannelId channel = discussion();
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  const WallTime before = server.entries(channel).back().at;
  server.now.ms -= minute_ms;
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  EXPECT_EQ(server.entries(channel).back().at, before);
}

TEST_F(Posts, OfAnOlderEpochAreRefused) {
  const ChannelId channel = discussion();
  const auto late = message(bjorn, channel);
  ASSERT_THAT(server.ask(anna, commit(anna, channel, {.force_path = true})), IsPlaced());
  EXPECT_THAT(server.ask(bjorn, late), IsRefused(Status::stale_epoch));
}

TEST_F(Posts, OfAnEpochThatHasNotBegunAreRefused) {
  const ChannelId channel = discussion();
  static_cast<void>(commit(anna, channel, {.force_path = true}));
  anna.groups.at(channel).merge_pending();
  EXPECT_THAT(server.ask(anna, message(anna, channel)), IsRefused(Status::stale_epoch));
}

TEST_F(Posts, OfSomebodyWhoMayJoinAndHasNotAreRefused) {
  const ChannelId channel = channel_of(storage::ChannelKind::discussion, {});
  auto request = message(anna, channel);
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::not_permitted));
}

TEST_F(Posts, OfAnotherChannelAreRefused) {
  const ChannelId channel = discussion();
  const ChannelId other = discussion();
  auto request = message(anna, channel);
  request.channel = other;
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::invalid));
}

TEST_F(Posts, ThatAreNoPrivateMessagesAreRefused) {
  const ChannelId channel = discussion();
  const auto handshake = commit(anna, channel, {.force_path = true});
  EXPECT_THAT(server.ask(anna, protocol::SendMessage{channel, handshake.commit}), IsRefused(Status::invalid));
  EXPECT_THAT(server.ask(anna, protocol::SendMessage{channel, Bytes{1, 2, 3}}), IsRefused(Status::invalid));
}

TEST_F(Posts, WithoutReadableAuthenticatedDataAreRefused) {
  const ChannelId channel = discussion();
  auto sealed = anna.groups.at(channel).protect(view_of("hei"), view_of("?"), 0, random);
  EXPECT_THAT(server.ask(anna, protocol::SendMessage{channel, *sealed}), IsRefused(Status::invalid));
}

TEST_F(Posts, InAGuidanceChannelAreForPublishersAndAcknowledgers) {
  const auto mere_member = enrolled_device(ahus, {.duties = {identity::Duty::coordinator}});
  const auto acknowledger = enrolled_device(ahus, {.duties = {identity::Duty::acknowledger}});
  const ChannelId channel = channel_of(storage::ChannelKind::guidance, {mere_member.get(), acknowledger.get()});
  EXPECT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  EXPECT_THAT(server.ask(*mere_member, message(*mere_member, channel)), IsRefused(Status::not_permitted));
  EXPECT_THAT(server.ask(*acknowledger, message(*acknowledger, channel)), IsPlaced());
}

TEST_F(Posts, OfARevokedDeviceAreRefused) {
  const ChannelId channel = discussion();
  const auto request = message(bjorn, channel);
  ASSERT_THAT(server.ask(bjorn, protocol::Revoke{identity::encode(revocation_of(ahus, bjorn.id))}), IsLeafPlaced());
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::device_revoked));
}

// --- statements

TEST_F(Posts, StatementsArePlacedWhenTheDeviceSignedThem) {
  const ChannelId channel = discussion();
  EXPECT_THAT(server.ask(bjorn, statement(bjorn, channel, protocol::KeyRequest{0, Bytes(32, 1)})), IsPlaced());
  auto forged = statement(bjorn, channel, protocol::KeyRequest{0, Bytes(32, 1)});
  forged.statement.back() ^= 1U;
  EXPECT_THAT(server.ask(bjorn, forged), IsRefused(Status::invalid));
}

TEST_F(Posts, StatementsOfAnotherDeviceOrKindAreRefused) {
  const ChannelId channel = discussion();
  EXPECT_THAT(server.ask(anna, statement(bjorn, channel, protocol::LeaveRequest{})), IsRefused(Status::invalid));
  auto mislabelled = statement(bjorn, channel, protocol::LeaveRequest{});
  mislabelled.kind = storage::EntryKind::complaint;
  EXPECT_THAT(server.ask(bjorn, mislabelled), IsRefused(Status::invalid));
}

TEST_F(Posts, StatementsAreForTheirOwnChannelGroupAndTime) {
  const ChannelId channel = discussion();
  const mls::GroupContext& context = bjorn.groups.at(channel).context();
  const protocol::Statement honest{.channel = channel,
                                   .device = bjorn.id,
                                   .group_id = context.group_id,
                                   .epoch = context.epoch.value,
                                   .body = protocol::KeyRequest{0, Bytes(32, 1)}};
  const auto post = [&](const protocol::Statement& said) {
    const auto made = protocol::sign(said, bjorn.key.private_key.view());
    return server.ask(bjorn, protocol::PostStatement{channel, storage::EntryKind::key_request, protocol::encode(made)});
  };
  auto of_other_channel = honest;
  of_other_channel.channel = random.id<ChannelId>();
  EXPECT_THAT(post(of_other_channel), IsRefused(Status::invalid));
  auto of_other_device = honest;
  of_other_device.device = anna.id;
  EXPECT_THAT(post(of_other_device), IsRefused(Status::invalid)) << "in another's name";
  auto of_other_group = honest;
  of_other_group.group_id = Bytes(16, 1);
  EXPECT_THAT(post(of_other_group), IsRefused(Status::invalid));
  auto of_the_future = honest;
  ++of_the_future.epoch;
  EXPECT_THAT(post(of_the_future), IsRefused(Status::stale_epoch));
  EXPECT_THAT(post(honest), IsPlaced());
}

TEST_F(Posts, ALeaveRequestOfAnOlderEpochIsRefused) {
  const ChannelId channel = discussion();
  const auto old = statement(bjorn, channel, protocol::LeaveRequest{});
  ASSERT_THAT(server.ask(anna, commit(anna, channel, {.force_path = true})), IsPlaced());
  EXPECT_THAT(server.ask(bjorn, old), IsRefused(Status::stale_epoch));
}

TEST_F(Posts, AComplaintNamesAnEntryOfThisLog) {
  const ChannelId channel = discussion();
  const Hash hash = storage::entry_hash(server.entries(channel).at(1));
  EXPECT_THAT(server.ask(bjorn, statement(bjorn, channel, protocol::Complaint{0, hash, "?"})),
              IsRefused(Status::invalid));
  EXPECT_THAT(server.ask(bjorn, statement(bjorn, channel, protocol::Complaint{1, hash, "?"})), IsPlaced());
}

// --- sealed releases

TEST_F(Posts, AReleaseComesAtItsTimeAndNotBefore) {
  const ChannelId channel = channel_of(storage::ChannelKind::guidance, {&bjorn});
  const protocol::ScheduleRelease request{channel, random.id<GuidanceId>(), WallTime{server.now.ms + minute_ms},
                                          random.id<protocol::ReleaseSecret>()};
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::not_permitted));
  ASSERT_THAT(server.ask(anna, request), IsDone());
  EXPECT_EQ(server.sent<WakeAt>().at(0).when, request.release_at);
  server.tick_all();
  EXPECT_TRUE(server.sent<Deliver>().empty());
  server.restart();
  server.now = request.release_at;
  server.tick_all();
  ASSERT_EQ(server.sent<Deliver>().size(), 1U);
  const storage::Entry entry = server.entries(channel).back();
  EXPECT_EQ(entry.kind, storage::EntryKind::release);
  EXPECT_TRUE(entry.sender.is_zero());
  EXPECT_EQ(protocol::parse_release_body(entry.body).value(),
            (protocol::ReleaseBody{request.guidance, request.release_at, request.secret}));
  server.tick_all();
  EXPECT_TRUE(server.sent<Deliver>().empty()) << "once";
}

TEST_F(Posts, AWithdrawnReleaseNeverComes) {
  const ChannelId channel = channel_of(storage::ChannelKind::guidance, {&bjorn});
  const protocol::ScheduleRelease request{channel, random.id<GuidanceId>(), WallTime{server.now.ms + minute_ms},
                                          random.id<protocol::ReleaseSecret>()};
  ASSERT_THAT(server.ask(anna, request), IsDone());
  EXPECT_THAT(server.ask(bjorn, protocol::WithdrawRelease{channel, request.guidance}),
              IsRefused(Status::not_permitted));
  ASSERT_THAT(server.ask(anna, protocol::WithdrawRelease{channel, request.guidance}), IsDone());
  server.now.ms += day_ms;
  server.tick_all();
  EXPECT_TRUE(server.sent<Deliver>().empty());
}

TEST_F(Posts, GuidanceIsAnnouncedByThoseWhoMayPublish) {
  const ChannelId channel = channel_of(storage::ChannelKind::guidance, {&bjorn});
  const protocol::AnnounceGuidance request{channel, random.id<GuidanceId>(), random.id<Hash>()};
  EXPECT_THAT(server.ask(bjorn, request), IsRefused(Status::not_permitted));
  EXPECT_THAT(server.ask(anna, request), IsLeafPlaced());
  EXPECT_THAT(server.ask(anna, request), IsRefused(Status::conflict));
}

// --- documents

TEST_F(Posts, ADocumentIsUploadedSealedReferredToAndFetched) {
  const ChannelId channel = discussion();
  const Document made = document(channel);
  ASSERT_THAT(server.ask(anna, made.chunks[1]), IsDone());
  const auto state = std::get<protocol::UploadState>(server.ask(anna, protocol::FetchUpload{channel, made.seal.blob}));
  EXPECT_EQ(state.missing_below, std::vector<std::uint32_t>{0});
  EXPECT_EQ(state.next, 2U);
  server.restart();
  ASSERT_THAT(server.ask(anna, made.chunks[0]), IsDone());
  const protocol::AuthenticatedData data{.blobs = {made.seal.blob}};
  EXPECT_THAT(server.ask(anna, message(anna, channel, data)), IsRefused(Status::invalid)) << "not sealed yet";
  ASSERT_THAT(server.ask(anna, made.seal), IsDone());
  ASSERT_THAT(server.ask(anna, message(anna, channel, data)), IsPlaced());
  const auto fetched = server.ask(bjorn, protocol::FetchChunk{channel, made.seal.blob, 1});
  EXPECT_EQ(std::get<protocol::Chunk>(fetched).chunk, made.chunks[1].chunk);
}

TEST_F(Posts, ADocumentIsSealedAsWhatItIsOnly) {
  const ChannelId channel = discussion();
  const Document made = document(channel);
  ASSERT_THAT(server.ask(anna, made.chunks[0]), IsDone());
  EXPECT_THAT(server.ask(anna, made.seal), IsRefused(Status::invalid)) << "a chunk is missing";
  ASSERT_THAT(server.ask(anna, made.chunks[1]), IsDone());
  auto other_root = made.seal;
  other_root.root.bytes[0] ^= 1U;
  EXPECT_THAT(server.ask(anna, other_root), IsRefused(Status::invalid));
  auto other_size = made.seal;
  ++other_size.bytes;
  EXPECT_THAT(server.ask(anna, other_size), IsRefused(Status::invalid));
  EXPECT_THAT(server.ask(bjorn, made.seal), IsRefused(Status::not_found)) << "another's upload";
  EXPECT_THAT(server.ask(anna, made.seal), IsDone());
}

TEST_F(Posts, AChunkIsNotReplacedByAnother) {
  const ChannelId channel = discussion();
  Document made = document(channel);
  ASSERT_THAT(server.ask(anna, made.chunks[0]), IsDone());
  EXPECT_THAT(server.ask(anna, made.chunks[0]), IsDone()) << "repeated";
  made.chunks[0].chunk[0] ^= 1U;
  EXPECT_THAT(server.ask(anna, made.chunks[0]), IsRefused(Status::conflict));
}

TEST_F(Posts, ADocumentIsForItsChannelAlone) {
  const ChannelId channel = discussion();
  const ChannelId other = channel_of(storage::ChannelKind::discussion, {});
  const Document made = document(other);
  for (const auto& chunk : made.chunks) ASSERT_THAT(server.ask(anna, chunk), IsDone());
  ASSERT_THAT(server.ask(anna, made.seal), IsDone());
  EXPECT_THAT(server.ask(bjorn, protocol::FetchChunk{other, made.seal.blob, 0}), IsRefused(Status::not_permitted));
  EXPECT_THAT(server.ask(bjorn, protocol::FetchChunk{channel, made.seal.blob, 0}), IsRefused(Status::not_found));
  EXPECT_THAT(server.ask(anna, message(anna, channel, {.blobs = {made.seal.blob}})), IsRefused(Status::invalid));
}

TEST_F(Posts, AnUploadThatIsNotSealedEndsWithItsLeaseAndAReferredDocumentStays) {
  const ChannelId channel = discussion();
  const Document left = document(channel);
  ASSERT_THAT(server.ask(anna, left.chunks[0]), IsDone());
  const Document kept = document(channel);
  for (const auto& chunk : kept.chunks) ASSERT_THAT(server.ask(anna, chunk), IsDone());
  ASSERT_THAT(server.ask(anna, kept.seal), IsDone());
  ASSERT_THAT(server.ask(anna, message(anna, channel, {.blobs = {kept.seal.blob}})), IsPlaced());
  server.restart();
  server.now.ms += server.limits.upload_lease_ms + minute_ms;
  server.tick_all();
  EXPECT_THAT(server.ask(anna, protocol::FetchUpload{channel, left.seal.blob}), IsRefused(Status::not_found));
  EXPECT_TRUE(
      std::holds_alternative<protocol::Chunk>(server.ask(anna, protocol::FetchChunk{channel, kept.seal.blob, 0})));
  const auto chunks_left = server.chunks.scan(
      storage::chunk_store::chunks, storage::all_keys(), 100, [](BytesView, BytesView) { return storage::Visit::more; },
      storage::Direction::forward);
  EXPECT_EQ(chunks_left.value(), 2U);
}

TEST_F(Posts, ADocumentThatIsTooLargeIsRefused) {
  Limits small;
  small.document_bytes_max = 1500;
  server.limits = small;
  server.restart();
  const ChannelId channel = discussion();
  const Document made = document(channel);
  ASSERT_THAT(server.ask(anna, made.chunks[0]), IsDone());
  EXPECT_THAT(server.ask(anna, made.chunks[1]), IsRefused(Status::too_large));
}

// --- reading

TEST_F(Posts, AreReadInPagesFromTheJoinerOn) {
  const ChannelId channel = channel_of(storage::ChannelKind::discussion, {});
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  add(anna, channel, {&bjorn});
  ASSERT_THAT(server.ask(anna, message(anna, channel)), IsPlaced());
  const auto page = std::get<protocol::EntriesPage>(server.ask(bjorn, protocol::FetchEntries{channel, 0, 100}));
  ASSERT_EQ(page.entries.size(), 2U);
  EXPECT_EQ(storage::parse_entry(page.entries[0])->seq, 2U) << "the Commit that let it in";
  const auto one = std::get<protocol::EntriesPage>(server.ask(anna, protocol::FetchEntries{channel, 1, 1}));
  ASSERT_EQ(one.entries.size(), 1U);
  EXPECT_EQ(storage::parse_entry(one.entries[0])->seq, 1U);
}

TEST_F(Posts, AreFollowedFromWhereTheDeviceMayRead) {
  const ChannelId channel = discussion();
  ASSERT_THAT(server.ask(bjorn, protocol::Subscribe{channel, 0}), IsDone());
  ASSERT_EQ(server.sent<BeginSubscription>().size(), 1U);
  EXPECT_EQ(server.sent<BeginSubscription>()[0].next_seq, 1U);
  ASSERT_THAT(server.ask(bjorn, protocol::Unsubscribe{channel}), IsDone());
  EXPECT_EQ(server.sent<CeaseSubscription>().size(), 1U);
  const auto frames = read_entry_frames(server.main, channel, 1, 2, 1).value();
  ASSERT_EQ(frames.size(), 1U) << "one at least, however large";
}

}  // namespace
}  // namespace samband::server
