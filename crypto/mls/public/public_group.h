// The public state of a group: followed and judged from outside by whoever carries its messages, and by its members,
// whose private state stands on one of these.
// Source: RFC 9420 §8.2 (transcript hashes), §11 (creation, reinitialisation), §12.1 (proposals), §12.4.2 (Commits),
// §12.4.3 (joining).
#pragma once

#include <array>
#include <span>

#include "crypto/mls/public/group_record.h"
#include "crypto/mls/public/provisional_group.h"
#include "crypto/mls/public/waiting_proposal.h"
#include "crypto/mls/wire/group_info.h"

namespace samband::mls {

enum class GroupError : std::uint8_t {
  unsupported_suite,
  malformed_extensions,     // required_capabilities or external_senders does not parse, or a type comes twice
  tree_hash_mismatch,       // the tree is not the one the GroupInfo speaks of
  unknown_signer,           // the leaf of the signer is blank
  invalid_signature,        // of the GroupInfo
  invalid_tree,             // see TreeError, or the key of a parent node is none
  invalid_leaf,             // see LeafError
  invalid_external_sender,  // the Authentication Service does not validate one of external_senders
};

// §5.3.1, for the extensions that a group has from the beginning: whoever may speak to it from outside is who it says.
[[nodiscard]] std::expected<void, GroupError> verify_group_senders(const Extensions& extensions,
                                                                   const AuthenticationService& authentication);

class PublicGroup {
 public:
  // A group in the state that a member vouches for: all that §12.4.3.1 asks of GroupInfo and tree. The confirmation tag
  // is for members to check. Leaves may have outlived their lifetimes, of which the length alone is judged (§7.2).
  // `workforce`: for the signatures of the leaves.
  [[nodiscard]] static std::expected<PublicGroup, GroupError> from_group_info(
      const GroupInfo& info, const RatchetTreeNodes& tree, const AuthenticationService& authentication,
      const Workforce& workforce = in_place, std::uint64_t lifetime_max = any_lifetime);

  // A group of one, in epoch 0. The confirmation tag is derived from its context, so it comes afterwards.
  // `creator`: signed, of source key_package. Nothing is verified.
  [[nodiscard]] static PublicGroup create(const CipherSuite& suite, Bytes group_id, LeafNode creator,
                                          Extensions extensions);
  // Must follow `create`: brings the tag of epoch 0 into the transcript.
  void set_initial_confirmation_tag(BytesView confirmation_tag);

  [[nodiscard]] const CipherSuite& suite() const { return tree().suite(); }
  [[nodiscard]] const GroupContext& context() const { return context_; }
  [[nodiscard]] Epoch epoch() const { return context_.epoch; }
  [[nodiscard]] const RatchetTree& tree() const { return members_->tree(); }
  // The ReInit of the Commit that was merged last: the group is over, and every message of it is refused (§11.2).
  [[nodiscard]] const std::optional<ReInit>& reinit() const { return reinit_; }
  [[nodiscard]] BytesView interim_transcript_hash() const { return interim_transcript_hash_; }

  // Verifies a proposal as a message of this epoch and keeps it until the epoch ends. Whether it fits into a list is
  // judged with the Commit that refers to it. Receiving one again changes nothing.
  [[nodiscard]] std::expected<ProposalRef, CommitError> receive_proposal(const AuthenticatedContent& message);
  [[nodiscard]] const std::vector<WaitingProposal>& waiting_proposals() const { return waiting_; }
  // Whether a proposal of `member` (nullopt: of somebody outside) is valid by itself, in the group as it is.
  [[nodiscard]] std::expected<void, CommitError> verify_proposal(const Proposal& proposal,
                                                                 std::optional<LeafIndex> member,
                                                                 const Judgement& judgement) const;

  // Judges a Commit; the group stays as it is. Membership tag and confirmation tag are for members to check.
  [[nodiscard]] std::expected<StagedCommit, CommitError> stage_commit(const AuthenticatedContent& message,
                                                                      const Judgement& judgement) const;

  // For making a Commit: the proposals judged and applied. `committer` is a member, or nullopt to join from outside.
  [[nodiscard]] std::expected<ProvisionalGroup, CommitError> apply_proposals(std::span<const ProposalOrRef> proposals,
                                                                             std::optional<LeafIndex> committer,
                                                                             const Judgement& judgement) const;

  // Enters the epoch of a Commit that was staged by this very group in this epoch.
  void merge(StagedCommit staged, BytesView confirmation_tag);

  // For storage. What is read back is taken for what was stored and not verified again; a tree that is not the
  // context's, or a waiting proposal of no member, is malformed.

  // As records: those that changed since the last call, or since the group was loaded; all of them, the first time.
  [[nodiscard]] GroupChanges take_changes();
  [[nodiscard]] static std::expected<PublicGroup, ParseError> load(std::span<const GroupRecord> records);
  // The whole in one value.
  [[nodiscard]] Bytes encode() const;
  [[nodiscard]] static std::expected<PublicGroup, ParseError> parse(BytesView stored);

 private:
  PublicGroup(GroupContext context, MemberIndex members) : context_{std::move(context)}, members_{std::move(members)} {}
  [[nodiscard]] std::expected<void, CommitError> verify_message(const AuthenticatedContent& message) const;
  [[nodiscard]] std::expected<ProposalList, CommitError> resolve(std::span<const ProposalOrRef> proposals,
                                                                 std::optional<LeafIndex> committer,
                                                                 const Judgement& judgement) const;
  void set_interim_transcript_hash(BytesView confirmation_tag);
  [[nodiscard]] static std::expected<PublicGroup, ParseError> restore(GroupContext context,
                                                                      Bytes interim_transcript_hash, RatchetTree tree,
                                                                      std::vector<WaitingProposal> waiting,
                                                                      std::optional<ReInit> reinit);
  [[nodiscard]] std::array<Bytes, group_part_count> encode_parts() const;

  // What there was when changes were last taken. Of the tree, only what changed since has memory of its own.
  struct Taken {
    std::array<Bytes, group_part_count> parts;
    RatchetTree tree;
  };

  GroupContext context_;
  CopyOnWrite<MemberIndex> members_;  // with the tree
  Bytes interim_transcript_hash_;
  std::vector<WaitingProposal> waiting_;  // at most proposals_waiting_max
  std::optional<ReInit> reinit_;

  std::optional<Taken> taken_;  // nullopt: never
};

}  // namespace samband::mls
