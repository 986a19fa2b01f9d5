// Which of the proposals that wait in an epoch go into a Commit together.
// Source: RFC 9420 §12.4 (a Commit should include all that are valid), §12.2 (what a list may not hold, and which of
// two is preferred).
#pragma once

#include <span>

#include "crypto/mls/public/public_group.h"

namespace samband::mls {

// `candidates`: valid by themselves, in the order they came. Returned in the same order: a Remove rather than an Update
// of the same leaf, the newest Update of a leaf, the newest GroupContextExtensions and what goes with it, and a ReInit
// only when there is nothing else. Left out are what `committer` would do to itself, and leaves with a key in use.
[[nodiscard]] std::vector<ProposalRef> select_proposals(std::span<const WaitingProposal* const> candidates,
                                                        LeafIndex committer, const GroupContext& context,
                                                        const RatchetTree& tree);

}  // namespace samband::mls
