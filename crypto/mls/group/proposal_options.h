// Proposals as messages: what a member may propose, how they are sent, and what is known of a received one.
// Source: RFC 9420 §12.1.
#pragma once

#include <optional>
#include <variant>

#include "crypto/mls/public/commit_error.h"
#include "crypto/mls/wire/framing.h"

namespace samband::mls {

// What a member may propose to the others. Its own new leaf is `propose_update`'s, which keeps the private key.
using ProposedChange = std::variant<Add, Remove, PreSharedKey, ReInit, GroupContextExtensions>;

struct ProposalOptions {
  std::optional<WireFormat> wire_format;  // nullopt: the group's default; what the group does not allow is refused
  Bytes authenticated_data;               // covered by the signature, readable by the server
  std::size_t padding_bytes = 0;          // zeros behind the content of a PrivateMessage
};

struct OutgoingProposal {
  Bytes message;  // MLSMessage with the PublicMessage or PrivateMessage
  ProposalRef ref;
};

struct ReceivedProposal {
  ProposalRef ref;
  Sender sender;
  Proposal proposal;
  Bytes authenticated_data;
  // Why it is not valid by itself, if so. It is kept all the same, because a Commit may bring what it lacks; it holds
  // back no application message and is not among `proposals_to_commit`.
  std::optional<CommitError> fault;
};

}  // namespace samband::mls
