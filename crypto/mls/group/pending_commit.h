// Commits on their way: the sender's own, waiting for the log's verdict, and a received one, waiting for the caller's.
// Source: RFC 9420 §12.4.1, §12.4.2, §14.
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "crypto/mls/group/commit_maker.h"
#include "crypto/mls/group/epoch_state.h"
#include "crypto/mls/group/member_error.h"
#include "crypto/mls/group/welcome_secrets.h"
#include "crypto/mls/public/staged_commit.h"

namespace samband::mls {

// A received Commit that is valid and could be followed. The group has not changed: the caller judges what the
// Commit does, then merges or drops it.
class ReceivedCommit {
 public:
  // What it does, who sent it, and the GroupContext it leads to.
  [[nodiscard]] const StagedCommit& staged() const { return staged_; }
  [[nodiscard]] const CommitChanges& changes() const { return staged_.changes; }
  // When merged, this member is out.
  [[nodiscard]] bool removes_us() const { return !next_.has_value(); }

 private:
  friend class Group;
  ReceivedCommit(StagedCommit staged, std::optional<NextEpoch> next)
      : staged_{std::move(staged)}, next_{std::move(next)} {}

  StagedCommit staged_;
  std::optional<NextEpoch> next_;  // nullopt when it removes this member
};

// One joiner's Welcome.
struct AddressedWelcome {
  LeafIndex joiner;
  KeyPackageRef key_package_ref;
  Bytes message;  // MLSMessage with the Welcome: this joiner's secrets only
};

// An own Commit, made and not yet sent. It goes to the log together with its Welcomes and GroupInfo. Holds the
// joiners' secrets until it is destroyed; the group keeps what it needs for `merge_pending`.
class OutgoingCommit {
 public:
  // MLSMessage with the PublicMessage or PrivateMessage.
  [[nodiscard]] const Bytes& message() const { return message_; }
  // MLSMessage with the GroupInfo of the new epoch, for external joiners: with external_pub, without tree.
  [[nodiscard]] const Bytes& group_info() const { return group_info_; }
  // In the order of the leaves they take.
  [[nodiscard]] const std::vector<AddedLeaf>& added() const { return added_; }
  // The epoch the Commit leads to.
  [[nodiscard]] const GroupContext& context() const { return context_; }

  // MLS-Exporter of the new epoch, for what joiners are to be given.
  [[nodiscard]] SecretBytes export_secret(std::string_view label, BytesView context, std::size_t length) const;

  // One for each joiner. `extensions` go into the encrypted GroupInfo and may hold secrets; the published
  // GroupInfo has no place for them. MemberError::unusable_key when an init_key can't be encrypted to.
  [[nodiscard]] std::expected<std::vector<AddressedWelcome>, MemberError> make_welcomes(Extensions extensions,
                                                                                        TreeDelivery delivery,
                                                                                        RandomSource& random) const;

 private:
  friend class Group;
  OutgoingCommit(const MadeCommit& made, Bytes message, const KeyPair& signature_key);
  [[nodiscard]] std::optional<BytesView> path_secret_for(LeafIndex joiner) const;

  const KeyPair* signature_key_;
  RatchetTree tree_;  // shares its nodes with the group
  Bytes message_;
  Bytes group_info_;
  GroupContext context_;
  MAC confirmation_tag_;
  LeafIndex committer_;
  std::vector<AddedLeaf> added_;
  std::vector<PathTarget> targets_;
  std::vector<SecretBytes> path_secrets_;  // by position in targets_
  std::vector<PreSharedKeyID> psks_;
  SecretBytes joiner_secret_;
  SecretBytes welcome_secret_;
  SecretBytes exporter_secret_;
};

}  // namespace samband::mls
