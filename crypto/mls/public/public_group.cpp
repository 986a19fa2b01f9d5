#include "crypto/mls/public/public_group.h"

#include <algorithm>
#include <cassert>

#include "crypto/mls/public/external_proposal.h"
#include "crypto/mls/public/transcript_hash.h"

namespace samband::mls {
namespace {

// The key that a message of each kind of sender must be signed with (§6.1), or why such a sender can't have sent it.
class SignerLookup {
 public:
  SignerLookup(const GroupContext& context, const RatchetTree& tree, const Content& content)
      : context_{context}, tree_{tree}, content_{content} {}

  using Key = std::expected<SignaturePublicKey, CommitError>;

  Key operator()(const MemberSender& sender) const {
    const LeafNode* leaf = tree_.leaf(sender.leaf_index);
    if (!leaf) return std::unexpected(CommitError::unknown_sender);
    return leaf->signature_key;
  }

  Key operator()(const ExternalSenderIndex& sender) const {
    const auto* proposal = std::get_if<Proposal>(&content_);
    if (!proposal || !may_come_from_outside(proposal_type(*proposal))) {
      return std::unexpected(CommitError::unexpected_content);
    }
    const Extension* extension = find_extension(context_.extensions, ExtensionType::external_senders);
    if (!extension) return std::unexpected(CommitError::unknown_sender);
    const auto senders = parse_external_senders(extension->extension_data);
    if (!senders || sender.sender_index >= senders->size()) return std::unexpected(CommitError::unknown_sender);
    return (*senders)[sender.sender_index].signature_key;
  }

  Key operator()(const NewMemberProposal&) const {
    const auto* proposal = std::get_if<Proposal>(&content_);
    const auto* add = proposal ? std::get_if<Add>(proposal) : nullptr;
    if (!add) return std::unexpected(CommitError::unexpected_content);
    return add->key_package.leaf_node.signature_key;
  }

  Key operator()(const NewMemberCommit&) const {
    const auto* commit = std::get_if<Commit>(&content_);
    if (!commit) return std::unexpected(CommitError::unexpected_content);
    if (!commit->path) return std::unexpected(CommitError::path_missing);
    return commit->path->leaf_node.signature_key;
  }

 private:
  const GroupContext& context_;
  const RatchetTree& tree_;
  const Content& content_;
};

// The proposals that wait, each to be referred to once: a reference is 33 bytes, and what it stands for may take two
// signatures to judge. Sorted, because a Commit may be nothing but references.
class WaitingOnce {
 public:
  explicit WaitingOnce(const std::vector<WaitingProposal>& waiting) : is_taken_(waiting.size()) {
    for (const WaitingProposal& each : waiting) sorted_.push_back(&each);
    std::ranges::sort(sorted_, {}, &WaitingProposal::ref);
  }

  std::expected<const WaitingProposal*, CommitError> take(const ProposalRef& ref) {
    const auto found = std::ranges::lower_bound(sorted_, ref, {}, &WaitingProposal::ref);
    if (found == sorted_.end() || (*found)->ref != ref) return std::unexpected(CommitError::proposal_not_found);
    const auto place = static_cast<std::size_t>(found - sorted_.begin());
    if (is_taken_[place]) return std::unexpected(CommitError::proposal_repeated);
    is_taken_[place] = true;
    return *found;
  }

 private:
  std::vector<const WaitingProposal*> sorted_;
  std::vector<bool> is_taken_;
};

}  // namespace

PublicGroup PublicGroup::create(const CipherSuite& suite, Bytes group_id, LeafNode creator, Extensions extensions) {
  RatchetTree tree{suite};
  tree.add(std::make_shared<const LeafNode>(std::move(creator)));
  GroupContext context{.cipher_suite = static_cast<std::uint16_t>(suite.id()),
                       .group_id = std::move(group_id),
                       .epoch = Epoch{0},
                       .tree_hash = tree.tree_hash(),
                       .confirmed_transcript_hash = {},
                       .extensions = std::move(extensions)};
  return {std::move(context), MemberIndex{std::move(tree)}};
}

void PublicGroup::set_initial_confirmation_tag(BytesView confirmation_tag) {
  assert(context_.epoch == Epoch{0} && interim_transcript_hash_.empty());
  set_interim_transcript_hash(confirmation_tag);
}

void PublicGroup::set_interim_transcript_hash(BytesView confirmation_tag) {
  interim_transcript_hash_ =
      mls::interim_transcript_hash(suite(), context_.confirmed_transcript_hash, confirmation_tag);
}

// Group, epoch, sender and signature: what makes it a message of this group.
std::expected<void, CommitError> PublicGroup::verify_message(const AuthenticatedContent& message) const {
  const FramedContent& content = message.content;
  if (content.group_id != context_.group_id) return std::unexpected(CommitError::wrong_group);
  if (content.epoch < context_.epoch) return std::unexpected(CommitError::stale_epoch);
  if (content.epoch > context_.epoch) return std::unexpected(CommitError::future_epoch);
  if (reinit_) return std::unexpected(CommitError::group_reinitialised);
  const auto key = std::visit(SignerLookup{context_, tree(), content.content}, content.sender);
  if (!key) return std::unexpected(key.error());
  if (!verify_framed_content_signature(message, context_, suite(), *key)) {
    return std::unexpected(CommitError::invalid_signature);
  }
  return {};
}

std::expected<ProposalRef, CommitError> PublicGroup::receive_proposal(const AuthenticatedContent& message) {
  const auto* proposal = std::get_if<Proposal>(&message.content.content);
  if (!proposal) return std::unexpected(CommitError::unexpected_content);
  if (const auto verdict = verify_message(message); !verdict) return std::unexpected(verdict.error());
  ProposalRef ref = make_proposal_ref(message, suite());
  if (std::ranges::find(waiting_, ref, &WaitingProposal::ref) != waiting_.end()) return ref;
  if (waiting_.size() == proposals_waiting_max) return std::unexpected(CommitError::too_many_proposals);
  waiting_.push_back({.ref = ref, .member = member_of(message.content.sender), .proposal = *proposal});
  return ref;
}

std::expected<void, CommitError> PublicGroup::verify_proposal(const Proposal& proposal, std::optional<LeafIndex> member,
                                                              const Judgement& judgement) const {
  return mls::verify_proposal({.proposal = &proposal, .member = member}, context_, *members_, judgement);
}

std::expected<ProposalList, CommitError> PublicGroup::resolve(std::span<const ProposalOrRef> proposals,
                                                              std::optional<LeafIndex> committer,
                                                              const Judgement& judgement) const {
  WaitingOnce waiting{waiting_};
  std::vector<SourcedProposal> sourced;
  sourced.reserve(proposals.size());
  for (const ProposalOrRef& item : proposals) {
    if (const auto* proposal = std::get_if<Proposal>(&item)) {
      sourced.push_back({.proposal = proposal, .member = committer});
      continue;
    }
    if (!committer) return std::unexpected(CommitError::reference_in_external_commit);
    const auto found = waiting.take(std::get<ProposalRef>(item));
    if (!found) return std::unexpected(found.error());
    sourced.push_back({.proposal = &(*found)->proposal, .member = (*found)->member});
  }
  const bool may_continue = judgement.continues_another_group && committer && epoch() == Epoch{0};
  return sort_proposals(sourced, committer, suite(), may_continue);
}

std::expected<StagedCommit, CommitError> PublicGroup::stage_commit(const AuthenticatedContent& message,
                                                                   const Judgement& judgement) const {
  const auto* commit = std::get_if<Commit>(&message.content.content);
  if (!commit) return std::unexpected(CommitError::unexpected_content);
  if (const auto verdict = verify_message(message); !verdict) return std::unexpected(verdict.error());

  const std::optional<LeafIndex> committer = member_of(message.content.sender);
  const auto proposals = resolve(commit->proposals, committer, judgement);
  if (!proposals) return std::unexpected(proposals.error());
  if (proposals->is_path_required && !commit->path) return std::unexpected(CommitError::path_missing);
  auto provisional = ProvisionalGroup::apply(*proposals, committer, context_, members_, judgement);
  if (!provisional) return std::unexpected(provisional.error());
  const auto verdict = commit->path ? provisional->merge_path(*commit->path, judgement) : provisional->verify_members();
  if (!verdict) return std::unexpected(verdict.error());
  return std::move(*provisional)
      .stage(interim_transcript_hash_, message.wire_format, message.content, message.auth.signature);
}

std::expected<ProvisionalGroup, CommitError> PublicGroup::apply_proposals(std::span<const ProposalOrRef> proposals,
                                                                          std::optional<LeafIndex> committer,
                                                                          const Judgement& judgement) const {
  if (reinit_) return std::unexpected(CommitError::group_reinitialised);
  if (committer && !tree().leaf(*committer)) return std::unexpected(CommitError::unknown_sender);
  const auto list = resolve(proposals, committer, judgement);
  if (!list) return std::unexpected(list.error());
  auto provisional = ProvisionalGroup::apply(*list, committer, context_, members_, judgement);
  if (!provisional) return provisional;
  if (const auto verdict = provisional->verify_members(); !verdict) return std::unexpected(verdict.error());
  return provisional;
}

void PublicGroup::merge(StagedCommit staged, BytesView confirmation_tag) {
  assert(staged.context.group_id == context_.group_id && staged.context.epoch.value == context_.epoch.value + 1);
  context_ = std::move(staged.context);
  members_.own().follow(staged.tree);
  waiting_.clear();
  reinit_ = std::move(staged.changes.reinit);
  set_interim_transcript_hash(confirmation_tag);
}

}  // namespace samband::mls
