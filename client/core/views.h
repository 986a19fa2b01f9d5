// What the profile knows, told at once: oneself, partners, devices, channels and their members.
#pragma once

#include "client/core/commands.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

[[nodiscard]] Outcome who_am_i(Parts& parts, OperationId operation);
[[nodiscard]] Outcome list_partners(Parts& parts, OperationId operation);
[[nodiscard]] Outcome list_devices(Parts& parts, OperationId operation, const ListDevices& command);
[[nodiscard]] Outcome list_channels(Parts& parts, OperationId operation);
[[nodiscard]] Outcome list_members(Parts& parts, OperationId operation, const ListMembers& command);
// Channels with something unread, or that may be joined, and guidance with a deadline ahead.
[[nodiscard]] Outcome show_overview(Parts& parts, OperationId operation);
// Waits until everything is followed, then says what the log has proved.
[[nodiscard]] Task<Outcome> verify_log(Parts& parts, OperationId operation);

}  // namespace samband::client
