// A message that has opened: what it does, whether its author may do that, and what it says about the channel
// and the log as its author saw them.
#pragma once

#include "client/core/channel.h"
#include "client/core/message_record.h"
#include "client/core/parts.h"
#include "server/protocol/authenticated_data.h"
#include "storage/model/entry.h"

namespace samband::client {

// Keeps the message under the entry's place. `content`: the encoded Content. Nothing that is malformed or not
// permitted has an effect; it is kept out of sight and reported.
void keep_message(Parts& parts, Channel& channel, const storage::Entry& entry, const protocol::AuthenticatedData& data,
                  BytesView content);

}  // namespace samband::client
