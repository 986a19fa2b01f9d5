// A channel's library: named lineages of versions, each version a message that carries the file key and the
// author's signed record. Two saves with one parent make two versions; both are kept and shown.
#pragma once

#include "client/core/channel.h"
#include "client/core/commands.h"
#include "client/core/content/content.h"
#include "client/core/effects.h"
#include "client/core/parts.h"
#include "server/protocol/authenticated_data.h"
#include "storage/model/entry.h"

namespace samband::client {

[[nodiscard]] Task<Outcome> put_document(Parts& parts, OperationId operation, PutDocument command);
[[nodiscard]] Task<Outcome> get_document(Parts& parts, OperationId operation, GetDocument command);
// The newest version of each path.
[[nodiscard]] Outcome list_documents(Parts& parts, OperationId operation, const ListDocuments& command);
[[nodiscard]] Outcome list_versions(Parts& parts, OperationId operation, const ListVersions& command);

// Judges the document that a message says it carries, and lists it. True: it carries none, or a sound one.
[[nodiscard]] bool receive_document(Parts& parts, const Channel& channel, const storage::Entry& entry,
                                    const protocol::AuthenticatedData& data, const Content& content);

}  // namespace samband::client
