// What people do with channels: make, join, leave, and change who is in them.
#pragma once

#include "client/core/commands.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

[[nodiscard]] Task<Outcome> create_channel(Parts& parts, OperationId operation, CreateChannel command);
[[nodiscard]] Task<Outcome> join_channel(Parts& parts, OperationId operation, JoinChannel command);
[[nodiscard]] Task<Outcome> add_partners(Parts& parts, OperationId operation, AddPartners command);
[[nodiscard]] Task<Outcome> remove_partners(Parts& parts, OperationId operation, RemovePartners command);
[[nodiscard]] Task<Outcome> leave_channel(Parts& parts, OperationId operation, LeaveChannel command);

}  // namespace samband::client
