// Which of the proposals that wait a member may commit together.
// Source: RFC 9420 §12.2: of several changes to one leaf a Remove is preferred, or else the newest Update.
#pragma once

#include <vector>

#include "crypto/mls/public/public_group.h"

namespace samband::interop {

// Leaves out what `committer` may not commit itself: its own Update or removal, and a change to a leaf that another of
// the proposals decides.
[[nodiscard]] std::vector<mls::ProposalRef> committable_proposals(const mls::PublicGroup& group,
                                                                  mls::LeafIndex committer);

}  // namespace samband::interop
