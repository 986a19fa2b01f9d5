// Whether a proposal is valid by itself, whatever else a Commit covers.
// Source: RFC 9420 §12.1 (each kind), §7.3 (the leaves they bring), §5.3.1 (credentials that enter).
#pragma once

#include <expected>

#include "crypto/mls/public/commit_error.h"
#include "crypto/mls/tree/member_index.h"
#include "crypto/mls/wire/framing.h"

namespace samband::mls {

// A proposal and the member that made it; nullopt when it came from outside the group.
struct SourcedProposal {
  const Proposal* proposal;
  std::optional<LeafIndex> member;
};

// By the group as it is. A Commit judges it again, by the extensions that are then in force and together with the rest
// of its list.
[[nodiscard]] std::expected<void, CommitError> verify_proposal(const SourcedProposal& sourced,
                                                               const GroupContext& context, const MemberIndex& members,
                                                               const Judgement& judgement);

// --- what it is made of

// §7.3, for a leaf that takes the place of `before`: in an Update, a Commit's path, or a resync.
[[nodiscard]] std::expected<void, CommitError> verify_successor(const LeafNode& before, const LeafNode& after,
                                                                const AuthenticationService& authentication);
// §12.1.2: `after` for the member at `index`, where `before` is now.
[[nodiscard]] std::expected<void, CommitError> verify_update(const LeafNode& before, LeafIndex index,
                                                             const LeafNode& after, const LeafRequirements& group,
                                                             const AuthenticationService& authentication);
// §12.1.4. PSKs that continue another group have no place in a Commit to a group that lives.
[[nodiscard]] std::expected<void, CommitError> verify_psk(const PreSharedKeyID& id, const CipherSuite& suite);
// §5.3.1: whoever is to speak to the group from outside is who it says; nothing to verify without external_senders.
[[nodiscard]] std::expected<void, CommitError> verify_external_senders(const Extensions& extensions,
                                                                       const AuthenticationService& authentication);
// §12.1.7, §12.1.8.1: extensions that a group is given. `group`: the requirements that come with them; `except`: a leaf
// that the same Commit replaces, and that is judged with its path.
[[nodiscard]] std::expected<void, CommitError> verify_group_extensions(const Extensions& extensions,
                                                                       const RatchetTree& tree,
                                                                       const LeafRequirements& group,
                                                                       std::optional<LeafIndex> except,
                                                                       const AuthenticationService& authentication);

}  // namespace samband::mls
