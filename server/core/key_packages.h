// KeyPackages: what devices publish so that others can add them while they sleep. A single-use one is handed out
// once; when none is left, the last resort.
#pragma once

#include "server/core/turn.h"

namespace samband::server {

// All or none. Each must be the sender's own, valid for a channel, new, and short-lived enough.
[[nodiscard]] Outcome publish_key_packages(Turn& turn, const identity::Directory& directory, const DeviceId& from,
                                           const protocol::PublishKeyPackages& request);

// One for each of the devices, in their order; those without are left out.
[[nodiscard]] protocol::ReservedKeyPackages reserve_key_packages(Turn& turn, const std::vector<DeviceId>& devices);

}  // namespace samband::server
