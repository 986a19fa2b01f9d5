#include "crypto/identity/enrolment.h"

#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

// The printed code of an invitation, as far as it pins keys.
Invitation code_for(const Delegation& delegation, const KeyPair& partner_key) {
  Invitation invitation;
  invitation.kind = InvitationKind::from_administrator;
  invitation.seed = SecretBytes{asker.enrolment_seed(1)};
  invitation.delegation = hash_of(delegation);
  invitation.partner_key_fingerprint = partner_key_fingerprint(public_of(partner_key));
  return invitation;
}

class Enrolment : public testing::Test {
 protected:
  Delegation delegation = asker.delegation(1);
  Invitation code = code_for(delegation, asker.partner_key());
};

TEST_F(Enrolment, TrustsTheChainThatTheCodePins) {
  EXPECT_TRUE(verify_enrolment(code, asker.signed_delegation(delegation), asker.signed_grant()));
}

TEST_F(Enrolment, RefusesAPartnerOfTheServersOwnAboveTheEnrolmentKey) {
  // The enrolment key stands in the log, so the server can delegate to it with a partner that it made up.
  Delegation usurped = delegation;
  usurped.partner = drammen.id();
  usurped.administrator = hash_of(drammen.grant());
  const SignedDelegation by_server = drammen.signed_delegation(usurped);
  EXPECT_EQ(verify_enrolment(code, by_server, drammen.signed_grant()).error(), EnrolmentError::different_delegation);

  // Were the delegation not pinned, the fingerprint would still give it away.
  const Invitation half_pinned = code_for(usurped, asker.partner_key());
  EXPECT_EQ(verify_enrolment(half_pinned, by_server, drammen.signed_grant()).error(),
            EnrolmentError::different_partner_key);
}

TEST_F(Enrolment, RefusesAGrantThatTheDelegationDoesNotName) {
  EXPECT_EQ(verify_enrolment(code, asker.signed_delegation(delegation), asker.signed_grant(1)).error(),
            EnrolmentError::different_administrator);
}

TEST_F(Enrolment, RefusesADelegationToAnotherSeed) {
  const Delegation other = asker.delegation(2);
  const Invitation misprinted = code_for(other, asker.partner_key());
  EXPECT_EQ(verify_enrolment(misprinted, asker.signed_delegation(other), asker.signed_grant()).error(),
            EnrolmentError::different_enrolment_key);
}

TEST_F(Enrolment, RefusesADelegationForAnotherPartnerThanItsGrant) {
  Delegation crossed = delegation;
  crossed.partner = drammen.id();
  const Invitation pinned = code_for(crossed, asker.partner_key());
  EXPECT_EQ(verify_enrolment(pinned, asker.signed_delegation(crossed), asker.signed_grant()).error(),
            EnrolmentError::different_partner);
}

TEST_F(Enrolment, RefusesWhatIsNotSigned) {
  SignedDelegation unsigned_delegation = asker.signed_delegation(delegation);
  unsigned_delegation.signature = {};
  EXPECT_EQ(verify_enrolment(code, unsigned_delegation, asker.signed_grant()).error(), EnrolmentError::bad_signature);
  SignedAdministratorGrant unsigned_grant = asker.signed_grant();
  unsigned_grant.signature = {};
  EXPECT_EQ(verify_enrolment(code, asker.signed_delegation(delegation), unsigned_grant).error(),
            EnrolmentError::bad_signature);
}

TEST_F(Enrolment, FindsNothingToTrustInAnOperatorsInvitation) {
  code.kind = InvitationKind::from_operator;
  EXPECT_EQ(verify_enrolment(code, asker.signed_delegation(delegation), asker.signed_grant()).error(),
            EnrolmentError::pins_nothing);
}

}  // namespace
}  // namespace samband::identity
