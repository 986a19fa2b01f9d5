// The keys that a roster pins.
#pragma once

#include "server/protocol/verdict/verdict.h"

namespace samband::protocol {

// Whether every item names a partner that is in force and pins the key that it has. Items of `before` (nullptr for a
// new channel) stay as they are: a key replaced since is for a moderator to confirm, not to be undone by others'
// changes.
[[nodiscard]] bool pins_are_true(const storage::ChannelPolicy& policy, const storage::ChannelPolicy* before,
                                 const Circumstances& circumstances);

}  // namespace samband::protocol
