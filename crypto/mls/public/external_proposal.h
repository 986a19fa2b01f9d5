// Proposals from outside the group: by a sender that the group has registered, and by a device that wants to be added.
// Source: RFC 9420 §12.1.8; §6.1 (signatures), §6 (always a PublicMessage).
// Needs no secret of the group.
#pragma once

#include <expected>

#include "crypto/mls/public/proposal_validation.h"

namespace samband::mls {

// An MLSMessage with the PublicMessage. `context`: the group's in its present epoch. `sender_key`: the pair of one of
// its external_senders: unknown_sender when it is not among them, unexpected_content for a proposal that an external
// sender can't make.
[[nodiscard]] std::expected<Bytes, CommitError> make_external_proposal(const GroupContext& context, Proposal proposal,
                                                                       Bytes authenticated_data,
                                                                       const KeyPair& sender_key);

// The same by a new member that proposes to add itself. `key_package`: its own, signed with `signature_key` (the
// device's pair, asserted). Refused with the reason of the LeafError when it does not fit the group.
[[nodiscard]] std::expected<Bytes, CommitError> make_new_member_proposal(const GroupContext& context,
                                                                         KeyPackage key_package,
                                                                         Bytes authenticated_data,
                                                                         const KeyPair& signature_key,
                                                                         const Judgement& judgement);

// Those that an external sender may make (§12.1.8).
[[nodiscard]] bool may_come_from_outside(ProposalType type);

}  // namespace samband::mls
