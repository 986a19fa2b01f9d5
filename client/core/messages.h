// Writing messages: texts, replies, edits, deletions and reactions. Each is in the outbox before it is sent, so it
// survives a lost connection; the operation ends when the message has its place.
#pragma once

#include "client/core/commands.h"
#include "client/core/content/content.h"
#include "client/core/effects.h"
#include "client/core/parts.h"

namespace samband::client {

[[nodiscard]] Task<Outcome> send_text(Parts& parts, OperationId operation, SendText command);
[[nodiscard]] Task<Outcome> edit_text(Parts& parts, OperationId operation, EditText command);
[[nodiscard]] Task<Outcome> delete_message(Parts& parts, OperationId operation, DeleteMessage command);
[[nodiscard]] Task<Outcome> react(Parts& parts, OperationId operation, React command);

// Puts a message in the outbox and waits for its place; tells `Placed`, but not for a guidance.
[[nodiscard]] Task<Outcome> post(Parts& parts, OperationId operation, ChannelId channel, Content content,
                                 std::vector<BlobId> blobs, std::optional<GuidanceId> guidance);

}  // namespace samband::client
