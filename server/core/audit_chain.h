// The chain of what administrators did: each record names the one before by hash, and the whole directory log by the
// root of its tree. So one chain covers both, and whoever noted a record's hash can tell later whether anything that
// came before it was changed, left out or put in.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "server/core/command.h"
#include "server/core/store_view.h"
#include "storage/model/records.h"

namespace samband::server {

struct Act {
  storage::AuditAct kind = storage::AuditAct::other;
  Operator who;
  PartnerId partner;  // whom it is about; zeros for nobody
  std::string what;   // a sentence; cut at audit_text_bytes_max, and what is no text in it is replaced
  // The leaves it appended to the directory: from here to the newest. nullopt: none.
  std::optional<std::uint64_t> first_leaf;
};

class AuditChain {
 public:
  // False: the record of its end does not parse.
  [[nodiscard]] bool load(const StoreView& main);
  // The newest signed head of the directory in `main` is the one that the record names.
  void append(StoreView& main, WallTime at, Act act);

  [[nodiscard]] std::uint64_t records() const { return head_.records; }

 private:
  storage::AuditHead head_;
};

[[nodiscard]] Hash audit_hash(BytesView record);

// One more record for a store that no server has open, such as one that was just restored.
[[nodiscard]] std::expected<storage::StoreBatch, storage::StoreError> audit_batch(const storage::Store& main,
                                                                                  WallTime at, Act act);

// Recomputes the chain from its first record, and the directory's root for each of them. The error is one line: what
// is wrong, and what to do; `noted` that is the hash of no record is a fault too. Reads durable state on any thread,
// also while a server writes.
[[nodiscard]] std::expected<protocol::AuditVerified, std::string> verify_audit(const storage::Store& main,
                                                                               const std::optional<Hash>& noted = {});
// The same for who wants to know nothing but the fault.
[[nodiscard]] std::optional<std::string> audit_chain_fault(const storage::Store& main);

}  // namespace samband::server
