#include "crypto/mls/public/proposal_list.h"

#include <algorithm>
#include <utility>

namespace samband::mls {
namespace {

// Sorts one proposal after the other into the list; each overload knows the rules for its kind.
class Sorter {
 public:
  Sorter(std::optional<LeafIndex> committer, const CipherSuite& suite, bool may_continue)
      : committer_{committer}, suite_{suite}, may_continue_{may_continue} {}

  Step take(const SourcedProposal& sourced) {
    ++count_;
    list_.is_path_required |= path_required(proposal_type(*sourced.proposal));
    return std::visit([&](const auto& body) { return take(body, sourced.member); }, *sourced.proposal);
  }

  std::expected<ProposalList, CommitError> finish() && {
    if (list_.reinit && count_ > 1) return std::unexpected(CommitError::reinit_not_alone);
    if (!committer_ && !list_.kem_output) return std::unexpected(CommitError::external_init_missing);
    if (!committer_ && list_.removes.size() > 1) return std::unexpected(CommitError::not_for_external_commit);
    if (changes_a_leaf_twice()) return std::unexpected(CommitError::several_changes_to_one_leaf);
    return std::move(list_);
  }

 private:
  Step take(const Add& add, std::optional<LeafIndex>) {
    if (!committer_) return std::unexpected(CommitError::not_for_external_commit);
    list_.adds.push_back(&add.key_package);
    return {};
  }

  Step take(const Update& update, std::optional<LeafIndex> member) {
    if (!committer_) return std::unexpected(CommitError::not_for_external_commit);
    if (!member) return std::unexpected(CommitError::unknown_sender);
    if (member == committer_) return std::unexpected(CommitError::update_by_committer);
    list_.updates.push_back({.index = *member, .leaf = &update.leaf_node});
    return {};
  }

  Step take(const Remove& remove, std::optional<LeafIndex>) {
    if (remove.removed == committer_) return std::unexpected(CommitError::removes_committer);
    list_.removes.push_back(remove.removed);
    return {};
  }

  Step take(const PreSharedKey& proposal, std::optional<LeafIndex>) {
    const PreSharedKeyID& id = proposal.psk;
    if (id.psk_nonce.size() != suite_.hash_bytes()) return std::unexpected(CommitError::invalid_psk);
    if (is_continuation(id) && !std::exchange(may_continue_, false)) return std::unexpected(CommitError::invalid_psk);
    if (list_.psks.size() == psks_max) return std::unexpected(CommitError::invalid_psk);
    const bool is_duplicate =
        std::ranges::any_of(list_.psks, [&](const PreSharedKeyID* other) { return *other == id; });
    if (is_duplicate) return std::unexpected(CommitError::duplicate_psk);
    list_.psks.push_back(&id);
    return {};
  }

  Step take(const ReInit& reinit, std::optional<LeafIndex>) {
    if (!committer_) return std::unexpected(CommitError::not_for_external_commit);
    if (has_duplicate_type(reinit.extensions)) return std::unexpected(CommitError::malformed_extensions);
    list_.reinit = &reinit;
    return {};
  }

  Step take(const ExternalInit& external_init, std::optional<LeafIndex>) {
    if (committer_) return std::unexpected(CommitError::external_init_by_member);
    if (list_.kem_output) return std::unexpected(CommitError::external_init_missing);
    list_.kem_output = &external_init.kem_output;
    return {};
  }

  Step take(const GroupContextExtensions& proposal, std::optional<LeafIndex>) {
    if (!committer_) return std::unexpected(CommitError::not_for_external_commit);
    if (list_.group_context_extensions) return std::unexpected(CommitError::several_group_context_extensions);
    if (has_duplicate_type(proposal.extensions)) return std::unexpected(CommitError::malformed_extensions);
    list_.group_context_extensions = &proposal.extensions;
    return {};
  }

  [[nodiscard]] bool changes_a_leaf_twice() const {
    std::vector<LeafIndex> changed = list_.removes;
    for (const ProposedUpdate& update : list_.updates) changed.push_back(update.index);
    std::ranges::sort(changed);
    return std::ranges::adjacent_find(changed) != changed.end();
  }

  std::optional<LeafIndex> committer_;
  const CipherSuite& suite_;
  bool may_continue_;  // until a PSK has
  std::size_t count_ = 0;
  ProposalList list_;
};

}  // namespace

std::expected<ProposalList, CommitError> sort_proposals(std::span<const SourcedProposal> proposals,
                                                        std::optional<LeafIndex> committer, const CipherSuite& suite,
                                                        bool may_continue) {
  Sorter sorter{committer, suite, may_continue};
  for (const SourcedProposal& proposal : proposals) {
    if (const Step step = sorter.take(proposal); !step) return std::unexpected(step.error());
  }
  auto list = std::move(sorter).finish();
  if (list) list->is_path_required |= proposals.empty();
  return list;
}

}  // namespace samband::mls
