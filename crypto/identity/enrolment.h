// What a new device checks before it signs anything: that the delegation and the grant it was handed by the
// server are those of its invitation. The directory tells the same later; this is for the moment before.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/identity/administrator_grant.h"
#include "crypto/identity/delegation.h"
#include "crypto/identity/invitation.h"

namespace samband::identity {

// The server handed over something other than what the invitation's printed code pins.
enum class EnrolmentError : std::uint8_t {
  pins_nothing,             // an operator's invitation has no delegation behind it
  different_delegation,     // not the one whose hash is in the code
  different_enrolment_key,  // the delegation's key does not come from the code's seed
  different_administrator,  // not the grant that the delegation names
  different_partner,        // the grant is of another partner than the delegation
  different_partner_key,    // the grant was made by a key with another fingerprint
  bad_signature,
};

[[nodiscard]] std::expected<void, EnrolmentError> verify_enrolment(const Invitation& invitation,
                                                                   const SignedDelegation& delegation,
                                                                   const SignedAdministratorGrant& grant);

}  // namespace samband::identity
