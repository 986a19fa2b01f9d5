// The list of proposals a Commit covers, sorted out by kind and judged as a list.
// Source: RFC 9420 §12.2. What a proposal says of a leaf is judged where it is applied.
#pragma once

#include "crypto/mls/public/proposal_validation.h"

namespace samband::mls {

struct ProposedUpdate {
  LeafIndex index;
  const LeafNode* leaf;
};

// Views into the proposals it was made from; each list in the order of the Commit.
struct ProposalList {
  std::vector<ProposedUpdate> updates;
  std::vector<LeafIndex> removes;
  std::vector<const KeyPackage*> adds;
  std::vector<const PreSharedKeyID*> psks;
  const Extensions* group_context_extensions = nullptr;
  const Bytes* kem_output = nullptr;
  const ReInit* reinit = nullptr;  // alone: everything else is empty then
  bool is_path_required = false;   // §12.4
};

// `committer` is nullopt for an external Commit. `may_continue`: one PSK of usage reinit or branch is allowed. That
// removed leaves exist is for whoever has the tree to check.
[[nodiscard]] std::expected<ProposalList, CommitError> sort_proposals(std::span<const SourcedProposal> proposals,
                                                                      std::optional<LeafIndex> committer,
                                                                      const CipherSuite& suite,
                                                                      bool may_continue = false);

}  // namespace samband::mls
