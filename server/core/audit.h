// The directory's log as sentences for the operator: who administered what.
#pragma once

#include "server/core/turn.h"

namespace samband::server {

[[nodiscard]] protocol::AuditListed audit(const Turn& turn, const identity::Directory& directory,
                                          const protocol::ListAudit& request);

}  // namespace samband::server
