#include "crypto/mls/wire/message.h"
#include "server/core/core_fixture.h"

namespace samband::server {
namespace {

using protocol::Status;

class Enrolment : public CoreTest {
 protected:
  Partner oslo = enrolled_partner("0301", "Oslo");
};

TEST_F(Enrolment, OfAPartnersFirstDevicePlacesTheWholeChain) {
  const identity::Directory directory = server.directory();
  EXPECT_TRUE(directory.in_force(oslo.first->id, directory.size()));
  EXPECT_EQ(directory.duties_of(oslo.first->id, directory.size()), identity::Duties::all());
}

TEST_F(Enrolment, RepeatedWithTheSameCertificateIsAnsweredAlikeAndChangesNothing) {
  const Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  const FirstEnrolment enrolment = first_enrolment(invited);
  const auto first = server.ask_as_stranger(enrolment.request);
  const std::uint64_t size = server.directory().size();
  server.now.ms += minute_ms;
  const auto second = server.ask_as_stranger(enrolment.request);
  EXPECT_EQ(protocol::encode_reply_body(first), protocol::encode_reply_body(second));
  EXPECT_EQ(server.directory().size(), size);
}

TEST_F(Enrolment, NeedsTheTokenAndNotJustItsHash) {
  const Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  FirstEnrolment enrolment = first_enrolment(invited);
  enrolment.request.token = random.id<protocol::OperatorToken>();
  EXPECT_THAT(server.ask_as_stranger(enrolment.request), IsRefused(Status::invitation_unknown));
}

TEST_F(Enrolment, WithATokenNobodyMadeIsRefused) {
  Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  invited.token = random.id<protocol::OperatorToken>();
  EXPECT_THAT(server.ask_as_stranger(first_enrolment(invited).request), IsRefused(Status::invitation_unknown));
}

TEST_F(Enrolment, WithAUsedTokenIsRefusedAndLeavesNothingBehind) {
  const Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  ASSERT_THAT(server.ask_as_stranger(first_enrolment(invited).request), IsLeafPlaced());
  const std::uint64_t size = server.directory().size();
  EXPECT_THAT(server.ask_as_stranger(first_enrolment(invited).request), IsRefused(Status::invitation_used_up));
  EXPECT_EQ(server.directory().size(), size);
}

TEST_F(Enrolment, WithAnExpiredTokenIsRefused) {
  const Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  server.now.ms += 31 * day_ms;
  EXPECT_THAT(server.ask_as_stranger(first_enrolment(invited).request), IsRefused(Status::invitation_expired));
}

TEST_F(Enrolment, WithARevokedTokenIsRefused) {
  const Invited invited = new_partner("4601", "Bergen");
  static_cast<void>(server.administer(protocol::AddPartners{{invited.row}}));
  static_cast<void>(server.administer(protocol::RevokeInvitation{invited.row.token}));
  EXPECT_THAT(server.ask_as_stranger(first_enrolment(invited).request), IsRefused(Status::invitation_revoked));
}

TEST_F(Enrolment, OfAnInvitedDeviceIsRefusedWhenTheDelegationIsUnknown) {
  const auto stranger = device_for(staff_invitation(oslo, {}));
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(stranger->certificate)}),
              IsRefused(Status::invitation_unknown));
}

TEST_F(Enrolment, OfAnInvitedDeviceIsRefusedWhenTheCertificateIsForged) {
  const StaffInvitation invitation = staff_invitation(oslo, {});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  auto forged = device_for(invitation)->certificate;
  forged.signature.bytes[0] ^= 1U;
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(forged)}), IsRefused(Status::invalid));
}

TEST_F(Enrolment, OfAnInvitedDeviceIsRefusedWhenTheDelegationIsUsedUp) {
  const StaffInvitation invitation = staff_invitation(oslo, {.uses = 1});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  ASSERT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device_for(invitation)->certificate)}),
              IsLeafPlaced());
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device_for(invitation)->certificate)}),
              IsRefused(Status::invitation_used_up));
}

TEST_F(Enrolment, OfAnInvitedDeviceIsRefusedWhenTheDelegationHasExpired) {
  const StaffInvitation invitation = staff_invitation(oslo, {.lifetime_ms = 7 * day_ms});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  const auto device = device_for(invitation);
  server.now.ms += 8 * day_ms;
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device->certificate)}),
              IsRefused(Status::invitation_expired));
}

TEST_F(Enrolment, OfAnInvitedDeviceIsRefusedWhenTheDelegationWasRevoked) {
  const StaffInvitation invitation = staff_invitation(oslo, {});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  const auto revocation = revocation_of(oslo, identity::hash_of(invitation.delegation.body));
  ASSERT_THAT(server.ask(*oslo.first, protocol::Revoke{identity::encode(revocation)}), IsLeafPlaced());
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device_for(invitation)->certificate)}),
              IsRefused(Status::invitation_revoked));
}

TEST_F(Enrolment, FindsTheDelegationAnInvitationNames) {
  const StaffInvitation invitation = staff_invitation(oslo, {});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  const Hash hash{identity::hash_of(invitation.delegation.body).bytes};
  const auto found = server.ask_as_stranger(protocol::FetchDelegation{hash});
  ASSERT_TRUE(std::holds_alternative<protocol::DelegationFound>(found));
  EXPECT_EQ(std::get<protocol::DelegationFound>(found).delegation, identity::encode(invitation.delegation));
}

TEST_F(Enrolment, OfADelegationIsForDevicesOfThatPartnerOnly) {
  const Partner bergen = enrolled_partner("4601", "Bergen");
  const StaffInvitation invitation = staff_invitation(oslo, {});
  EXPECT_THAT(server.ask(*bergen.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsRefused(Status::not_permitted));
}

TEST_F(Enrolment, IsRevokedByDevicesOfThatPartnerOnly) {
  const Partner bergen = enrolled_partner("4601", "Bergen");
  const auto device = enrolled_device(oslo);
  EXPECT_THAT(server.ask(*bergen.first, protocol::Revoke{identity::encode(revocation_of(oslo, device->id))}),
              IsRefused(Status::not_permitted));
}

TEST_F(Enrolment, EndsWithTheCertificate) {
  const Bytes binding(32, 5);
  server.now.ms += 366 * day_ms;
  const auto login = server.log_in(*oslo.first, binding, binding);
  ASSERT_TRUE(std::holds_alternative<protocol::Refused>(login));
  EXPECT_EQ(std::get<protocol::Refused>(login).status, Status::not_permitted);
}

TEST_F(Enrolment, OfMoreDevicesThanAPartnerMayHaveIsRefused) {
  Limits few;
  few.devices_per_partner_max = 1;
  server.limits = few;
  server.restart();
  const StaffInvitation invitation = staff_invitation(oslo, {});
  ASSERT_THAT(server.ask(*oslo.first, protocol::AddDelegation{identity::encode(invitation.delegation)}),
              IsLeafPlaced());
  EXPECT_THAT(server.ask_as_stranger(protocol::EnrolInvited{identity::encode(device_for(invitation)->certificate)}),
              IsRefused(Status::too_many));
}

TEST_F(Enrolment, IsAllAStrangerMayAsk) {
  EXPECT_THAT(server.ask_as_stranger(protocol::FetchDirectory{0, 10}), IsRefused(Status::not_logged_in));
}

TEST_F(Enrolment, ARevocationCutsTheDeviceAndItIsRefusedFromThenOn) {
  const auto device = enrolled_device(oslo);
  const auto revocation = revocation_of(oslo, device->id);
  ASSERT_THAT(server.ask(*oslo.first, protocol::Revoke{identity::encode(revocation)}), IsLeafPlaced());
  const auto cut = server.sent<CutDevice>();
  ASSERT_EQ(cut.size(), 1U);
  EXPECT_EQ(cut.front().device, device->id);
  EXPECT_THAT(server.ask(*device, protocol::FetchDirectory{0, 10}), IsRefused(Status::device_revoked));
  const Bytes binding(32, 5);
  const auto login = server.log_in(*device, binding, binding);
  ASSERT_TRUE(std::holds_alternative<protocol::Refused>(login));
  EXPECT_EQ(std::get<protocol::Refused>(login).status, Status::device_revoked);
}

TEST_F(Enrolment, RemovingAPartnerCutsItsDevices) {
  static_cast<void>(server.administer(protocol::RemovePartner{oslo.id}));
  ASSERT_EQ(server.sent<CutDevice>().size(), 1U);
  EXPECT_THAT(server.ask(*oslo.first, protocol::ListChannels{}), IsRefused(Status::device_revoked));
}

TEST_F(Enrolment, ALoginIsBoundToItsTlsSession) {
  const Bytes binding(32, 5);
  EXPECT_TRUE(std::holds_alternative<protocol::LoginAccepted>(server.log_in(*oslo.first, binding, binding)));
  const auto replayed = server.log_in(*oslo.first, Bytes(32, 6), binding);
  ASSERT_TRUE(std::holds_alternative<protocol::Refused>(replayed));
  EXPECT_EQ(std::get<protocol::Refused>(replayed).status, Status::not_permitted);
}

TEST_F(Enrolment, ALoginTellsTheCountersOfEveryShard) {
  static_cast<void>(enrolled_device(oslo));  // one counted request of the first device
  const Bytes binding(32, 5);
  const auto accepted = std::get<protocol::LoginAccepted>(server.log_in(*oslo.first, binding, binding));
  EXPECT_EQ(accepted.counters, (std::vector<std::uint64_t>{1, 0, 0}));
}

// --- the operator

TEST_F(Enrolment, AnImportIsAllOrNoneWithEachFaultAtItsRow) {
  const Invited good = new_partner("4601", "Bergen");
  const Invited without_zero = new_partner("301", "Oslo igjen");
  const Invited taken = new_partner("0301", "Annet navn");
  const auto reply = server.administer(protocol::AddPartners{{good.row, without_zero.row, taken.row}});
  ASSERT_TRUE(std::holds_alternative<protocol::AdminRefused>(reply));
  const auto& refused = std::get<protocol::AdminRefused>(reply);
  ASSERT_EQ(refused.rows.size(), 2U);
  EXPECT_EQ(refused.rows[0].row, 1U);
  EXPECT_THAT(refused.rows[0].fault, testing::HasSubstr("0301"));
  EXPECT_EQ(refused.rows[1].row, 2U);
  EXPECT_EQ(server.directory().partner_by_number("4601"), nullptr);
}

TEST_F(Enrolment, RepresentativesGetTheNextNumber) {
  const Invited first = new_partner("", "Fastlegene", identity::PartnerKind::representative);
  const Invited second = new_partner("", "Brukarane", identity::PartnerKind::representative);
  const auto reply = server.administer(protocol::AddPartners{{first.row, second.row}});
  ASSERT_TRUE(std::holds_alternative<protocol::PartnersListed>(reply));
  EXPECT_EQ(std::get<protocol::PartnersListed>(reply).partners[0].number, "R-0001");
  EXPECT_EQ(std::get<protocol::PartnersListed>(reply).partners[1].number, "R-0002");
}

TEST_F(Enrolment, TheListShowsWhoHasNotEnrolledYet) {
  static_cast<void>(server.administer(protocol::AddPartners{{new_partner("4601", "Bergen").row}}));
  const auto listed = std::get<protocol::PartnersListed>(server.administer(protocol::ListPartners{}));
  ASSERT_EQ(listed.partners.size(), 2U);
  EXPECT_TRUE(listed.partners[0].enrolled);
  EXPECT_FALSE(listed.partners[1].enrolled);
  EXPECT_EQ(std::get<protocol::InvitationsListed>(server.administer(protocol::ListInvitations{})).invitations.size(),
            1U);
}

TEST_F(Enrolment, EveryLeafIsInTheSignedTree) {
  const auto page = std::get<protocol::DirectoryPage>(server.ask(*oslo.first, protocol::FetchDirectory{0, 500}));
  const auto head = transparency::parse_signed_tree_head(page.tree_head).value();
  EXPECT_TRUE(transparency::verify(head, server.signer.public_key()));
  ASSERT_EQ(head.body.tree_size, page.leaves.size());
  for (std::uint64_t leaf = 0; leaf < head.body.tree_size; ++leaf) {
    const auto proof =
        std::get<protocol::Proof>(server.ask(*oslo.first, protocol::FetchInclusion{leaf, head.body.tree_size}));
    EXPECT_TRUE(transparency::verify_inclusion(transparency::leaf_hash(page.leaves[leaf]), leaf, head.body.tree_size,
                                               proof.path, head.body.root));
  }
}

TEST_F(Enrolment, AHeadIsSignedAnewWhenItHasGrownOld) {
  server.tick_all();
  EXPECT_TRUE(server.sent<DirectoryGrew>().empty());
  server.now.ms += server.limits.tree_head_interval_ms;
  server.tick_all();
  ASSERT_EQ(server.sent<DirectoryGrew>().size(), 1U);
  const auto head = transparency::parse_signed_tree_head(server.sent<DirectoryGrew>().front().tree_head).value();
  EXPECT_EQ(head.body.at, server.now);
}

// --- KeyPackages

TEST_F(Enrolment, AKeyPackageIsHandedOutOnceAndTheLastResortAgainAndAgain) {
  const ChannelId channel = created_channel(*oslo.first, policy_of({seats(oslo, storage::Role::moderator)}));
  const auto device = enrolled_device(oslo);
  const auto single = key_package(*device);
  const auto last = key_package(*device, true);
  ASSERT_THAT(server.ask(*device, protocol::PublishKeyPackages{{mls::encode_mls_message(single.key_package)},
                                                               mls::encode_mls_message(last.key_package)}),
              IsDone());
  const auto reserve = [&] {
    const auto reply = server.ask(*oslo.first, protocol::ReserveKeyPackages{channel, {device->id}});
    return std::get<protocol::ReservedKeyPackages>(reply).key_packages.at(0).key_package;
  };
  EXPECT_EQ(reserve(), mls::encode_mls_message(single.key_package));
  EXPECT_EQ(reserve(), mls::encode_mls_message(last.key_package));
  EXPECT_EQ(reserve(), mls::encode_mls_message(last.key_package));
}

TEST_F(Enrolment, AKeyPackageOfAnotherDeviceIsRefused) {
  const auto device = enrolled_device(oslo);
  const auto foreign = key_package(*oslo.first);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{mls::encode_mls_message(foreign.key_package)}, {}}),
              IsRefused(Status::invalid));
}

TEST_F(Enrolment, AKeyPackageWithACertificateThatIsNotInTheDirectoryIsRefused) {
  const auto device = enrolled_device(oslo);
  device->certificate.body.staff_name = "Noen Andre";
  const auto forged = key_package(*device);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{mls::encode_mls_message(forged.key_package)}, {}}),
              IsRefused(Status::invalid));
}

TEST_F(Enrolment, AKeyPackageThatLivesTooLongIsRefused) {
  const auto device = enrolled_device(oslo);
  const std::uint64_t now_s = server.now.ms / 1000;
  const auto eternal = mls::make_key_package(
      suite, device->leaf_identity(), device->key,
      {.lifetime = {.not_before = now_s, .not_after = now_s + 91 * day_ms / 1000}, .last_resort = false}, random);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{mls::encode_mls_message(eternal.key_package)}, {}}),
              IsRefused(Status::invalid));
}

TEST_F(Enrolment, ALastResortIsMarkedAsOneAndASingleUseIsNot) {
  const auto device = enrolled_device(oslo);
  const Bytes single = mls::encode_mls_message(key_package(*device).key_package);
  const Bytes last = mls::encode_mls_message(key_package(*device, true).key_package);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{last}, {}}), IsRefused(Status::invalid));
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{}, single}), IsRefused(Status::invalid));
}

TEST_F(Enrolment, KeyPackagesAreReservedByMembersForThoseTheRosterMeans) {
  const auto coordinator = enrolled_device(oslo);
  const auto other = enrolled_device(oslo);
  const ChannelId channel = created_channel(
      *oslo.first, policy_of({seats(oslo, storage::Role::moderator, storage::NamedStaff{{oslo.first->staff}}),
                              seats(oslo, storage::Role::member, storage::NamedStaff{{coordinator->staff}})}));
  publish_key_packages(*other, 1);
  EXPECT_THAT(server.ask(*coordinator, protocol::ReserveKeyPackages{channel, {other->id}}),
              IsRefused(Status::not_permitted))
      << "not a member yet";
  add(*oslo.first, channel, {coordinator.get()});
  const auto reserved = server.ask(*coordinator, protocol::ReserveKeyPackages{channel, {other->id}});
  EXPECT_TRUE(std::get<protocol::ReservedKeyPackages>(reserved).key_packages.empty());
}

TEST_F(Enrolment, AKeyPackageThatHasExpiredIsNotHandedOut) {
  const ChannelId channel = created_channel(*oslo.first, policy_of({seats(oslo, storage::Role::moderator)}));
  const auto device = enrolled_device(oslo);
  publish_key_packages(*device, 1);
  server.now.ms += 81 * day_ms;
  const auto reply = server.ask(*oslo.first, protocol::ReserveKeyPackages{channel, {device->id}});
  EXPECT_TRUE(std::get<protocol::ReservedKeyPackages>(reply).key_packages.empty());
}

TEST_F(Enrolment, OneKeyPackageTooManyIsRefused) {
  Limits few;
  few.key_packages_per_device_max = 2;
  server.limits = few;
  server.restart();
  const auto device = enrolled_device(oslo);
  publish_key_packages(*device, 2);
  const auto third = key_package(*device);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{mls::encode_mls_message(third.key_package)}, {}}),
              IsRefused(Status::too_many));
}

TEST_F(Enrolment, TheSameKeyPackageTwiceIsRefused) {
  const auto device = enrolled_device(oslo);
  publish_key_packages(*device, 1);
  const Bytes again = mls::encode_mls_message(device->bundles.front().key_package);
  EXPECT_THAT(server.ask(*device, protocol::PublishKeyPackages{{again}, {}}), IsRefused(Status::conflict));
}

TEST_F(Enrolment, ARevokedDevicesKeyPackagesAreGone) {
  const auto device = enrolled_device(oslo);
  publish_key_packages(*device, 3);
  ASSERT_THAT(server.ask(*oslo.first, protocol::Revoke{identity::encode(revocation_of(oslo, device->id))}),
              IsLeafPlaced());
  const auto left = server.main.scan(
      storage::server_store::key_packages, storage::server_store::key_packages_of(device->id), 10,
      [](BytesView, BytesView) { return storage::Visit::more; }, storage::Direction::forward);
  EXPECT_EQ(left.value(), 0U);
}

}  // namespace
}  // namespace samband::server
