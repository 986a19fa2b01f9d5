// A Commit that was found valid from outside, and the epoch it leads to. Nothing has changed yet.
// Source: RFC 9420 §12.3, §12.4.2.
#pragma once

#include <optional>

#include "crypto/mls/tree/ratchet_tree.h"
#include "crypto/mls/wire/framing.h"

namespace samband::mls {

struct UpdatedLeaf {
  LeafIndex index;
  LeafNodePtr before;
  LeafNodePtr after;
};
struct RemovedLeaf {
  LeafIndex index;
  LeafNodePtr before;
};
struct AddedLeaf {
  LeafIndex index;
  KeyPackage key_package;  // its leaf_node now stands at `index`
};

// What the proposals of a Commit change.
struct CommitChanges {
  LeafIndex committer;               // for an external Commit, the leaf it takes
  bool is_external = false;          // joins by this Commit; with a removed leaf it is a resync
  std::vector<UpdatedLeaf> updated;  // by Update proposals; the committer's path is not among them
  std::vector<RemovedLeaf> removed;
  std::vector<AddedLeaf> added;                        // indices increase
  std::optional<Extensions> group_context_extensions;  // present when a proposal replaces them
  std::vector<PreSharedKeyID> psks;                    // in the order of the proposals
  std::optional<Bytes> kem_output;                     // of an external Commit's ExternalInit
  std::optional<ReInit> reinit;                        // the group ends with this Commit (§11.2)
};

struct StagedCommit {
  CommitChanges changes;
  LeafNodePtr committer_before;  // nullptr for an external Commit
  LeafNodePtr committer_after;   // the same as before when the Commit has no path
  bool has_path = false;
  Bytes authenticated_data;

  RatchetTree tree;                  // of the new epoch
  GroupContext provisional_context;  // what path secrets are encrypted under: all new but the transcript hash
  GroupContext context;              // of the new epoch
};

}  // namespace samband::mls
