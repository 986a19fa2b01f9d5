// What this device says about a channel outside the group's encryption, signed with its device key.
#pragma once

#include "client/core/channel.h"
#include "client/core/parts.h"
#include "server/protocol/statements.h"

namespace samband::client {

// The channel has a group. The answer says where the statement was placed.
Later<protocol::ReplyBody> post_statement(Parts& parts, const Channel& channel, protocol::StatementBody body);

}  // namespace samband::client
