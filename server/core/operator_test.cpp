// What the operator decides while the server runs: maintenance, and how much a partner may keep here.
#include "crypto/document/file_format.h"
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

using protocol::Status;

class WithAChannel : public CoreTest {
 protected:
  explicit WithAChannel(const Limits& limits = {}) : CoreTest{limits} {}

  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner bergen = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;
  Device& bjorn = *bergen.first;
  ChannelId channel = channel_of_both();

  ChannelId channel_of_both() {
    const ChannelId made =
        created_channel(anna, policy_of({seats(oslo, storage::Role::moderator), seats(bergen, storage::Role::member)}));
    add(anna, made, {&bjorn});
    return made;
  }
  [[nodiscard]] protocol::ServerStatus status() {
    return std::get<protocol::ServerStatus>(server.administer(protocol::GetStatus{}));
  }
  [[nodiscard]] protocol::PartnerListed listed(const Partner& partner) {
    const auto all = std::get<protocol::PartnersListed>(server.administer(protocol::ListPartners{}));
    return *std::ranges::find(all.partners, partner.id, &protocol::PartnerListed::id);
  }
};

class InMaintenance : public WithAChannel {
 protected:
  void set(bool on, std::string reason = "flytting") {
    const auto done = server.administer(protocol::SetMaintenance{on, std::move(reason)});
    ASSERT_TRUE(std::holds_alternative<protocol::AdminDone>(done));
  }
};

TEST_F(InMaintenance, WritesAreRefusedWithItsReasonAndSpendNoCounter) {
  const auto request = message(anna, channel);
  set(true);
  const auto reply = server.ask(anna, request);
  ASSERT_THAT(reply, IsRefused(Status::maintenance));
  EXPECT_EQ(std::get<protocol::Refused>(reply).detail, "flytting");
  const std::uint64_t counter = server.counters.at({anna.id, protocol::shard_of(channel, 2)}) + 1;
  EXPECT_THAT(server.ask_as(anna.id, counter + 1, message(anna, channel)), IsRefused(Status::maintenance))
      << "what was pipelined behind it is not out of order";
  set(false);
  EXPECT_THAT(server.ask_as(anna.id, counter, request), IsPlaced());
}

TEST_F(InMaintenance, NothingOfAnyKindIsWritten) {
  auto waiting = new_partner("3301", "Drammen");
  ASSERT_TRUE(
      std::holds_alternative<protocol::PartnersListed>(server.administer(protocol::AddPartners{{waiting.row}})));
  set(true);
  EXPECT_THAT(server.ask_as_stranger(first_enrolment(waiting).request), IsRefused(Status::maintenance));
  EXPECT_THAT(server.ask(anna, protocol::StagePart{0, Bytes(10)}), IsRefused(Status::maintenance));
  EXPECT_THAT(server.ask(anna, protocol::UploadChunk{channel, random.id<BlobId>(), 0, Bytes(10)}),
              IsRefused(Status::maintenance));
  EXPECT_THAT(server.ask(anna, protocol::Revoke{encode(revocation_of(oslo, anna.id))}), IsRefused(Status::maintenance));
}

TEST_F(InMaintenance, ReadsGoOn) {
  set(true);
  EXPECT_TRUE(std::holds_alternative<protocol::EntriesPage>(server.ask(bjorn, protocol::FetchEntries{channel, 0, 10})));
  EXPECT_THAT(server.ask(bjorn, protocol::Subscribe{channel, 0}), IsDone());
  EXPECT_THAT(server.ask(bjorn, protocol::AcknowledgeInbox{1, 0}), IsDone()) << "who reads, says what was read";
  EXPECT_TRUE(std::holds_alternative<protocol::LoginAccepted>(server.log_in(anna, Bytes{1}, Bytes{1})));
}

TEST_F(InMaintenance, AnAnswerThatWasLostIsGivenAgain) {
  const auto request = message(anna, channel);
  ASSERT_THAT(server.ask(anna, request), IsPlaced());
  set(true);
  const std::uint64_t counter = server.counters.at({anna.id, protocol::shard_of(channel, 2)});
  EXPECT_THAT(server.ask_as(anna.id, counter, request), IsPlaced());
}

TEST_F(InMaintenance, TheStoreDoesNotChangeButForFreshTreeHeads) {
  ASSERT_THAT(server.ask(anna, protocol::StagePart{0, Bytes(10)}), IsDone());
  ASSERT_THAT(server.ask(anna, protocol::UploadChunk{channel, random.id<BlobId>(), 0, Bytes(10)}), IsDone());
  set(true);
  server.now.ms += 30 * day_ms;
  for (unsigned shard = 0; shard <= 2; ++shard) {
    server.carry_out({static_cast<protocol::ShardIndex>(shard), server.now, false, Tick{}});
    EXPECT_TRUE(shard == 0 || server.outgoing.empty());
  }
  EXPECT_EQ(listed(oslo).document_bytes, 10U) << "a lease waits";
  set(false);
  server.tick_all();
  EXPECT_EQ(listed(oslo).document_bytes, 0U);
}

TEST_F(InMaintenance, TheEdgeIsToldAndTheStatusSaysSo) {
  set(true, "ny maskin");
  const auto told = server.sent<MaintenanceChanged>();
  ASSERT_EQ(told.size(), 1U);
  EXPECT_EQ(told[0].now->reason, "ny maskin");
  EXPECT_TRUE(status().maintenance);
  EXPECT_EQ(status().maintenance_reason, "ny maskin");
  EXPECT_EQ(status().maintenance_since, server.now);
  set(false);
  EXPECT_EQ(server.sent<MaintenanceChanged>().at(0).now, std::nullopt);
  EXPECT_FALSE(status().maintenance);
}

TEST_F(InMaintenance, ARestartChangesNothing) {
  set(true);
  server.restart();
  ASSERT_TRUE(server.core().maintenance());
  EXPECT_EQ(server.core().maintenance()->reason, "flytting");
  EXPECT_THAT(server.ask(anna, message(anna, channel)), IsRefused(Status::maintenance));
  set(false);
  server.restart();
  EXPECT_FALSE(server.core().maintenance());
}

TEST_F(InMaintenance, ItCanBeEnteredAndLeftWithTheDiskBelowItsReserve) {
  server.disk_reserve = true;
  set(true);
  EXPECT_TRUE(status().maintenance);
  set(false);
  EXPECT_FALSE(status().maintenance);
}

TEST_F(InMaintenance, SwitchingIsInTheAuditChainAndLeavingTwiceIsNot) {
  const std::uint64_t before = status().audit_records;
  set(true);
  set(false);
  set(false);
  EXPECT_EQ(status().audit_records, before + 2);
  const auto audit = std::get<protocol::AuditListed>(server.administer(protocol::ListAudit{2, {}, {}}));
  EXPECT_EQ(audit.items.at(0).what, "maintenance ended");
  EXPECT_EQ(audit.items.at(1).what, "maintenance began: flytting");
}

class Quotas : public WithAChannel {
 protected:
  static Limits small() {
    Limits limits;
    limits.partner_document_bytes_max = 100;
    return limits;
  }
  Quotas() : WithAChannel{small()} {}

  [[nodiscard]] protocol::ReplyBody upload(Device& device, const BlobId& blob, std::uint32_t index, std::size_t bytes) {
    return server.ask(device, protocol::UploadChunk{channel, blob, index, Bytes(bytes, 1)});
  }
  void set_quota(const Partner& partner, std::optional<std::uint64_t> bytes) {
    const auto done = server.administer(protocol::SetPartnerQuota{partner.id, bytes});
    ASSERT_TRUE(std::holds_alternative<protocol::AdminDone>(done));
  }
};

TEST_F(Quotas, AreOfAllDevicesOfAPartnerTogether) {
  const auto blob = random.id<BlobId>();
  ASSERT_THAT(upload(anna, blob, 0, 60), IsDone());
  const auto reply = upload(anna, blob, 1, 41);
  ASSERT_THAT(reply, IsRefused(Status::partner_limit));
  EXPECT_EQ(std::get<protocol::Refused>(reply).detail, "partner_document_bytes_max");
  EXPECT_THAT(upload(anna, blob, 1, 40), IsDone());
  EXPECT_THAT(upload(anna, blob, 1, 40), IsDone()) << "a repeated chunk takes no room";
  EXPECT_THAT(upload(bjorn, random.id<BlobId>(), 0, 100), IsDone()) << "another partner has its own";
  EXPECT_EQ(listed(oslo).document_bytes, 100U);
  EXPECT_EQ(listed(oslo).document_bytes_max, 100U);
}

TEST_F(Quotas, LetNoUploadBeginThatHasNoRoom) {
  const auto blob = random.id<BlobId>();
  EXPECT_THAT(upload(anna, blob, 0, 101), IsRefused(Status::partner_limit));
  EXPECT_THAT(server.ask(anna, protocol::FetchUpload{channel, blob}), IsRefused(Status::not_found));
}

TEST_F(Quotas, AreTheSameAfterARestart) {
  const auto open = random.id<BlobId>();
  const auto sealed = random.id<BlobId>();
  ASSERT_THAT(upload(anna, open, 0, 30), IsDone());
  ASSERT_THAT(upload(anna, sealed, 0, 20), IsDone());
  ChunkHashes hashes{sealed};
  hashes.add(sha256(Bytes(20, 1)));
  ASSERT_THAT(server.ask(anna, protocol::SealBlob{channel, sealed, 20, 1, hashes.root()}), IsDone());
  set_quota(bergen, 7);
  EXPECT_EQ(listed(oslo).document_bytes, 50U);
  server.restart();
  EXPECT_EQ(listed(oslo).document_bytes, 50U);
  EXPECT_EQ(listed(bergen).document_bytes_max, 7U);
  EXPECT_TRUE(listed(bergen).has_own_quota);
  EXPECT_THAT(upload(anna, open, 1, 51), IsRefused(Status::partner_limit));
  EXPECT_THAT(upload(anna, open, 1, 50), IsDone());
}

TEST_F(Quotas, GiveTheRoomBackOfWhatIsCollected) {
  ASSERT_THAT(upload(anna, random.id<BlobId>(), 0, 60), IsDone());
  const auto sealed = random.id<BlobId>();
  ASSERT_THAT(upload(anna, sealed, 0, 40), IsDone());
  ChunkHashes hashes{sealed};
  hashes.add(sha256(Bytes(40, 1)));
  ASSERT_THAT(server.ask(anna, protocol::SealBlob{channel, sealed, 40, 1, hashes.root()}), IsDone());
  server.now.ms += 30 * day_ms;
  server.tick_all();
  EXPECT_EQ(listed(oslo).document_bytes, 0U);
  EXPECT_THAT(upload(anna, random.id<BlobId>(), 0, 100), IsDone());
}

TEST_F(Quotas, OfOnePartnerAreSetAndUnset) {
  set_quota(oslo, 200);
  EXPECT_TRUE(listed(oslo).has_own_quota);
  EXPECT_THAT(upload(anna, random.id<BlobId>(), 0, 150), IsDone());
  EXPECT_THAT(upload(bjorn, random.id<BlobId>(), 0, 150), IsRefused(Status::partner_limit));
  set_quota(oslo, std::nullopt);
  EXPECT_FALSE(listed(oslo).has_own_quota);
  EXPECT_THAT(upload(anna, random.id<BlobId>(), 0, 1), IsRefused(Status::partner_limit)) << "above it already";
  server.restart();
  EXPECT_EQ(listed(oslo).document_bytes_max, 100U);
  const auto unknown = server.administer(protocol::SetPartnerQuota{random.id<PartnerId>(), 1});
  EXPECT_TRUE(std::holds_alternative<protocol::AdminRefused>(unknown));
  const auto audit = std::get<protocol::AuditListed>(server.administer(protocol::ListAudit{10, {}, "0301"}));
  EXPECT_EQ(audit.items.at(0).what, "partner Oslo may have documents of as much as is configured, 100 bytes");
  EXPECT_EQ(audit.items.at(1).what, "partner Oslo may have documents of 200 bytes");
}

TEST_F(WithAChannel, StatusCountsThePartnersThatHaveEnrolled) {
  auto waiting = new_partner("3301", "Drammen");
  ASSERT_TRUE(
      std::holds_alternative<protocol::PartnersListed>(server.administer(protocol::AddPartners{{waiting.row}})));
  EXPECT_EQ(status().partners, 3U);
  EXPECT_EQ(status().partners_enrolled, 2U);
  static_cast<void>(server.administer(protocol::RemovePartner{waiting.row.id}));
  EXPECT_EQ(status().partners, 2U);
}

TEST_F(WithAChannel, ALoginTellsTheEdgeWhosePartnerItIs) {
  static_cast<void>(server.log_in(anna, Bytes{1}, Bytes{1}));
  EXPECT_EQ(server.sent<AnswerLogin>().at(0).partner, oslo.id);
  static_cast<void>(server.log_in(anna, Bytes{1}, Bytes{2}));
  EXPECT_EQ(server.sent<AnswerLogin>().at(0).partner, PartnerId{});
}

}  // namespace
}  // namespace samband::server
