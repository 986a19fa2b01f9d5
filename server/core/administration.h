// What the operator does, through sambandctl: with the directory, with quotas, and with the server as a whole.
#pragma once

#include "server/core/audit_chain.h"
#include "server/core/directory_log.h"
#include "server/core/partner_documents.h"

namespace samband::server {

// Of the shards of channels, for GetStatus.
struct ChannelFigures {
  std::uint64_t channels = 0;
  std::uint64_t entries = 0;
};

// What a request of the operator works with.
struct Administration {
  Turn& turn;
  DirectoryLog& log;
  PartnerDocuments& documents;
  AuditChain& audit;
  std::optional<storage::Maintenance>& maintenance;
  const ChannelFigures& figures;
  const Operator& who;
};

// What it changes is entered into the audit chain.
[[nodiscard]] protocol::AdminReply administer(Administration& with, const protocol::AdminRequest& request);

}  // namespace samband::server
