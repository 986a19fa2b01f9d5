// The chain from the partner key to the device, and those who would like to stand above, beside or after it.
#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

using enum DirectoryError;

class DirectoryChain : public DirectoryTest {};

TEST_F(DirectoryChain, BringsAPartnersFirstDeviceIntoForce) {
  add_with_administrator(asker);
  enrol(asker, 0);
  const DeviceRecord* device = directory.device(asker.device(0));
  ASSERT_NE(device, nullptr);
  EXPECT_EQ(device->duties, Duties::all());
  EXPECT_EQ(device->partner_key_fingerprint, partner_key_fingerprint(public_of(asker.partner_key())));
  EXPECT_EQ(device->place, directory.size() - 1);
}

// --- partner keys

class PartnerKeys : public DirectoryTest {};

TEST_F(PartnerKeys, EnterByAnInvitationOfTheirOwnPartner) {
  add(asker);
  add(drammen);
  EXPECT_EQ(refusal(asker.claim()), unknown_invitation);
  ASSERT_TRUE(accepts(asker.invited()));
  const KeyPair key = drammen.partner_key();
  const PartnerKeyClaim stolen{drammen.id(), public_of(key), asker.token()};
  EXPECT_EQ(refusal(sign(stolen, key.private_key.view())), wrong_partner);
  EXPECT_TRUE(accepts(asker.claim()));
  EXPECT_EQ(refusal(asker.claim()), invitation_used);
}

TEST_F(PartnerKeys, DoNotEnterByAnExpiredInvitation) {
  add(asker);
  ASSERT_TRUE(accepts(asker.invited()));
  now = asker.invited().expires_at;
  EXPECT_EQ(refusal(asker.claim()), expired);
}

TEST_F(PartnerKeys, DoNotEnterForAPartnerThatIsGone) {
  add(asker);
  add(drammen);
  ASSERT_TRUE(accepts(asker.invited()));
  ASSERT_TRUE(accepts(drammen.invited()));
  ASSERT_TRUE(accepts(PartnerMerged{asker.id(), drammen.id()}));
  EXPECT_EQ(refusal(asker.claim()), partner_gone);
  ASSERT_TRUE(accepts(PartnerRemoved{drammen.id()}));
  EXPECT_EQ(refusal(drammen.claim()), partner_gone);
}

TEST_F(PartnerKeys, SpeakForThemselves) {
  add(asker);
  ASSERT_TRUE(accepts(asker.invited()));
  SignedPartnerKeyClaim claim = asker.claim();
  claim.body.key = public_of(drammen.partner_key());  // somebody else's, seen on its way
  EXPECT_EQ(refusal(claim), bad_signature);
}

TEST_F(PartnerKeys, AreNotReplacedByASecondOrdinaryInvitation) {
  add(asker);
  ASSERT_TRUE(accepts(asker.invited(0)));
  ASSERT_TRUE(accepts(asker.invited(1)));
  ASSERT_TRUE(accepts(asker.claim(0)));
  EXPECT_EQ(refusal(asker.claim(1)), partner_key_exists);
  EXPECT_EQ(refusal(asker.invited(2)), partner_key_exists);
}

TEST_F(PartnerKeys, AreReplacedOnlyWhereThereIsOne) {
  add(asker);
  EXPECT_EQ(refusal(asker.invited(1, true)), no_partner_key);
}

TEST_F(PartnerKeys, WaitThreeDaysWhenTheyReplaceAnother) {
  add_with_administrator(asker);
  ASSERT_TRUE(accepts(asker.invited(1, true)));
  ASSERT_TRUE(accepts(asker.claim(1)));
  EXPECT_EQ(directory.partner_key(asker.id(), directory.size())->key, public_of(asker.partner_key(0)));
  EXPECT_EQ(directory.pending_partner_key(asker.id(), directory.size())->key, public_of(asker.partner_key(1)));

  wait(reinvited_key_delay_ms - 1);
  EXPECT_EQ(refusal(asker.signed_grant(1, 1)), partner_key_not_in_force);
  const std::uint64_t before = directory.size();
  wait(1);
  ASSERT_TRUE(accepts(asker.signed_grant(1, 1)));
  EXPECT_EQ(directory.partner_key(asker.id(), before)->key, public_of(asker.partner_key(0)));
  EXPECT_EQ(directory.partner_key(asker.id(), directory.size())->key, public_of(asker.partner_key(1)));
  EXPECT_EQ(directory.pending_partner_key(asker.id(), directory.size()), nullptr);
}

TEST_F(PartnerKeys, GrantNothingOnceReplaced) {
  add_with_administrator(asker);
  enrol(asker, 0);
  const Delegation open = asker.delegation(1);
  invite(asker, open);
  ASSERT_TRUE(accepts(asker.invited(1, true)));
  ASSERT_TRUE(accepts(asker.claim(1)));
  wait(reinvited_key_delay_ms);

  EXPECT_EQ(refusal(asker.signed_grant(2, 0)), partner_key_not_in_force);
  EXPECT_EQ(refusal(asker.signed_delegation(asker.delegation(2))), partner_key_not_in_force);
  EXPECT_EQ(refusal(asker.signed_certificate(asker.certificate(open, 1), 1)), partner_key_not_in_force);
  EXPECT_EQ(refusal(asker.revocation(asker.device(0))), partner_key_not_in_force);
  // What it made stays until the new administrators see to it; rosters pin the key it came by.
  EXPECT_TRUE(directory.in_force(asker.device(0), directory.size()));
}

TEST_F(PartnerKeys, AreVetoedByThePartnerWhileTheyWait) {
  add_with_administrator(asker);
  ASSERT_TRUE(accepts(asker.invited(1, true)));
  ASSERT_TRUE(accepts(asker.claim(1)));
  const PendingPartnerKey pending{partner_key_fingerprint(public_of(asker.partner_key(1)))};
  EXPECT_EQ(refusal(asker.revocation(PendingPartnerKey{id_of<Hash>(9)})), unknown_subject);
  ASSERT_TRUE(accepts(asker.revocation(pending)));
  wait(reinvited_key_delay_ms);
  EXPECT_EQ(refusal(asker.signed_grant(1, 1)), partner_key_not_in_force);
  EXPECT_TRUE(accepts(asker.signed_grant(1, 0)));
}

TEST_F(PartnerKeys, WaitOneAtATime) {
  add_with_administrator(asker);
  ASSERT_TRUE(accepts(asker.invited(1, true)));
  ASSERT_TRUE(accepts(asker.invited(2, true)));
  ASSERT_TRUE(accepts(asker.claim(1)));
  EXPECT_EQ(refusal(asker.claim(2)), partner_key_pending);
}

TEST_F(PartnerKeys, AreNeverUsedTwice) {
  add_with_key(asker);
  add(drammen);
  ASSERT_TRUE(accepts(drammen.invited()));
  const KeyPair key = asker.partner_key();
  const PartnerKeyClaim same{drammen.id(), public_of(key), drammen.token()};
  EXPECT_EQ(refusal(sign(same, key.private_key.view())), key_reused);
}

// --- administrator grants

class AdministratorGrants : public DirectoryTest {};

TEST_F(AdministratorGrants, NeedThePartnersOwnKey) {
  add(asker);
  EXPECT_EQ(refusal(asker.signed_grant()), no_partner_key);
  EXPECT_EQ(refusal(drammen.signed_grant()), unknown_partner);
  ASSERT_TRUE(accepts(asker.invited()));
  ASSERT_TRUE(accepts(asker.claim()));
  add_with_key(drammen);

  // Another partner's key, which is in the directory too and signs correctly.
  AdministratorGrant foreign = asker.grant();
  foreign.partner_key = public_of(drammen.partner_key());
  EXPECT_EQ(refusal(sign(foreign, drammen.partner_key().private_key.view())), partner_key_not_in_force);
  EXPECT_EQ(refusal(sign(asker.grant(), drammen.partner_key().private_key.view())), bad_signature);
  EXPECT_TRUE(accepts(asker.signed_grant()));
  EXPECT_EQ(refusal(asker.signed_grant()), already_there);
}

TEST_F(AdministratorGrants, AreNotMadeToTheRevoked) {
  add_with_administrator(asker);
  enrol(asker, 1);
  enrol(asker, 2);
  ASSERT_TRUE(accepts(asker.revocation(asker.device(1))));
  ASSERT_TRUE(accepts(asker.revocation(asker.staff(2))));
  AdministratorGrant grant = asker.grant(1);
  EXPECT_EQ(refusal(sign(grant, asker.partner_key().private_key.view())), revoked);
  grant.device.reset();
  EXPECT_TRUE(accepts(sign(grant, asker.partner_key().private_key.view())));
  grant = asker.grant(2);
  grant.device.reset();
  EXPECT_EQ(refusal(sign(grant, asker.partner_key().private_key.view())), revoked);
}

TEST_F(AdministratorGrants, NameStaffAndDevicesOfTheirOwnPartner) {
  add_with_administrator(asker);
  add_with_key(drammen);
  enrol(asker, 1);
  enrol(asker, 2);
  AdministratorGrant grant = drammen.grant();
  grant.staff = asker.staff(1);
  EXPECT_EQ(refusal(sign(grant, drammen.partner_key().private_key.view())), wrong_partner);
  grant = drammen.grant();
  grant.device = asker.device(1);
  EXPECT_EQ(refusal(sign(grant, drammen.partner_key().private_key.view())), wrong_partner);
  grant = asker.grant(1);
  grant.device = asker.device(2);
  EXPECT_EQ(refusal(sign(grant, asker.partner_key().private_key.view())), wrong_staff);
}

TEST_F(AdministratorGrants, GiveEachAdministratorAKeyOfTheirOwn) {
  add_with_administrator(asker);
  AdministratorGrant grant = asker.grant(1);
  grant.administrator_key = public_of(asker.administrator_key(0));
  EXPECT_EQ(refusal(sign(grant, asker.partner_key().private_key.view())), key_reused);
  grant.administrator_key = public_of(asker.partner_key());
  EXPECT_EQ(refusal(sign(grant, asker.partner_key().private_key.view())), key_reused);
}

// --- delegations

class Delegations : public DirectoryTest {
 protected:
  void SetUp() override { add_with_administrator(asker); }
};

TEST_F(Delegations, AreMadeByAnAdministratorOfThePartner) {
  add_with_administrator(drammen);
  Delegation body = asker.delegation(1);
  body.administrator = hash_of(asker.grant(5));
  EXPECT_EQ(refusal(asker.signed_delegation(body)), unknown_administrator);
  body.administrator = hash_of(drammen.grant());
  EXPECT_EQ(refusal(drammen.signed_delegation(body)), wrong_partner);
  EXPECT_EQ(refusal(drammen.signed_delegation(asker.delegation(1))), bad_signature);
  EXPECT_TRUE(accepts(asker.signed_delegation(asker.delegation(1))));
  EXPECT_EQ(refusal(asker.signed_delegation(asker.delegation(1))), already_there);
}

TEST_F(Delegations, AreNotMadeByADeviceKeyHoweverManyDutiesItHas) {
  enrol(asker, 0);
  const Delegation body = asker.delegation(1);
  EXPECT_EQ(refusal(sign(body, asker.device_key(0).private_key.view())), bad_signature);
}

TEST_F(Delegations, AreNotMadeWithARevokedAdministratorKey) {
  enrol(asker, 0);
  ASSERT_TRUE(accepts(asker.revocation(hash_of(asker.grant()))));
  EXPECT_EQ(refusal(asker.signed_delegation(asker.delegation(1))), revoked);
}

TEST_F(Delegations, AreNotMadeWithTheKeyOnARevokedDevice) {
  enrol(asker, 0);
  ASSERT_TRUE(accepts(asker.revocation(asker.device(0))));
  EXPECT_EQ(refusal(asker.signed_delegation(asker.delegation(1))), revoked);
}

TEST_F(Delegations, AreNotMadeByARevokedPerson) {
  AdministratorGrant grant = asker.grant(1);
  grant.device.reset();
  ASSERT_TRUE(accepts(sign(grant, asker.partner_key().private_key.view())));
  ASSERT_TRUE(accepts(asker.revocation(asker.staff(1))));
  Delegation body = asker.delegation(2);
  body.administrator = hash_of(grant);
  EXPECT_EQ(refusal(asker.signed_delegation(body, 1)), revoked);
}

TEST_F(Delegations, AreNotMadeForStaffOfOthersOrForTheRevoked) {
  add_with_administrator(drammen);
  enrol(drammen, 1);
  Delegation body = asker.delegation(1);
  body.staff = drammen.staff(1);
  EXPECT_EQ(refusal(asker.signed_delegation(body)), wrong_partner);
  enrol(asker, 2);
  ASSERT_TRUE(accepts(asker.revocation(asker.staff(2))));
  body = asker.delegation(3);
  body.staff = asker.staff(2);
  EXPECT_EQ(refusal(asker.signed_delegation(body)), revoked);
}

TEST_F(Delegations, HaveBoundsOnTheirLifeAndUses) {
  Delegation body = asker.delegation(1);
  body.uses = 0;
  EXPECT_EQ(refusal(asker.signed_delegation(body)), no_uses);
  body = asker.delegation(1);
  body.expires_at = later(now, delegation_lifetime_ms_max + 1);
  EXPECT_EQ(refusal(asker.signed_delegation(body)), lifetime_too_long);
  body = asker.delegation(1);
  body.certificate_validity_ms = certificate_validity_ms_max + 1;
  EXPECT_EQ(refusal(asker.signed_delegation(body)), lifetime_too_long);
  body = asker.delegation(1);
  body.issued_at = body.expires_at;
  EXPECT_EQ(refusal(asker.signed_delegation(body)), dates_out_of_order);
  body = asker.delegation(1);
  now = body.expires_at;
  EXPECT_EQ(refusal(asker.signed_delegation(body)), expired);
}

TEST_F(Delegations, HaveAnEnrolmentKeyOfTheirOwn) {
  enrol(asker, 1);
  Delegation body = asker.delegation(2);
  body.enrolment_key = asker.delegation(1).enrolment_key;
  EXPECT_EQ(refusal(asker.signed_delegation(body)), key_reused);
  body.enrolment_key = public_of(asker.device_key(1));
  EXPECT_EQ(refusal(asker.signed_delegation(body)), key_reused);
}

// --- device certificates

class DeviceCertificates : public DirectoryTest {
 protected:
  void SetUp() override {
    add_with_administrator(asker);
    invite(asker, open);
  }
  std::optional<DirectoryError> refusal_of(const DeviceCertificate& body) {
    return refusal(asker.signed_certificate(body, 1));
  }
  Delegation open = asker.delegation(1);
  DeviceCertificate good = asker.certificate(open, 1);
};

TEST_F(DeviceCertificates, NeedTheSeedOfTheInvitation) {
  EXPECT_EQ(refusal(asker.signed_certificate(good, 2)), bad_signature);
  EXPECT_EQ(refusal(sign(good, asker.administrator_key().private_key.view())), bad_signature);
  EXPECT_TRUE(accepts(asker.signed_certificate(good, 1)));
}

TEST_F(DeviceCertificates, AreNotMovedUnderAnotherPartner) {
  // A server that puts a partner of its own above the enrolment key: everything below it is valid.
  add_with_administrator(drammen);
  Delegation usurped = open;
  usurped.partner = drammen.id();
  usurped.staff = drammen.staff(1);
  usurped.administrator = hash_of(drammen.grant());
  EXPECT_EQ(refusal(drammen.signed_delegation(usurped)), key_reused);
  // Where the usurper came first, the certificate still names the delegation that it was made by.
  DeviceCertificate body = good;
  body.partner = drammen.id();
  EXPECT_EQ(refusal_of(body), wrong_partner);
}

TEST_F(DeviceCertificates, NameTheDelegationAndTheGrantTheyComeBy) {
  DeviceCertificate body = good;
  body.delegation = id_of<DelegationHash>(9);
  EXPECT_EQ(refusal_of(body), unknown_delegation);
  ASSERT_TRUE(accepts(asker.signed_grant(1)));
  body = good;
  body.administrator = hash_of(asker.grant(1));
  EXPECT_EQ(refusal_of(body), wrong_administrator);
}

TEST_F(DeviceCertificates, AreForThePersonWhoWasInvited) {
  DeviceCertificate body = good;
  body.staff = asker.staff(2);
  EXPECT_EQ(refusal_of(body), wrong_staff);
  body = good;
  body.staff_name = "Somebody else";
  EXPECT_EQ(refusal_of(body), wrong_name);
}

TEST_F(DeviceCertificates, NameAPersonFreelyOnceWhereTheDelegationDoesNot) {
  Delegation unnamed = asker.delegation(2);
  unnamed.staff_name.clear();
  invite(asker, unnamed);
  DeviceCertificate body = asker.certificate(unnamed, 2);
  body.staff_name = "Kari Nordmann";
  ASSERT_TRUE(accepts(asker.signed_certificate(body, 2)));
  EXPECT_EQ(directory.staff(asker.staff(2))->name, "Kari Nordmann");

  Delegation further = asker.delegation(3);
  further.staff = asker.staff(2);
  further.staff_name.clear();
  invite(asker, further);
  body = asker.certificate(further, 3);
  body.staff_name = "The mayor";
  EXPECT_EQ(refusal(asker.signed_certificate(body, 3)), wrong_name);
  body.staff_name = "Kari Nordmann";
  EXPECT_TRUE(accepts(asker.signed_certificate(body, 3)));
  EXPECT_EQ(directory.devices_of(asker.staff(2), directory.size()).size(), 2U);
}

TEST_F(DeviceCertificates, AreMadeOnlyAsOftenAsTheDelegationAllows) {
  ASSERT_TRUE(accepts(asker.signed_certificate(good, 1)));
  EXPECT_EQ(directory.delegation(hash_of(open))->uses_left(), 0U);
  EXPECT_EQ(refusal_of(asker.certificate(open, 2)), no_uses_left);
}

TEST_F(DeviceCertificates, AreRefusedFromTheMomentTheDelegationExpires) {
  now = open.expires_at;
  EXPECT_EQ(refusal_of(good), expired);
  now = WallTime{open.expires_at.ms};
  now.ms -= 1;
  EXPECT_EQ(refusal_of(good), std::nullopt);
}

TEST_F(DeviceCertificates, AreNotSavedByBackdating) {
  now = later(open.expires_at, day_ms);
  DeviceCertificate backdated = good;
  backdated.not_before = noon;
  EXPECT_EQ(refusal_of(backdated), expired);
}

TEST_F(DeviceCertificates, AreNotMadeWithARevokedInvitation) {
  ASSERT_TRUE(accepts(asker.revocation(hash_of(open))));
  EXPECT_EQ(refusal_of(good), revoked);
  EXPECT_TRUE(directory.open_delegations(asker.id(), now).empty());
}

TEST_F(DeviceCertificates, AreNotMadeWithTheInvitationOfARevokedAdministrator) {
  ASSERT_TRUE(accepts(asker.signed_grant(2)));
  ASSERT_TRUE(accepts(asker.revocation(hash_of(asker.grant()), 2)));
  EXPECT_EQ(refusal_of(good), revoked);
  EXPECT_TRUE(directory.open_delegations(asker.id(), now).empty());
}

TEST_F(DeviceCertificates, AreNotMadeForARevokedPerson) {
  ASSERT_TRUE(accepts(asker.revocation(asker.staff(1))));
  EXPECT_EQ(refusal_of(good), revoked);
  EXPECT_TRUE(directory.open_delegations(asker.id(), now).empty());
}

TEST_F(DeviceCertificates, LastNoLongerThanTheDelegationAllows) {
  DeviceCertificate body = good;
  body.not_after = later(body.not_before, open.certificate_validity_ms + 1);
  EXPECT_EQ(refusal_of(body), lifetime_too_long);
  // Nor by beginning years from now.
  body.not_before = later(noon, clock_skew_ms_max + 1);
  body.not_after = later(body.not_before, day_ms);
  EXPECT_EQ(refusal_of(body), dates_out_of_order);
  body.not_before = later(noon, clock_skew_ms_max);
  body.not_after = body.not_before;
  EXPECT_EQ(refusal_of(body), dates_out_of_order);
  body.not_before = noon;
  body.not_after = later(noon, day_ms);
  wait(day_ms);
  EXPECT_EQ(refusal_of(body), expired);
}

TEST_F(DeviceCertificates, HaveADeviceIdAndAKeyThatNobodyHad) {
  enrol(asker, 3);
  DeviceCertificate body = good;
  body.device = asker.device(3);
  EXPECT_EQ(refusal_of(body), already_there);
  body = good;
  body.signature_key = public_of(asker.device_key(3));
  EXPECT_EQ(refusal_of(body), key_reused);
  body.signature_key = public_of(asker.administrator_key());
  EXPECT_EQ(refusal_of(body), key_reused);
  body.signature_key = open.enrolment_key;
  EXPECT_EQ(refusal_of(body), key_reused);
}

TEST_F(DeviceCertificates, HaveTheDutiesOfTheDelegationAlone) {
  Delegation modest = asker.delegation(2);
  modest.duties = {Duty::acknowledger};
  invite(asker, modest);
  ASSERT_TRUE(accepts(asker.signed_certificate(asker.certificate(modest, 2), 2)));
  EXPECT_EQ(directory.duties_of(asker.device(2), directory.size()), Duties{Duty::acknowledger});
  EXPECT_FALSE(directory.duties_of(asker.device(2), directory.size()).has(Duty::administrator));
}

// --- revocations

class Revocations : public DirectoryTest {
 protected:
  void SetUp() override {
    add_with_administrator(asker);
    add_with_administrator(drammen);
    enrol(asker, 0);
    enrol(asker, 1);
    enrol(drammen, 0);
  }
};

TEST_F(Revocations, AreForThePartnersOwn) {
  EXPECT_EQ(refusal(drammen.revocation(asker.device(1))), unknown_subject);
  EXPECT_EQ(refusal(drammen.revocation(asker.staff(1))), unknown_subject);
  EXPECT_EQ(refusal(drammen.revocation(hash_of(asker.delegation(1)))), unknown_subject);
  EXPECT_EQ(refusal(drammen.revocation(hash_of(asker.grant()))), unknown_subject);

  // In the victim's name, by an administrator of another partner.
  const Revocation foreign{asker.id(), hash_of(drammen.grant()), asker.device(1), "", noon};
  EXPECT_EQ(refusal(sign(foreign, drammen.administrator_key().private_key.view())), wrong_partner);
  const Revocation forged{asker.id(), hash_of(asker.grant()), asker.device(1), "", noon};
  EXPECT_EQ(refusal(sign(forged, drammen.administrator_key().private_key.view())), bad_signature);
}

TEST_F(Revocations, AreMadeByAdministratorsInForce) {
  ASSERT_TRUE(accepts(asker.signed_grant(2)));
  const Revocation unknown{asker.id(), hash_of(asker.grant(5)), asker.device(1), "", noon};
  EXPECT_EQ(refusal(sign(unknown, asker.administrator_key(5).private_key.view())), unknown_administrator);
  ASSERT_TRUE(accepts(asker.revocation(hash_of(asker.grant()), 2)));
  EXPECT_EQ(refusal(asker.revocation(asker.device(1), 0)), revoked);
  EXPECT_TRUE(accepts(asker.revocation(asker.device(1), 2)));
}

TEST_F(Revocations, NameWhatThereIsAndOnlyOnce) {
  EXPECT_EQ(refusal(asker.revocation(asker.device(9))), unknown_subject);
  EXPECT_EQ(refusal(asker.revocation(asker.staff(9))), unknown_subject);
  ASSERT_TRUE(accepts(asker.revocation(asker.device(1))));
  EXPECT_EQ(refusal(asker.revocation(asker.device(1))), already_there);
}

TEST_F(Revocations, OfAPersonTakeEveryDevice) {
  Delegation further = asker.delegation(2);
  further.staff = asker.staff(1);
  further.staff_name = asker.delegation(1).staff_name;
  invite(asker, further);
  ASSERT_TRUE(accepts(asker.signed_certificate(asker.certificate(further, 2), 2)));
  ASSERT_TRUE(accepts(asker.revocation(asker.device(1))));
  const LeafPlace place = directory.size();
  ASSERT_TRUE(accepts(asker.revocation(asker.staff(1))));
  EXPECT_EQ(directory.device(asker.device(2))->revoked, place);
  EXPECT_EQ(directory.device(asker.device(1))->revoked, place - 1);  // the first word stands
  EXPECT_TRUE(directory.devices_of(asker.staff(1), directory.size()).empty());
  EXPECT_TRUE(directory.in_force(asker.device(0), directory.size()));
}

TEST_F(Revocations, OfAnInvitationLeaveTheDevicesItMade) {
  ASSERT_TRUE(accepts(asker.revocation(hash_of(asker.delegation(1)))));
  EXPECT_TRUE(directory.in_force(asker.device(1), directory.size()));
}

}  // namespace
}  // namespace samband::identity
