// A member's view of one MLS group: the public group everybody can follow, and this member's secrets in its epoch.
// Source: RFC 9420 §11 (creation, continuation), §12.4 (Commits), §12.4.3 (joining), §8 (epochs), §15 (application
// messages). Pure computation: no I/O, clock or locks; randomness is passed in. One owner, one thread at a time.
//
// Every refusal is a value and leaves the group as it was. What an operation changed is stored by the caller
// before anything is sent or shown: `encode_private` and `take_public_changes` after a change of epoch or a proposal,
// `take_secret_tree_changes` after that and after each PrivateMessage, whether it was made or read.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string_view>
#include <vector>

#include "crypto/mls/group/commit_options.h"
#include "crypto/mls/group/epoch_state.h"
#include "crypto/mls/group/group_options.h"
#include "crypto/mls/group/member_error.h"
#include "crypto/mls/group/pending_commit.h"
#include "crypto/mls/group/proposal_options.h"
#include "crypto/mls/public/public_group.h"

namespace samband::mls {

struct ApplicationMessage {
  LeafIndex sender;
  Bytes authenticated_data;
  Bytes application_data;
};

// What became of this member when it merged a Commit.
enum class CommitOutcome : std::uint8_t {
  entered_epoch,
  removed,  // every secret is wiped; operations refuse from now on
};

class Group;

// A group entered by a Welcome, and the extensions of its encrypted GroupInfo (they may hold secrets).
struct Joined;
// An own external Commit, and the group as it will be if the log accepts it.
struct ExternalJoin;
// A group that continues another, in epoch 0, with the pending Commit that adds the others.
struct BegunGroup;

class Group {
 public:
  // --- entering; `signature_key` is the device's own pair. It is not copied and must outlive the group.

  // Epoch 0, with the creator alone.
  [[nodiscard]] static std::expected<Group, GroupError> create(const GroupParameters& parameters,
                                                               const KeyPair& signature_key, RandomSource& random);

  // A group that continues another (§11.2, §11.3), and the Commit that brings its members in: `merge_pending` enters
  // epoch 1. `parameters`: for a reinitialisation, those of the ReInit (`parameters_of`). `members`: a KeyPackage of
  // each member but the creator.
  [[nodiscard]] static std::expected<BegunGroup, ContinuationRefusal> begin_continuation(
      const Continuation& continues, const GroupParameters& parameters, std::span<const KeyPackage> members,
      const KeyPair& signature_key, const Services& services, RandomSource& random);

  // `message`: an MLSMessage with a Welcome. `tree`: nullopt when it is inside. The caller checks that it has no
  // group of this id yet, and wipes the bundle's keys afterwards unless it is a last resort.
  [[nodiscard]] static std::expected<Joined, JoinRefusal> join(BytesView message, const KeyPackageBundle& bundle,
                                                               const std::optional<RatchetTreeNodes>& tree,
                                                               const KeyPair& signature_key, const Services& services,
                                                               const JoinOptions& options = {});

  // By an external Commit. `group_info`: an MLSMessage with a GroupInfo that has external_pub. `tree`: nullopt when
  // it is inside.
  [[nodiscard]] static std::expected<ExternalJoin, JoinRefusal> join_external(
      BytesView group_info, const std::optional<RatchetTreeNodes>& tree, const LeafIdentity& identity,
      const KeyPair& signature_key, ExternalJoinOptions options, const Services& services, RandomSource& random);

  // --- the state
  [[nodiscard]] const PublicGroup& public_group() const { return public_; }
  [[nodiscard]] const GroupContext& context() const { return public_.context(); }
  [[nodiscard]] Epoch epoch() const { return public_.context().epoch; }
  [[nodiscard]] LeafIndex own_leaf() const { return own_leaf_; }
  [[nodiscard]] HandshakeFormat handshake_format() const { return handshake_format_; }
  // False once a merged Commit removed this member.
  [[nodiscard]] bool is_member() const { return state_.has_value(); }

  // Secrets of the epoch; asserted: is_member(). `length` in bytes, at most 255 * KDF.Nh.
  [[nodiscard]] SecretBytes export_secret(std::string_view label, BytesView context, std::size_t length) const;
  [[nodiscard]] SecretBytes epoch_authenticator() const;
  [[nodiscard]] SecretBytes resumption_psk() const;
  // What this epoch leaves to a group that continues it; asserted: is_member(). nullopt unless the group ended with a
  // ReInit, after which its messages are refused.
  [[nodiscard]] std::optional<Continuation> reinitialisation() const;
  [[nodiscard]] Continuation branch() const;
  // MLSMessage with the GroupInfo for external joiners: signed, with external_pub.
  [[nodiscard]] Bytes group_info(TreeDelivery delivery = TreeDelivery::out_of_band) const;

  // --- application messages (§15)

  // An MLSMessage with a PrivateMessage. `padding_bytes` zeros are encrypted behind the content.
  [[nodiscard]] std::expected<Bytes, MessageError> protect(BytesView application_data, BytesView authenticated_data,
                                                           std::size_t padding_bytes, RandomSource& random);
  // The ratchet moves only when all of it has authenticated.
  [[nodiscard]] std::expected<ApplicationMessage, MessageError> unprotect(BytesView message);

  // --- proposals (§12.1): made, received and kept until the epoch ends, also in the stored group

  [[nodiscard]] std::expected<OutgoingProposal, CommitRefusal> propose(const ProposedChange& change,
                                                                       const ProposalOptions& options,
                                                                       const Services& services, RandomSource& random);
  // A new leaf with a fresh key for this member. It counts when somebody else commits it.
  [[nodiscard]] std::expected<OutgoingProposal, CommitRefusal> propose_update(
      const std::optional<LeafIdentity>& new_identity, const ProposalOptions& options, const Services& services,
      RandomSource& random);
  // Somebody else's. What is not authentic is refused; what is not valid by itself is kept and said to be so. Receiving
  // one again changes nothing.
  [[nodiscard]] std::expected<ReceivedProposal, CommitRefusal> receive_proposal(BytesView message,
                                                                                const Services& services);
  // The application does not want it: it holds back no application message and is not among `proposals_to_commit`. A
  // Commit of somebody else may still refer to it.
  void disregard_proposal(const ProposalRef& ref);
  // References for a Commit of this member: all that are valid and go together (see select_proposals). None once it was
  // removed.
  [[nodiscard]] std::vector<ProposalRef> proposals_to_commit() const;

  // --- changing the group (§12.4)

  // Makes a Commit and keeps it pending: the group stays in its epoch until the log has the Commit in place. As a
  // PrivateMessage it has used up a key of this epoch, whatever becomes of it.
  [[nodiscard]] std::expected<OutgoingCommit, CommitRefusal> create_commit(const CommitOptions& options,
                                                                           const Services& services,
                                                                           RandomSource& random);
  [[nodiscard]] bool has_pending() const { return pending_.has_value(); }
  // Whether `message` is the pending Commit, byte for byte.
  [[nodiscard]] bool is_pending(BytesView message) const;
  [[nodiscard]] const StagedCommit& pending() const;  // asserted: has_pending()
  // The log accepted it; asserted: has_pending(). The old epoch is wiped.
  void merge_pending();
  // The log refused it, or never saw it.
  void clear_pending() { pending_.reset(); }

  // Someone else's Commit, judged and decrypted. Nothing changes before `merge`, not even the ratchet of a
  // PrivateMessage: its key goes with the epoch that the Commit ends.
  [[nodiscard]] std::expected<ReceivedCommit, CommitRefusal> stage_commit(BytesView message,
                                                                          const Services& services) const;
  // Enters the epoch of a Commit staged by this group in its present epoch (asserted), or leaves the group. The
  // old epoch is wiped, and a pending Commit with it.
  CommitOutcome merge(ReceivedCommit commit);

  // --- storage; the formats are this folder's own and versioned

  // What changes once an epoch and with each proposal has two forms; asserted: is_member(). The public group as
  // records, those that changed since the last call (see PublicGroup::take_changes), and the rest, always whole:
  [[nodiscard]] GroupChanges take_public_changes();
  [[nodiscard]] SecretBytes encode_private() const;
  // Or all of it in one value, which is as large as the tree.
  [[nodiscard]] SecretBytes encode_group() const;
  // The pending Commit, to be stored before it is sent; asserted: has_pending().
  [[nodiscard]] SecretBytes encode_pending() const;
  // Records of the present epoch's secret tree that changed since the last call. The first call of an epoch gives
  // all of them: records of an older epoch are erased with it.
  [[nodiscard]] std::vector<SecretTreeRecord> take_secret_tree_changes();

  [[nodiscard]] static std::expected<Group, ParseError> load(BytesView private_part,
                                                             std::span<const GroupRecord> public_records,
                                                             std::span<const SecretTreeRecord> records,
                                                             const KeyPair& signature_key);
  [[nodiscard]] static std::expected<Group, ParseError> load(BytesView group, std::span<const SecretTreeRecord> records,
                                                             const KeyPair& signature_key);
  // Takes the pending Commit up again. It was judged when it was made; `services` are asked once more, without
  // lifetimes. malformed when it is of another epoch.
  [[nodiscard]] std::expected<void, ParseError> load_pending(BytesView pending, const Services& services);

 private:
  friend struct Insider;  // crypto/mls/forgery: a member that breaks the rules knows what it knows
  struct Pending {
    StagedCommit staged;
    NextEpoch next;
    Bytes message;
    Bytes sealed;  // the AuthenticatedContent inside `message` when that is a PrivateMessage, which opens once only
  };
  struct OpenedHandshake {
    AuthenticatedContent content;
    std::optional<Generation> generation;  // of the PrivateMessage it came in, for its reader to consume
  };
  using Opened = std::expected<OpenedHandshake, CommitRefusal>;

  Group(PublicGroup group, LeafIndex own_leaf, EpochState state, const KeyPair& signature_key,
        HandshakeFormat handshake_format);

  [[nodiscard]] EpochView epoch_view() const { return {public_.suite(), public_.context()}; }
  [[nodiscard]] LeafIdentity own_identity() const;
  [[nodiscard]] AuthenticatedContent sign_own(Content content, BytesView authenticated_data, WireFormat format) const;
  [[nodiscard]] std::expected<OutgoingProposal, CommitRefusal> send_proposal(Proposal proposal,
                                                                             const ProposalOptions& options,
                                                                             const Services& services,
                                                                             RandomSource& random);
  [[nodiscard]] bool waits(const ProposalRef& ref) const;

  // --- messages
  [[nodiscard]] std::expected<WireFormat, MemberError> choose_format(const std::optional<WireFormat>& chosen) const;
  [[nodiscard]] std::expected<Bytes, MessageError> seal(const AuthenticatedContent& content, std::size_t padding_bytes,
                                                        RandomSource& random);
  [[nodiscard]] std::expected<Bytes, MessageError> send_handshake(const AuthenticatedContent& content,
                                                                  std::size_t padding_bytes, RandomSource& random);
  [[nodiscard]] Opened open_handshake(BytesView message) const;
  [[nodiscard]] Opened open_public_handshake(PublicMessage message) const;
  [[nodiscard]] Opened open_private_handshake(const PrivateMessage& message) const;

  // --- Commits
  [[nodiscard]] std::expected<PrivatePath, MemberError> path_after_updates(const CommitChanges& changes) const;
  [[nodiscard]] std::expected<OutgoingCommit, CommitRefusal> commit(CommitPlan plan, std::size_t padding_bytes,
                                                                    const Services& services, RandomSource& random);
  [[nodiscard]] std::expected<SecretBytes, MemberError> init_secret_for(const CommitChanges& changes) const;
  [[nodiscard]] std::expected<NextEpoch, MemberError> follow(const StagedCommit& staged, const Commit& commit,
                                                             const PreSharedKeySource& psks) const;
  void enter(StagedCommit staged, NextEpoch next);
  [[nodiscard]] SecretBytes encode_with(BytesView public_group) const;
  using ParsePublicGroup = std::function<std::expected<PublicGroup, ParseError>(BytesView inside)>;
  [[nodiscard]] static std::expected<Group, ParseError> load_with(const ParsePublicGroup& parse_public, BytesView group,
                                                                  std::span<const SecretTreeRecord> records,
                                                                  const KeyPair& signature_key);
  [[nodiscard]] bool take_up(std::vector<SecretBytes> update_keys, std::set<ProposalRef> disregarded);
  [[nodiscard]] std::expected<AuthenticatedContent, ParseError> stored_commit(BytesView message,
                                                                              BytesView sealed) const;

  PublicGroup public_;
  LeafIndex own_leaf_;
  std::optional<EpochState> state_;  // nullopt once removed
  const KeyPair* signature_key_;
  HandshakeFormat handshake_format_;
  std::vector<KeyPair> own_updates_;   // the leaf keys of own Updates that wait
  std::set<ProposalRef> disregarded_;  // of those that wait: not valid, or not wanted
  std::optional<Pending> pending_;
};

struct Joined {
  Group group;
  Extensions extensions;
};

struct BegunGroup {
  Group group;
  OutgoingCommit commit;
};

struct ExternalJoin {
  Bytes commit;  // MLSMessage with the PublicMessage, for the log
  Group group;
};

}  // namespace samband::mls
