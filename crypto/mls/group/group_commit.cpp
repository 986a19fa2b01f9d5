// A group's own Commits and those of others.
// Source: RFC 9420 §12.4.1, §12.4.2, §14.
#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"

namespace samband::mls {
namespace {

std::vector<ProposalOrRef> proposals_of(const CommitOptions& options) {
  std::vector<ProposalOrRef> proposals;
  proposals.reserve(options.references.size() + options.removes.size() + options.adds.size() + 1);
  for (const ProposalRef& reference : options.references) proposals.emplace_back(reference);
  if (options.group_context_extensions) {
    proposals.emplace_back(Proposal{GroupContextExtensions{*options.group_context_extensions}});
  }
  if (options.reinit) proposals.emplace_back(Proposal{*options.reinit});
  for (const PreSharedKeyID& psk : options.psks) proposals.emplace_back(Proposal{PreSharedKey{psk}});
  for (const LeafIndex removed : options.removes) proposals.emplace_back(Proposal{Remove{removed}});
  for (const KeyPackage& key_package : options.adds) proposals.emplace_back(Proposal{Add{key_package}});
  return proposals;
}

bool removes(const CommitChanges& changes, LeafIndex leaf) {
  return std::ranges::find(changes.removed, leaf, &RemovedLeaf::index) != changes.removed.end();
}

std::vector<LeafIndex> added_leaves(const CommitChanges& changes) {
  std::vector<LeafIndex> leaves;
  leaves.reserve(changes.added.size());
  for (const AddedLeaf& added : changes.added) leaves.push_back(added.index);
  return leaves;
}

}  // namespace

LeafIdentity Group::own_identity() const {
  const LeafNode& leaf = *public_.tree().leaf(own_leaf_);
  return {leaf.credential, leaf.capabilities, leaf.extensions};
}

std::expected<OutgoingCommit, CommitRefusal> Group::create_commit(const CommitOptions& options,
                                                                  const Services& services, RandomSource& random) {
  if (!is_member()) return std::unexpected(MemberError::removed);
  if (has_pending()) return std::unexpected(MemberError::commit_pending);
  const auto format = choose_format(options.wire_format);
  if (!format) return std::unexpected(format.error());
  if (options.authenticated_data.size() > authenticated_data_bytes_max) return std::unexpected(MessageError::too_large);
  CommitPlan plan{.sender = MemberSender{own_leaf_},
                  .proposals = proposals_of(options),
                  .force_path = options.force_path || options.new_identity.has_value(),
                  .identity = options.new_identity ? *options.new_identity : own_identity(),
                  .authenticated_data = options.authenticated_data,
                  .wire_format = *format};
  return commit(std::move(plan), options.padding_bytes, services, random);
}

// Makes the Commit and keeps it pending.
std::expected<OutgoingCommit, CommitRefusal> Group::commit(CommitPlan plan, std::size_t padding_bytes,
                                                           const Services& services, RandomSource& random) {
  const WireFormat format = plan.wire_format;
  auto made =
      make_commit(public_, std::move(plan), state_->secrets.init_secret.view(), *signature_key_, services, random);
  if (!made) return std::unexpected(to_commit_refusal(made.error()));
  auto message = send_handshake(made->content, padding_bytes, random);
  if (!message) return std::unexpected(message.error());

  OutgoingCommit outgoing{*made, *message, *signature_key_};
  PrivatePath path = state_->path.duplicate();
  if (made->path) path.install(made->targets, std::move(*made->path));
  path.forget_blanks(made->staged.tree);
  NextEpoch next{std::move(made->secrets), std::move(path), made->content.auth.confirmation_tag};
  pending_ = Pending{std::move(made->staged), std::move(next), std::move(*message), {}};
  if (format == WireFormat::mls_private_message) pending_->sealed = encode(made->content);
  return outgoing;
}

bool Group::is_pending(BytesView message) const {
  return pending_ && equal(pending_->message, message);
}

const StagedCommit& Group::pending() const {
  SAMBAND_CHECK(has_pending());
  return pending_->staged;
}

void Group::merge_pending() {
  SAMBAND_CHECK(has_pending());
  enter(std::move(pending_->staged), std::move(pending_->next));
}

// Assigning over the old state wipes it.
void Group::enter(StagedCommit staged, NextEpoch next) {
  public_.merge(std::move(staged), next.confirmation_tag);
  state_ = enter_epoch(public_.suite(), std::move(next.secrets), std::move(next.path), public_.tree().leaf_count());
  own_updates_.clear();
  disregarded_.clear();
  pending_.reset();
}

std::expected<SecretBytes, MemberError> Group::init_secret_for(const CommitChanges& changes) const {
  if (!changes.kem_output) return state_->secrets.init_secret.duplicate();
  const CipherSuite suite = public_.suite();
  const KeyPair external = derive_external_key_pair(suite, state_->secrets.external_secret.view());
  auto init_secret = suite.external_init_secret(external, *changes.kem_output);
  if (!init_secret) return std::unexpected(MemberError::invalid_external_init);
  return std::move(*init_secret);
}

// The private keys of this epoch, with that of an own Update where the Commit takes one up.
std::expected<PrivatePath, MemberError> Group::path_after_updates(const CommitChanges& changes) const {
  PrivatePath path = state_->path.duplicate();
  const auto own = std::ranges::find(changes.updated, own_leaf_, &UpdatedLeaf::index);
  if (own == changes.updated.end()) return path;
  const auto key = std::ranges::find(own_updates_, own->after->encryption_key, &KeyPair::public_key);
  if (key == own_updates_.end()) return std::unexpected(MemberError::update_key_missing);
  path.replace_leaf_key(key->private_key.duplicate());
  return path;
}

std::expected<NextEpoch, MemberError> Group::follow(const StagedCommit& staged, const Commit& commit,
                                                    const PreSharedKeySource& psks) const {
  const CipherSuite suite = public_.suite();
  auto path = path_after_updates(staged.changes);
  if (!path) return std::unexpected(path.error());
  SecretBytes commit_secret = zero_secret(suite);
  if (commit.path) {
    auto received = path->receive_path(staged.tree, staged.changes.committer, added_leaves(staged.changes),
                                       *commit.path, encode(staged.provisional_context));
    if (!received) return std::unexpected(to_member_error(received.error()));
    commit_secret = std::move(*received);
  }
  path->forget_blanks(staged.tree);

  const auto init_secret = init_secret_for(staged.changes);
  if (!init_secret) return std::unexpected(init_secret.error());
  const auto psk_secret = derive_psk_secret(suite, staged.changes.psks, ContinuationPsks{psks, nullptr});
  if (!psk_secret) return std::unexpected(MemberError::missing_psk);
  const Bytes group_context = encode(staged.context);
  const SecretBytes joiner_secret =
      derive_joiner_secret(suite, init_secret->view(), commit_secret.view(), group_context);
  EpochSecrets secrets = derive_epoch_secrets(suite, joiner_secret.view(), psk_secret->view(), group_context);
  MAC tag = compute_confirmation_tag(suite, secrets.confirmation_key.view(), staged.context.confirmed_transcript_hash);
  return NextEpoch{std::move(secrets), std::move(*path), std::move(tag)};
}

std::expected<ReceivedCommit, CommitRefusal> Group::stage_commit(BytesView message, const Services& services) const {
  const auto opened = open_handshake(message);
  if (!opened) return std::unexpected(opened.error());
  const AuthenticatedContent& content = opened->content;
  if (content.content.sender == Sender{MemberSender{own_leaf_}}) return std::unexpected(MemberError::own_commit);
  auto staged = public_.stage_commit(content, services.judgement());
  if (!staged) return std::unexpected(staged.error());
  // Who is removed gets no secret of the new epoch, so it can't check the confirmation tag.
  if (removes(staged->changes, own_leaf_)) return ReceivedCommit{std::move(*staged), std::nullopt};

  auto next = follow(*staged, std::get<Commit>(content.content.content), services.psks);
  if (!next) return std::unexpected(next.error());
  if (!equal_in_constant_time(next->confirmation_tag, content.auth.confirmation_tag)) {
    return std::unexpected(MemberError::confirmation_tag_mismatch);
  }
  return ReceivedCommit{std::move(*staged), std::move(*next)};
}

CommitOutcome Group::merge(ReceivedCommit commit) {
  SAMBAND_CHECK(is_member() && commit.staged_.context.epoch.value == epoch().value + 1);
  if (commit.next_) {
    enter(std::move(commit.staged_), std::move(*commit.next_));
    return CommitOutcome::entered_epoch;
  }
  state_.reset();
  own_updates_.clear();
  pending_.reset();
  return CommitOutcome::removed;
}

}  // namespace samband::mls
