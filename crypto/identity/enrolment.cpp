#include "crypto/identity/enrolment.h"

#include "crypto/identity/partner_key.h"

namespace samband::identity {

std::expected<void, EnrolmentError> verify_enrolment(const Invitation& invitation, const SignedDelegation& delegation,
                                                     const SignedAdministratorGrant& grant) {
  using enum EnrolmentError;
  if (invitation.kind != InvitationKind::from_administrator) return std::unexpected(pins_nothing);
  if (hash_of(delegation.body) != invitation.delegation) return std::unexpected(different_delegation);
  const KeyPair enrolment = derive_enrolment_key(invitation.seed.view());
  if (!equal(enrolment.public_key, delegation.body.enrolment_key.view())) {
    return std::unexpected(different_enrolment_key);
  }
  if (hash_of(grant.body) != delegation.body.administrator) return std::unexpected(different_administrator);
  if (grant.body.partner != delegation.body.partner) return std::unexpected(different_partner);
  if (partner_key_fingerprint(grant.body.partner_key) != invitation.partner_key_fingerprint) {
    return std::unexpected(different_partner_key);
  }
  if (!verify(grant) || !verify(delegation, grant.body.administrator_key)) return std::unexpected(bad_signature);
  return {};
}

}  // namespace samband::identity
