// What the operator may say of partners, and what it may not.
#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

using enum DirectoryError;

class DirectoryPartners : public DirectoryTest {};

TEST_F(DirectoryPartners, AreFoundByIdNumberNameAndCommunity) {
  add(asker);
  add(drammen);
  ASSERT_NE(directory.partner(asker.id()), nullptr);
  EXPECT_EQ(directory.partner_by_number("3203")->id, asker.id());
  EXPECT_EQ(directory.partners_by_name("Drammen"), std::vector{drammen.id()});
  EXPECT_EQ(directory.partners_of_community("Vestre Viken"), (std::vector{asker.id(), drammen.id()}));
  EXPECT_EQ(directory.partner_by_number("0301"), nullptr);
  EXPECT_TRUE(directory.partners_by_name("Oslo").empty());
}

TEST_F(DirectoryPartners, HaveOneIdAndOneNumberEach) {
  add(asker);
  EXPECT_EQ(refusal(asker.added()), already_there);
  PartnerAdded twin = drammen.added();
  twin.number = number_of(asker.number);
  EXPECT_EQ(refusal(twin), number_taken);
}

TEST_F(DirectoryPartners, ShareANameAcrossTheCountryButNotInACommunity) {
  PartnerAdded heroy{id_of<PartnerId>(7), PartnerKind::municipality, number_of("1515"), "Herøy", "", LanguageForm::nn};
  PartnerAdded other = heroy;
  other.partner = id_of<PartnerId>(8);
  other.number = number_of("1818");
  ASSERT_TRUE(accepts(heroy));
  ASSERT_TRUE(accepts(other));
  EXPECT_EQ(directory.partners_by_name("Herøy").size(), 2U);

  add(asker);
  PartnerAdded twin = drammen.added();
  twin.name = asker.name;
  EXPECT_EQ(refusal(twin), name_taken);
  twin.community = "Another";
  EXPECT_TRUE(accepts(twin));
}

TEST_F(DirectoryPartners, KeepWhatTheyWereCalledBefore) {
  add(asker);
  ASSERT_TRUE(accepts(PartnerRenamed{asker.id(), "Asker og Hurum", "Vestre Viken", LanguageForm::neutral}));
  EXPECT_EQ(directory.profile_at(drammen.id(), 2), nullptr);
  EXPECT_EQ(directory.profile_at(asker.id(), 0), nullptr);
  EXPECT_EQ(directory.profile_at(asker.id(), 1)->name, "Asker");
  EXPECT_EQ(directory.profile_at(asker.id(), 2)->name, "Asker og Hurum");
  EXPECT_TRUE(directory.partners_by_name("Asker").empty());
  EXPECT_EQ(directory.partners_by_name("Asker og Hurum"), std::vector{asker.id()});
}

TEST_F(DirectoryPartners, AreNotRenamedToAnotherOfTheirCommunity) {
  add(asker);
  add(drammen);
  EXPECT_EQ(refusal(PartnerRenamed{asker.id(), "Drammen", "Vestre Viken", LanguageForm::nb}), name_taken);
  EXPECT_EQ(refusal(PartnerRenamed{id_of<PartnerId>(9), "X", "", LanguageForm::nb}), unknown_partner);
  EXPECT_TRUE(accepts(PartnerRenamed{asker.id(), "Asker", "Vestre Viken", LanguageForm::nn}));
}

TEST_F(DirectoryPartners, ChangeTheirNumberToAFreeOneOfTheirKind) {
  add(asker);
  add(drammen);
  EXPECT_EQ(refusal(PartnerRenumbered{asker.id(), PartnerKind::municipality, number_of("3301")}), number_taken);
  EXPECT_EQ(refusal(PartnerRenumbered{id_of<PartnerId>(9), PartnerKind::municipality, number_of("3025")}),
            unknown_partner);
  const PartnerNumber trust = number_of("894166762", PartnerKind::hospital_trust);
  EXPECT_EQ(refusal(PartnerRenumbered{asker.id(), PartnerKind::hospital_trust, trust}), wrong_kind);
  EXPECT_TRUE(accepts(PartnerRenumbered{asker.id(), PartnerKind::municipality, number_of("3025")}));
  EXPECT_EQ(directory.partner_by_number("3203"), nullptr);
  EXPECT_EQ(directory.partner_by_number("3025")->id, asker.id());
  EXPECT_EQ(directory.profile_at(asker.id(), 2)->number, number_of("3203"));
}

TEST_F(DirectoryPartners, InviteNobodyMoreOnceMerged) {
  add_with_administrator(asker);
  add(drammen);
  enrol(asker, 0);
  const Delegation open = asker.delegation(1);
  invite(asker, open);
  ASSERT_EQ(directory.open_delegations(asker.id(), now).size(), 1U);
  EXPECT_EQ(refusal(PartnerMerged{asker.id(), asker.id()}), wrong_partner);
  EXPECT_EQ(refusal(PartnerMerged{asker.id(), id_of<PartnerId>(9)}), unknown_partner);
  ASSERT_TRUE(accepts(PartnerMerged{asker.id(), drammen.id()}));

  EXPECT_TRUE(directory.open_delegations(asker.id(), now).empty());
  EXPECT_EQ(refusal(asker.signed_certificate(asker.certificate(open, 1), 1)), partner_gone);
  EXPECT_EQ(refusal(asker.signed_delegation(asker.delegation(2))), partner_gone);
  EXPECT_EQ(refusal(asker.signed_grant(1)), partner_gone);
  EXPECT_EQ(refusal(asker.invited(1, true)), partner_gone);
  EXPECT_EQ(refusal(PartnerMerged{drammen.id(), asker.id()}), partner_gone);
  EXPECT_EQ(refusal(PartnerMerged{asker.id(), drammen.id()}), partner_gone);

  EXPECT_TRUE(directory.in_force(asker.device(0), directory.size()));
  EXPECT_TRUE(accepts(asker.revocation(asker.device(0))));
}

TEST_F(DirectoryPartners, TakeTheirDevicesWithThemWhenRemoved) {
  add_with_administrator(asker);
  enrol(asker, 0);
  const std::uint64_t before = directory.size();
  ASSERT_TRUE(accepts(PartnerRemoved{asker.id()}));
  EXPECT_TRUE(directory.partner_in_force(asker.id(), before));
  EXPECT_FALSE(directory.partner_in_force(asker.id(), before + 1));
  EXPECT_TRUE(directory.in_force(asker.device(0), before));
  EXPECT_FALSE(directory.in_force(asker.device(0), before + 1));
  EXPECT_EQ(directory.device(asker.device(0))->revoked, before);
  EXPECT_FALSE(directory.administrator_in_force(hash_of(asker.grant()), now));

  EXPECT_EQ(refusal(PartnerRemoved{asker.id()}), partner_gone);
  EXPECT_EQ(refusal(asker.revocation(asker.device(0))), partner_gone);
  EXPECT_EQ(refusal(PartnerRenamed{asker.id(), "X", "", LanguageForm::nb}), partner_gone);
  EXPECT_EQ(refusal(PartnerRenumbered{asker.id(), PartnerKind::municipality, number_of("3025")}), partner_gone);
  PartnerAdded successor = drammen.added();
  successor.number = number_of(asker.number);
  successor.name = asker.name;
  EXPECT_TRUE(accepts(successor));
}

TEST_F(DirectoryPartners, AreInvitedForALimitedTime) {
  add(asker);
  OperatorInvitation invitation = asker.invited();
  invitation.expires_at = now;
  EXPECT_EQ(refusal(invitation), expired);
  invitation.expires_at = later(now, operator_invitation_lifetime_ms_max + 1);
  EXPECT_EQ(refusal(invitation), lifetime_too_long);
  invitation.expires_at = later(now, operator_invitation_lifetime_ms_max);
  EXPECT_TRUE(accepts(invitation));
  EXPECT_EQ(refusal(invitation), already_there);
  EXPECT_TRUE(Directory::is_open(*directory.operator_invitation(asker.token()), now));
}

TEST_F(DirectoryPartners, CanHaveTheirInvitationWithdrawnUntilItIsUsed) {
  add(asker);
  EXPECT_EQ(refusal(OperatorInvitationRevoked{asker.token()}), unknown_invitation);
  ASSERT_TRUE(accepts(asker.invited(0)));
  ASSERT_TRUE(accepts(asker.invited(1)));
  ASSERT_TRUE(accepts(OperatorInvitationRevoked{asker.token(1)}));
  EXPECT_EQ(refusal(OperatorInvitationRevoked{asker.token(1)}), already_there);
  EXPECT_FALSE(Directory::is_open(*directory.operator_invitation(asker.token(1)), now));
  EXPECT_EQ(refusal(asker.claim(1)), revoked);
  ASSERT_TRUE(accepts(asker.claim(0)));
  EXPECT_EQ(refusal(OperatorInvitationRevoked{asker.token(0)}), invitation_used);
}

TEST_F(DirectoryPartners, StandInALogWhoseTimeNeverGoesBack) {
  add(asker);
  now = WallTime{now.ms - 1};
  EXPECT_EQ(refusal(drammen.added()), time_goes_back);
}

TEST_F(DirectoryPartners, HaveNamesThatEveryFollowerCanRead) {
  PartnerAdded added = asker.added();
  added.name = "Asker\nDrammen";
  EXPECT_EQ(refusal(added), malformed);
  added.name = "";
  EXPECT_EQ(refusal(added), malformed);
  added = asker.added();
  added.number = number_of("894166762", PartnerKind::hospital_trust);
  EXPECT_EQ(refusal(added), malformed);
}

TEST_F(DirectoryPartners, HearOfEachGuidanceOnce) {
  const GuidancePublished guidance{id_of<ChannelId>(1), id_of<GuidanceId>(2), id_of<Hash>(3)};
  ASSERT_TRUE(accepts(guidance));
  EXPECT_EQ(directory.guidance(guidance.guidance)->guidance, guidance);
  GuidancePublished again = guidance;
  again.notice_hash = id_of<Hash>(4);
  EXPECT_EQ(refusal(again), already_there);
}

}  // namespace
}  // namespace samband::identity
