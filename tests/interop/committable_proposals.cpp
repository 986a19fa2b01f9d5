#include "tests/interop/committable_proposals.h"

#include <map>

namespace samband::interop {
namespace {

// The leaf that a Remove or an Update changes.
std::optional<mls::LeafIndex> changed_leaf(const mls::WaitingProposal& waiting) {
  if (const auto* remove = std::get_if<mls::Remove>(&waiting.proposal)) return remove->removed;
  if (std::holds_alternative<mls::Update>(waiting.proposal)) return waiting.member;
  return std::nullopt;
}

// The proposal that decides about each leaf.
std::map<mls::LeafIndex, const mls::WaitingProposal*> deciding(const std::vector<mls::WaitingProposal>& waiting) {
  std::map<mls::LeafIndex, const mls::WaitingProposal*> out;
  for (const mls::WaitingProposal& next : waiting) {
    const auto leaf = changed_leaf(next);
    if (!leaf) continue;
    const mls::WaitingProposal*& decides = out[*leaf];
    if (decides == nullptr || std::holds_alternative<mls::Update>(decides->proposal)) decides = &next;
  }
  return out;
}

}  // namespace

std::vector<mls::ProposalRef> committable_proposals(const mls::PublicGroup& group, mls::LeafIndex committer) {
  const auto decides = deciding(group.waiting_proposals());
  std::vector<mls::ProposalRef> references;
  for (const mls::WaitingProposal& waiting : group.waiting_proposals()) {
    const auto leaf = changed_leaf(waiting);
    if (leaf && (*leaf == committer || decides.at(*leaf) != &waiting)) continue;
    references.push_back(waiting.ref);
  }
  return references;
}

}  // namespace samband::interop
