// Proposals that a member makes and receives, and those it would commit.
// Source: RFC 9420 §12.1, §12.4.
#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"
#include "crypto/mls/public/proposal_selection.h"

namespace samband::mls {

std::expected<OutgoingProposal, CommitRefusal> Group::propose(const ProposedChange& change,
                                                              const ProposalOptions& options, const Services& services,
                                                              RandomSource& random) {
  if (!is_member()) return std::unexpected(MemberError::removed);
  return send_proposal(std::visit([](const auto& body) -> Proposal { return body; }, change), options, services,
                       random);
}

std::expected<OutgoingProposal, CommitRefusal> Group::propose_update(const std::optional<LeafIdentity>& new_identity,
                                                                     const ProposalOptions& options,
                                                                     const Services& services, RandomSource& random) {
  if (!is_member()) return std::unexpected(MemberError::removed);
  const CipherSuite suite = public_.suite();
  KeyPair encryption_key = suite.generate_kem_key_pair(random);
  LeafNode leaf = make_own_leaf(new_identity ? *new_identity : own_identity(), encryption_key.public_key,
                                signature_key_->public_key, UpdateSource{});
  sign_leaf_node(leaf, suite, signature_key_->private_key.view(), context().group_id, own_leaf_);
  auto sent = send_proposal(Update{std::move(leaf)}, options, services, random);
  if (sent) own_updates_.push_back(std::move(encryption_key));
  return sent;
}

std::expected<OutgoingProposal, CommitRefusal> Group::send_proposal(Proposal proposal, const ProposalOptions& options,
                                                                    const Services& services, RandomSource& random) {
  if (public_.reinit()) return std::unexpected(CommitError::group_reinitialised);
  const auto format = choose_format(options.wire_format);
  if (!format) return std::unexpected(format.error());
  if (options.authenticated_data.size() > authenticated_data_bytes_max) return std::unexpected(MessageError::too_large);
  if (public_.waiting_proposals().size() == proposals_waiting_max) {
    return std::unexpected(CommitError::too_many_proposals);
  }
  // What the others would refuse is better refused here.
  const auto verdict = public_.verify_proposal(proposal, own_leaf_, services.judgement());
  if (!verdict) return std::unexpected(verdict.error());

  const AuthenticatedContent content = sign_own(std::move(proposal), options.authenticated_data, *format);
  auto message = send_handshake(content, options.padding_bytes, random);
  if (!message) return std::unexpected(message.error());
  auto ref = public_.receive_proposal(content);
  SAMBAND_CHECK(ref.has_value());  // there was room, and it was signed by this leaf for this epoch
  return OutgoingProposal{std::move(*message), std::move(*ref)};
}

std::expected<ReceivedProposal, CommitRefusal> Group::receive_proposal(BytesView message, const Services& services) {
  const auto opened = open_handshake(message);
  if (!opened) return std::unexpected(opened.error());
  const FramedContent& content = opened->content.content;
  const std::size_t waiting_before = public_.waiting_proposals().size();
  auto ref = public_.receive_proposal(opened->content);
  // A proposal there is no room for was authentic all the same, and its key is used up.
  const bool is_authentic = ref || ref.error() == CommitError::too_many_proposals;
  if (opened->generation && is_authentic) {
    state_->tree.consume(std::get<MemberSender>(content.sender).leaf_index, RatchetKind::handshake,
                         *opened->generation);
  }
  if (!ref) return std::unexpected(ref.error());

  const auto& proposal = std::get<Proposal>(content.content);
  const auto verdict = public_.verify_proposal(proposal, member_of(content.sender), services.judgement());
  const bool is_new = public_.waiting_proposals().size() > waiting_before;
  if (is_new && !verdict) disregarded_.insert(*ref);
  return ReceivedProposal{std::move(*ref), content.sender, proposal, content.authenticated_data,
                          verdict ? std::nullopt : std::optional{verdict.error()}};
}

bool Group::waits(const ProposalRef& ref) const {
  const auto& waiting = public_.waiting_proposals();
  return std::ranges::find(waiting, ref, &WaitingProposal::ref) != waiting.end();
}

void Group::disregard_proposal(const ProposalRef& ref) {
  if (waits(ref)) disregarded_.insert(ref);
}

std::vector<ProposalRef> Group::proposals_to_commit() const {
  if (!is_member()) return {};
  std::vector<const WaitingProposal*> candidates;
  for (const WaitingProposal& waiting : public_.waiting_proposals()) {
    if (!disregarded_.contains(waiting.ref)) candidates.push_back(&waiting);
  }
  return select_proposals(candidates, own_leaf_, context(), public_.tree());
}

}  // namespace samband::mls
