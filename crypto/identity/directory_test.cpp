// Questions to the directory, as of a size; batches; replay.
#include "crypto/identity/directory.h"

#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

using enum DirectoryError;

class DirectoryAnswers : public DirectoryTest {
 protected:
  void SetUp() override {
    add_with_administrator(asker);
    enrol(asker, 0);
    enrol(asker, 1);
    enrolled_size = directory.size();
  }
  [[nodiscard]] Bytes credential(std::uint8_t n) const {
    return encode(asker.signed_certificate(asker.certificate(asker.delegation(n), n), n));
  }
  [[nodiscard]] auto check(std::uint8_t n, std::uint64_t size, WallTime at) const {
    return directory.check_credential(credential(n), asker.device_key(n).public_key, size, at);
  }
  std::uint64_t enrolled_size = 0;
};

TEST_F(DirectoryAnswers, DependOnTheSizeThatIsAskedFor) {
  ASSERT_TRUE(accepts(asker.revocation(asker.device(1))));
  const DeviceId device = asker.device(1);
  EXPECT_FALSE(directory.in_force(device, enrolled_size - 1));
  EXPECT_TRUE(directory.in_force(device, enrolled_size));
  EXPECT_FALSE(directory.in_force(device, enrolled_size + 1));
  EXPECT_EQ(directory.duties_of(device, enrolled_size), Duties::all());
  EXPECT_TRUE(directory.duties_of(device, enrolled_size + 1).empty());
  EXPECT_EQ(directory.devices_of(asker.id(), enrolled_size - 1), std::vector{asker.device(0)});
  EXPECT_EQ(directory.devices_of(asker.id(), enrolled_size).size(), 2U);
  EXPECT_EQ(directory.staff_of(asker.id(), enrolled_size).size(), 2U);
  EXPECT_EQ(directory.staff_of(asker.id(), enrolled_size + 1), std::vector{asker.staff(0)});
  EXPECT_EQ(directory.partner_key(asker.id(), 2), nullptr);
  EXPECT_NE(directory.partner_key(asker.id(), 3), nullptr);
}

TEST_F(DirectoryAnswers, KnowTheTimeOfEachSize) {
  wait(hour_ms);
  ASSERT_TRUE(accepts(drammen.added()));
  EXPECT_EQ(directory.time_at(0), WallTime{});
  EXPECT_EQ(directory.time_at(enrolled_size), noon);
  EXPECT_EQ(directory.time_at(enrolled_size + 1), later(noon, hour_ms));
  EXPECT_EQ(directory.time_at(enrolled_size + 100), later(noon, hour_ms));
}

TEST_F(DirectoryAnswers, RecogniseTheCredentialOfADevice) {
  EXPECT_EQ(check(1, enrolled_size, now), asker.device(1));
}

TEST_F(DirectoryAnswers, RefuseACredentialBeforeItsPlaceAndAfterItsRevocation) {
  EXPECT_EQ(check(1, enrolled_size - 1, now).error(), CredentialError::unknown_device);
  ASSERT_TRUE(accepts(asker.revocation(asker.device(1))));
  EXPECT_EQ(check(1, enrolled_size + 1, now).error(), CredentialError::revoked);
  EXPECT_TRUE(check(1, enrolled_size, now));
  EXPECT_TRUE(directory.recognise_credential(credential(1), asker.device_key(1).public_key, enrolled_size + 1));
}

TEST_F(DirectoryAnswers, RefuseACredentialOutsideItsDates) {
  const WallTime end = asker.certificate(asker.delegation(1), 1).not_after;
  EXPECT_TRUE(check(1, enrolled_size, WallTime{end.ms - 1}));
  EXPECT_EQ(check(1, enrolled_size, end).error(), CredentialError::outside_validity);
  EXPECT_TRUE(check(1, enrolled_size, WallTime{noon.ms - clock_skew_ms_max}));
  EXPECT_EQ(check(1, enrolled_size, WallTime{noon.ms - clock_skew_ms_max - 1}).error(),
            CredentialError::outside_validity);
}

TEST_F(DirectoryAnswers, RefuseACredentialWithAnotherKeyOrAnotherCertificate) {
  const auto with_key = directory.check_credential(credential(1), asker.device_key(0).public_key, enrolled_size, now);
  EXPECT_EQ(with_key.error(), CredentialError::different_key);

  // Signed by the enrolment key once more, but never in the log.
  DeviceCertificate other = asker.certificate(asker.delegation(1), 1);
  other.signature_key = public_of(asker.device_key(7));
  const Bytes again = encode(asker.signed_certificate(other, 1));
  EXPECT_EQ(directory.check_credential(again, asker.device_key(7).public_key, enrolled_size, now).error(),
            CredentialError::different_certificate);

  Bytes cut = credential(1);
  cut.pop_back();
  EXPECT_EQ(directory.check_credential(cut, asker.device_key(1).public_key, enrolled_size, now).error(),
            CredentialError::malformed);
}

TEST_F(DirectoryAnswers, ListTheInvitationsThatAreOpen) {
  Delegation twice = asker.delegation(2);
  twice.uses = 2;
  invite(asker, twice);
  EXPECT_EQ(directory.open_delegations(asker.id(), now), std::vector{hash_of(twice)});
  ASSERT_TRUE(accepts(asker.signed_certificate(asker.certificate(twice, 2), 2)));
  EXPECT_EQ(directory.delegation(hash_of(twice))->uses_left(), 1U);
  EXPECT_TRUE(directory.open_delegations(asker.id(), twice.expires_at).empty());
  ASSERT_TRUE(accepts(asker.signed_certificate(asker.certificate(twice, 3), 2)));
  EXPECT_TRUE(directory.open_delegations(asker.id(), now).empty());
}

// --- batches and replay

// Every kind of leaf, in an order that works.
std::vector<DirectoryLeaf> whole_story() {
  const Delegation first = asker.delegation(0);
  const Delegation second = asker.delegation(1);
  std::vector<DirectoryLeafBody> bodies{
      asker.added(),
      drammen.added(),
      PartnerRenamed{drammen.id(), "Drammen kommune", "Vestre Viken", LanguageForm::nb},
      PartnerRenumbered{drammen.id(), PartnerKind::municipality, number_of("3005")},
      asker.invited(0),
      asker.invited(1),
      OperatorInvitationRevoked{asker.token(1)},
      asker.claim(0),
      asker.signed_grant(0),
      asker.signed_delegation(first),
      asker.signed_certificate(asker.certificate(first, 0), 0),
      asker.signed_delegation(second),
      asker.signed_certificate(asker.certificate(second, 1), 1),
      GuidancePublished{id_of<ChannelId>(1), id_of<GuidanceId>(2), id_of<Hash>(3)},
      asker.invited(2, true),
      asker.claim(2),
      asker.signed_grant(3),
      asker.revocation(PendingPartnerKey{partner_key_fingerprint(public_of(asker.partner_key(2)))}),
      asker.revocation(hash_of(second)),
      asker.revocation(asker.device(1)),
      asker.revocation(asker.staff(0), 3),
      asker.revocation(hash_of(asker.grant(3)), 3),
      PartnerMerged{asker.id(), drammen.id()},
      PartnerRemoved{asker.id()},
  };
  std::vector<DirectoryLeaf> leaves;
  WallTime at = noon;
  for (DirectoryLeafBody& body : bodies) {
    leaves.push_back({at, std::move(body)});
    at = later(at, second_ms);
  }
  return leaves;
}

TEST(DirectoryBatch, EntersWhole) {
  Directory directory;
  EXPECT_TRUE(directory.apply_all(whole_story()));
  EXPECT_EQ(directory.size(), whole_story().size());
}

TEST(DirectoryBatch, LeavesNoTraceWhenItsLastLeafIsRefused) {
  const auto leaves = whole_story();
  const DirectoryLeaf refused{leaves.back().at, asker.added()};
  for (std::size_t before = 0; before < leaves.size(); ++before) {
    Directory directory;
    ASSERT_TRUE(directory.apply_all(std::span{leaves}.first(before)));
    const Directory untouched = directory;
    std::vector<DirectoryLeaf> batch{leaves.begin() + static_cast<std::ptrdiff_t>(before), leaves.end()};
    batch.push_back(refused);
    EXPECT_EQ(directory.apply_all(batch), std::unexpected(RefusedLeaf{batch.size() - 1, already_there}));
    EXPECT_EQ(directory, untouched) << "after " << before << " leaves";
  }
}

TEST(DirectoryBatch, RefusesAFirstDeviceWithoutItsChain) {
  Directory directory;
  ASSERT_TRUE(directory.apply({noon, asker.added()}));
  ASSERT_TRUE(directory.apply({noon, asker.invited()}));
  const Delegation first = asker.delegation(0);
  const std::vector<DirectoryLeaf> leaves{{noon, asker.claim()},
                                          {noon, asker.signed_grant()},
                                          {noon, asker.signed_delegation(first)},
                                          {noon, asker.signed_certificate(asker.certificate(first, 0), 1)}};
  EXPECT_EQ(directory.apply_all(leaves), std::unexpected(RefusedLeaf{3, bad_signature}));
  EXPECT_EQ(directory.partner_key(asker.id(), directory.size()), nullptr);
  EXPECT_TRUE(Directory::is_open(*directory.operator_invitation(asker.token()), noon));
}

TEST(DirectoryReplay, GivesTheSameDirectoryWithoutVerifyingAgain) {
  Directory verified;
  Directory replayed;
  for (const DirectoryLeaf& leaf : whole_story()) {
    ASSERT_TRUE(verified.apply(leaf));
    const auto parsed = parse_directory_leaf(encode(leaf));
    ASSERT_TRUE(parsed);
    EXPECT_TRUE(replayed.apply_stored(*parsed));
  }
  EXPECT_EQ(replayed, verified);
}

TEST(DirectoryReplay, StillRefusesWhatBreaksARule) {
  Directory directory;
  ASSERT_TRUE(directory.apply_stored({noon, asker.added()}));
  EXPECT_EQ(directory.apply_stored({noon, asker.added()}).error(), already_there);
}

}  // namespace
}  // namespace samband::identity
