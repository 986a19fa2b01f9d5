// Entering a channel's group: by the Welcome of a member, or by this device's own external Commit.
#pragma once

#include "client/core/channel.h"
#include "client/core/parts.h"

namespace samband::client {

// Opens the Welcome and keeps the group. False: it is not for us, or not sound; it has no effect.
[[nodiscard]] Task<bool> join_by_welcome(Parts& parts, protocol::InboxEvent event);

// Submits an external Commit; the device is a member when it has its place. A device that has a leaf already takes
// that leaf's place (resync). Repeats, unseen, when another Commit is first.
[[nodiscard]] Task<Outcome> join_externally(Parts& parts, ChannelId id);

}  // namespace samband::client
