// Making this profile's device from an invitation.
// From the operator (a partner's first administrator): makes the partner key, an administrator key and the whole
// chain below them. From an administrator: checks that the server's chain is the one the invitation names, then
// signs the device's certificate with the enrolment key that the seed gives.
// What is made is in the profile before it is sent; enrolling again with the same code goes on from there.
#pragma once

#include "client/core/commands.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

[[nodiscard]] Task<Outcome> enrol(Parts& parts, OperationId operation, Enrol command);

// The partner key's private half leaves the profile: it was shown when the device was made.
void forget_partner_key(Parts& parts);

}  // namespace samband::client
