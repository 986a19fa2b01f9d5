// A proposal that waits in its epoch for a Commit to refer to it.
// Source: RFC 9420 §12.4 (references).
#pragma once

#include <optional>

#include "crypto/mls/wire/proposal.h"

namespace samband::mls {

// Proposals that wait in one epoch.
inline constexpr std::size_t proposals_waiting_max = 1024;

// It was received and verified as a message.
struct WaitingProposal {
  ProposalRef ref;
  std::optional<LeafIndex> member;  // nullopt when it came from outside the group
  Proposal proposal;
  bool operator==(const WaitingProposal&) const = default;
};

// For storage.
void write(Writer& out, const WaitingProposal& waiting);
[[nodiscard]] WaitingProposal read_waiting_proposal(Reader& in);

}  // namespace samband::mls
