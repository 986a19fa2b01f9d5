// Who administered what, as sentences for the operator: leaves of the directory and records of the audit chain, as
// one list.
#pragma once

#include "crypto/identity/directory.h"
#include "server/core/store_view.h"
#include "server/protocol/admin.h"

namespace samband::server {

// AuditListed, or AdminRefused for a partner that there is not.
[[nodiscard]] protocol::AdminReply list_audit(const StoreView& main, const identity::Directory& directory,
                                              const protocol::ListAudit& request);

}  // namespace samband::server
