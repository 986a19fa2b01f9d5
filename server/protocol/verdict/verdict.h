// Whether an entry of a channel is valid. The same verdict everywhere: it depends on the group's public state, the
// entry's bytes, its server time and the directory at its directory_size; never on a clock or on what a program
// happens to know. The server asks before it places an entry, every client again before it believes it.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "crypto/identity/directory.h"
#include "crypto/mls/public/public_group.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/statements.h"
#include "storage/model/permission.h"
#include "storage/model/policy.h"

namespace samband::protocol {

enum class VerdictError : std::uint8_t {
  malformed,     // not the structure it should be
  wrong_form,    // a handshake that is not a PublicMessage, or application data that is not a PrivateMessage
  wrong_group,   // another group's, or another channel's
  stale_epoch,   // the epoch has ended
  future_epoch,  // the epoch has not begun
  mls_invalid,   // MLS refuses it: see Rejection::mls
  wrong_sender,  // made by another device than the entry's sender
  proposal_by_reference,
  proposal_not_allowed,  // of a kind that samband's channels do not use
  too_many_adds,         // more than adds_per_commit_max
  sender_not_entitled,   // not in force, or without a place on the roster
  joiner_not_entitled,   // an added device without a place on the roster
  remove_not_permitted,
  policy_not_permitted,    // a change of the policy that this sender may not make
  extensions_not_allowed,  // the GroupContext or the GroupInfo holds what it should not, or lacks what it should
  partner_key_not_pinned,  // a roster item pins another key than its partner has
  citation_unfounded,      // a cited revocation or leave request that does not concern a removed device
  invalid_signature,       // of a statement or a GroupInfo
  not_a_first_epoch,       // a new group of another epoch than 0, or with more than its creator in it
  too_large,
};
[[nodiscard]] std::string_view name_of(VerdictError error);

struct Rejection {
  VerdictError error{};
  std::optional<mls::CommitError> mls;  // with mls_invalid, where a Commit was judged
  bool operator==(const Rejection&) const = default;
};
[[nodiscard]] inline std::unexpected<Rejection> reject(VerdictError error) {
  return std::unexpected(Rejection{error, std::nullopt});
}

// What surrounds an entry.
struct Circumstances {
  ChannelId channel;
  DeviceId sender;
  WallTime at;  // the entry's
  const identity::Directory& directory;
  std::uint64_t directory_size = 0;
};

// The newest leave request of each device whose leaf has not been removed since: device -> seq of its entry.
using OpenLeaveRequests = std::map<DeviceId, std::uint64_t>;

// --- Commits

struct CommitVerdict {
  bool is_external = false;
  bool is_resync = false;                            // external, in place of a leaf of the same device
  std::vector<DeviceId> added;                       // in the order of their leaves; an external joiner too
  std::vector<DeviceId> removed;                     // without the old leaf of a resync
  std::optional<storage::ChannelPolicy> new_policy;  // when the Commit changes it
  AuthenticatedData authenticated_data;
};

// An MLSMessage with a PublicMessage whose content is a Commit of permitted proposals, by value.
[[nodiscard]] std::expected<mls::AuthenticatedContent, Rejection> parse_commit(BytesView message);

// What the channel's rules say of a Commit that came from `parse_commit` and that MLS has found valid with
// DirectoryAuthentication at the entry's size and time. `policy`: of the epoch before.
[[nodiscard]] std::expected<CommitVerdict, Rejection> judge_staged_commit(const storage::ChannelPolicy& policy,
                                                                          const mls::StagedCommit& staged,
                                                                          const OpenLeaveRequests& leave_requests,
                                                                          const Circumstances& circumstances);

struct JudgedCommit {
  mls::StagedCommit staged;
  mls::MAC confirmation_tag;
  CommitVerdict verdict;
};
// All three steps.
[[nodiscard]] std::expected<JudgedCommit, Rejection> judge_commit(const mls::PublicGroup& group,
                                                                  const storage::ChannelPolicy& policy,
                                                                  BytesView message,
                                                                  const OpenLeaveRequests& leave_requests,
                                                                  const Circumstances& circumstances);

// The GroupInfo published with a Commit: of the epoch it begins, with the Commit's confirmation_tag, signed by the
// committer, with external_pub and no other extension (what a Welcome's encrypted GroupInfo may carry besides must
// never be published).
[[nodiscard]] std::expected<mls::GroupInfo, Rejection> judge_group_info(const mls::StagedCommit& staged,
                                                                        BytesView confirmation_tag, BytesView message);

// --- new groups

struct JudgedGroup {
  mls::PublicGroup group;
  storage::ChannelPolicy policy;
};
// EntryKind::created: epoch 0, the sender its only leaf, a moderator by the policy it brings, and an administrator
// or coordinator of its partner.
[[nodiscard]] std::expected<JudgedGroup, Rejection> judge_creation(BytesView group_info, BytesView ratchet_tree,
                                                                   const Circumstances& circumstances);

struct JudgedRestart {
  Restart restart;
  JudgedGroup begun;
};
// EntryKind::restart: by a moderator, for this very group, under the same policy.
[[nodiscard]] std::expected<JudgedRestart, Rejection> judge_restart(const mls::GroupContext& context,
                                                                    const storage::ChannelPolicy& policy,
                                                                    BytesView statement, BytesView group_info,
                                                                    BytesView ratchet_tree,
                                                                    const Circumstances& circumstances);

// --- messages and statements

// What can be said of an application message from outside. That its sender has a leaf, and is who it says, is
// known to those who decrypt it; the server knows the leaf.
[[nodiscard]] std::expected<AuthenticatedData, Rejection> judge_message(const mls::GroupContext& context,
                                                                        const storage::ChannelPolicy& policy,
                                                                        BytesView message,
                                                                        const Circumstances& circumstances);

// leave_request, complaint or key_request; `kind` is the entry's.
[[nodiscard]] std::expected<SignedStatement, Rejection> judge_statement(const mls::GroupContext& context,
                                                                        const storage::ChannelPolicy& policy,
                                                                        storage::EntryKind kind, BytesView statement,
                                                                        const Circumstances& circumstances);

}  // namespace samband::protocol
