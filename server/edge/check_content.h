// Whether what a server's stores hold fits together: everything that opening them does not look at.
#pragma once

#include "server/edge/check.h"

namespace samband::server::edge {

// That each record can be read under its key, whatever it is about.
void check_records(const storage::Store& main, CheckReport& report);
// That every hash of the directory's tree is the one its leaves lead to.
void check_tree(const storage::Store& main, CheckReport& report);
// That every channel's entries have their record, and its group, policy and GroupInfo are of one epoch.
void check_groups(const storage::Store& main, CheckReport& report);
// That chunks are there and are those that were sealed, and that who refers to them is counted.
void check_blobs(const storage::Store& main, const storage::Store& chunks, CheckReport& report);

// Entries, one after the other: that those the server has acknowledged lately are there, and that the blobs they
// name know of it.
class EntryWatch {
 public:
  EntryWatch(const storage::Store& main, CheckReport& report);
  void see(const storage::Entry& entry, const Hash& hash);
  void finish();

 private:
  const storage::Store& main_;
  CheckReport& report_;
  std::map<Hash, std::uint64_t> acknowledged_;  // seq by hash, of those not seen yet
};

}  // namespace samband::server::edge
