// What goes into a Commit, and whom the group asks about what it can't know itself.
#pragma once

#include <optional>
#include <vector>

#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/mls/group/pre_shared_keys.h"
#include "crypto/mls/public/commit_error.h"
#include "crypto/mls/wire/proposal.h"

namespace samband::mls {

struct CommitOptions {
  std::vector<KeyPackage> adds;  // all at once, in the order of the leaves they take
  std::vector<LeafIndex> removes;
  std::optional<Extensions> group_context_extensions;  // replace those of the group
  std::vector<PreSharedKeyID> psks;
  std::optional<ReInit> reinit;              // alone: the group ends. Other proposals should go first (§12.2)
  std::vector<ProposalRef> references;       // proposals received in this epoch
  bool force_path = false;                   // also where none is required: fresh keys for the committer
  std::optional<LeafIdentity> new_identity;  // enters with a path, which it forces
  Bytes authenticated_data;                  // covered by the signature, readable by the server
  std::optional<WireFormat> wire_format;     // nullopt: the group's default; what the group does not allow is refused
  std::size_t padding_bytes = 0;             // zeros behind the content of a PrivateMessage
};

// Passed into each operation that judges someone else's bytes.
struct Services {
  const AuthenticationService& authentication;
  const PreSharedKeySource& psks;
  std::optional<WallTime> now;            // for the lifetimes of leaves; nullopt leaves them unjudged
  const Workforce& workforce = in_place;  // for the signatures of many leaves

  [[nodiscard]] Judgement judgement() const {
    return {.authentication = authentication, .now = now, .workforce = workforce};
  }
};

}  // namespace samband::mls
