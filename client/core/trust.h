// What administrators do for their partner: invite and revoke.
#pragma once

#include "client/core/commands.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

// Signs a delegation and gives the code, once the delegation stands in the directory.
[[nodiscard]] Task<Outcome> invite(Parts& parts, OperationId operation, Invite command);
[[nodiscard]] Task<Outcome> revoke(Parts& parts, OperationId operation, Revoke command);

}  // namespace samband::client
