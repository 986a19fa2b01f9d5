// Making a Commit: what a member and an external joiner do alike.
// Source: RFC 9420 §12.4.1 (creating), §7.5 (own path), §12.4.3.2 (external Commits).
// Pure computation; randomness is passed in.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "crypto/mls/group/commit_options.h"
#include "crypto/mls/group/continuation.h"
#include "crypto/mls/group/key_schedule.h"
#include "crypto/mls/group/member_error.h"
#include "crypto/mls/group/tree_kem.h"
#include "crypto/mls/public/public_group.h"

namespace samband::mls {

struct CommitPlan {
  Sender sender;  // MemberSender, or NewMemberCommit with its ExternalInit among the proposals
  std::vector<ProposalOrRef> proposals;
  bool force_path = false;
  LeafIdentity identity;  // of the leaf that enters with the path
  Bytes authenticated_data;
  WireFormat wire_format = WireFormat::mls_public_message;
  const Continuation* continues = nullptr;  // the group that the Commit's group continues, by one of its PSKs
};

// A Commit signed and taken to the end of its key schedule.
struct MadeCommit {
  AuthenticatedContent content;
  StagedCommit staged;
  std::vector<PathTarget> targets;  // empty without a path
  std::optional<FreshPath> path;
  SecretBytes joiner_secret;
  SecretBytes psk_secret;
  EpochSecrets secrets;
};

// `init_secret`: of the epoch that ends, or from the ExternalInit.
[[nodiscard]] std::expected<MadeCommit, CommitFault> make_commit(const PublicGroup& group, CommitPlan plan,
                                                                 BytesView init_secret, const KeyPair& signature_key,
                                                                 const Services& services, RandomSource& random);

}  // namespace samband::mls
