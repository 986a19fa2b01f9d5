// Requests that don't fit into a frame go as parts first.
#pragma once

#include "client/core/parts.h"

namespace samband::client {

// The request to submit: `body` itself when it fits, else a StagedRequest whose parts the server has.
[[nodiscard]] Task<std::expected<protocol::RequestBody, Failure>> stage(Parts& parts, protocol::RequestBody body);

}  // namespace samband::client
