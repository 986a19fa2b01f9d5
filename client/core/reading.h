// Messages as people see them: each text with its edits, its deletion and its reactions folded in.
#pragma once

#include "client/core/channel.h"
#include "client/core/commands.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

// From the profile; what is told counts as read. With `follow` it goes on with what arrives: new messages, and again
// those that were changed.
[[nodiscard]] Task<Outcome> read_channel(Parts& parts, OperationId operation, ReadChannel command);

// Messages from `since` on, in their order.
[[nodiscard]] std::vector<MessageLine> messages_since(Parts& parts, const Channel& channel, std::uint64_t since);
// Messages that this person has not read.
[[nodiscard]] std::uint64_t unread_count(Parts& parts, const Channel& channel);
// It was shown in another way than by `read_channel`: it counts as read, unless something before it does not.
void mark_message_read(Parts& parts, const ChannelId& channel, std::uint64_t seq);

}  // namespace samband::client
