// Why a Commit or a proposal is refused.
// Source: RFC 9420 §6.1, §7.3, §12.1, §12.2, §12.4.2, §12.4.3.2.
#pragma once

#include <cstdint>

#include "crypto/mls/tree/leaf_validation.h"
#include "crypto/mls/tree/workforce.h"

namespace samband::mls {

enum class CommitError : std::uint8_t {
  // The message.
  wrong_group,
  stale_epoch,          // that epoch has ended
  future_epoch,         // that epoch has not begun here
  unexpected_content,   // not a Commit (or not a proposal), or from a sender that can't send it
  unknown_sender,       // a blank leaf, or no such external sender
  invalid_signature,    // of the framed content
  too_many_proposals,   // waiting to be referred to, in this epoch
  group_reinitialised,  // its last Commit had a ReInit: this group takes no other

  // The list of proposals, §12.2.
  proposal_not_found,            // refers to a proposal that was not received in this epoch
  proposal_repeated,             // refers to one twice
  reference_in_external_commit,  // its sender could not judge the proposal
  update_by_committer,
  removes_committer,
  removed_leaf_blank,
  several_changes_to_one_leaf,
  several_group_context_extensions,
  duplicate_psk,
  invalid_psk,  // a nonce that is not KDF.Nh bytes, or usage reinit or branch where no group is continued
  external_init_by_member,
  external_init_missing,    // or there are several
  not_for_external_commit,  // another proposal than ExternalInit, PreSharedKey and one Remove
  reinit_not_alone,         // a ReInit with another proposal beside it
  reinit_version_older,     // than that of the group
  malformed_extensions,     // required_capabilities or external_senders does not parse, or a type comes twice
  invalid_external_sender,  // the Authentication Service does not validate one of external_senders
  group_full,

  // A leaf, §7.3: LeafError says more about each.
  leaf_wrong_source,
  leaf_invalid_key,
  leaf_invalid_signature,
  leaf_invalid_credential,
  leaf_invalid_successor,
  leaf_version_or_suite_unsupported,
  leaf_required_capability_missing,
  leaf_extension_unsupported,
  leaf_credential_type_unsupported,
  leaf_outside_lifetime,
  leaf_encryption_key_reused,  // also when a node of the path reuses a key
  leaf_signature_key_reused,

  // The path, §7.5, §7.6, §12.4.2.
  path_missing,
  path_wrong_length,      // not one node for each step of the filtered direct path
  path_wrong_recipients,  // not one ciphertext for each node of a copath's resolution
  path_invalid_key,
  path_parent_hash_mismatch,
};

[[nodiscard]] CommitError to_commit_error(LeafError error);

// What one step of judging a Commit comes to.
using Step = std::expected<void, CommitError>;
[[nodiscard]] Step to_step(const std::expected<void, LeafError>& verdict);

// What a verdict may depend on besides the group and the message.
struct Judgement {
  const AuthenticationService& authentication;
  std::optional<WallTime> now;  // for the lifetimes of KeyPackages; nullopt leaves them unjudged
  // Whether this is the Commit that sets a group up to continue another (§11.2, §11.3): the one of epoch 0, and the
  // only one that may have a PSK of usage reinit or branch. Its own maker alone knows that it is.
  bool continues_another_group = false;
  // For the signatures of what a Commit adds. Never matters to the verdict.
  const Workforce& workforce = in_place;
};

}  // namespace samband::mls
