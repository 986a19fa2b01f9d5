// Why a member turns something down. What can be seen from outside has its own types in crypto/mls/public;
// these are the reasons only a member can see.
#pragma once

#include <cstdint>
#include <variant>

#include "crypto/mls/group/continuation.h"
#include "crypto/mls/group/message_protection.h"
#include "crypto/mls/group/tree_kem.h"
#include "crypto/mls/group/welcome_secrets.h"
#include "crypto/mls/public/commit_error.h"
#include "crypto/mls/public/public_group.h"

namespace samband::mls {

enum class MemberError : std::uint8_t {
  removed,                    // this member was removed; its secrets are wiped
  malformed,                  // the bytes are no MLSMessage
  wrong_kind,                 // an MLSMessage that is no handshake message
  wire_format_not_allowed,    // the group's handshake messages travel in another (HandshakeFormat)
  own_commit,                 // sent by this leaf: `merge_pending` enters it, or a copy of the profile sent it
  own_proposal,               // sent by this leaf as a PrivateMessage, which it can't open: kept since it was made
  commit_pending,             // one own Commit at a time: merge or clear it first
  membership_tag_mismatch,    // not made with this epoch's membership_key
  missing_psk,                // it injects a PSK that is not held
  invalid_external_init,      // its kem_output is not one for this epoch's external key
  update_key_missing,         // it takes up an Update of this leaf that was not made here
  path_not_reached,           // its path has no secret for this member
  path_undecryptable,         // the one it has does not open
  path_key_mismatch,          // the path secrets do not give the path's public keys
  confirmation_tag_mismatch,  // its sender arrived at another epoch than we do
  unusable_key,               // a member's or joiner's public key can't be encrypted to
};

// A Commit or proposal turned down: for all to see, for members only, or because a PrivateMessage around it does not
// open. RFC 9420 §16.12: a MemberError about path or confirmation_tag says that the Commit counts for everybody, yet
// cannot be followed here.
using CommitRefusal = std::variant<CommitError, MemberError, MessageError>;
// The same while it is made and not yet a message.
using CommitFault = std::variant<CommitError, MemberError>;

enum class JoinError : std::uint8_t {
  malformed,                  // the bytes are no MLSMessage, or an extension inside does not parse
  wrong_kind,                 // not the kind of message this way of joining needs
  no_ratchet_tree,            // neither given nor inside the Welcome
  not_in_tree,                // no leaf of the tree is the one of the KeyPackage
  path_key_mismatch,          // the path secret does not give the tree's public keys
  confirmation_tag_mismatch,  // the Welcome's sender arrived at another epoch than we do
  too_large,                  // more authenticated_data than a receiver would read
  no_external_pub,            // the GroupInfo is not for external joiners, or its key is no key
};
// WelcomeError: the sealed parts; GroupError: GroupInfo and tree; CommitError: the own external Commit;
// ContinuationError: the group is not the one that was to come after the old one.
using JoinRefusal = std::variant<JoinError, WelcomeError, GroupError, CommitError, MemberError, ContinuationError>;
// A group that was to continue another: it can't be made like this, or its first Commit can't.
using ContinuationRefusal = std::variant<ContinuationError, GroupError, CommitError, MemberError, MessageError>;

[[nodiscard]] MemberError to_member_error(PathError error);
[[nodiscard]] CommitRefusal to_commit_refusal(const CommitFault& fault);
[[nodiscard]] JoinRefusal to_join_refusal(const CommitFault& fault);

}  // namespace samband::mls
