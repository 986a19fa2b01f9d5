#include "crypto/mls/public/proposal_selection.h"

#include <algorithm>
#include <map>
#include <set>

namespace samband::mls {
namespace {

using Candidates = std::span<const WaitingProposal* const>;

template <class Kind>
const Kind* body_of(const WaitingProposal* waiting) {
  return std::get_if<Kind>(&waiting->proposal);
}

class Selection {
 public:
  Selection(Candidates candidates, LeafIndex committer, const GroupContext& context, const RatchetTree& tree)
      : candidates_{candidates}, committer_{committer}, context_{context}, tree_{tree} {}

  std::vector<ProposalRef> make() && {
    take_extensions();
    take_removes();
    take_psks();
    take_leaves();
    if (chosen_.empty()) take_newest<ReInit>();
    std::vector<ProposalRef> refs;
    for (const WaitingProposal* waiting : candidates_) {
      if (chosen_.contains(waiting)) refs.push_back(waiting->ref);
    }
    return refs;
  }

 private:
  template <class Kind>
  const Kind* take_newest() {
    const auto is_of_kind = [](const WaitingProposal* waiting) { return body_of<Kind>(waiting) != nullptr; };
    const auto newest = std::ranges::find_if(candidates_.rbegin(), candidates_.rend(), is_of_kind);
    if (newest == candidates_.rend()) return nullptr;
    chosen_.insert(*newest);
    return body_of<Kind>(*newest);
  }

  // The rest of the list is judged by the extensions it brings (§12.3).
  void take_extensions() {
    if (const auto* extensions = take_newest<GroupContextExtensions>()) context_.extensions = extensions->extensions;
  }

  void take_removes() {
    for (const WaitingProposal* waiting : candidates_) {
      const auto* remove = body_of<Remove>(waiting);
      if (!remove || remove->removed == committer_) continue;
      if (removed_.insert(remove->removed).second) chosen_.insert(waiting);
    }
  }

  void take_psks() {
    std::vector<const PreSharedKeyID*> taken;
    for (const WaitingProposal* waiting : candidates_) {
      const auto* psk = body_of<PreSharedKey>(waiting);
      if (!psk || taken.size() == psks_max) continue;
      if (std::ranges::any_of(taken, [&](const PreSharedKeyID* other) { return *other == psk->psk; })) continue;
      taken.push_back(&psk->psk);
      chosen_.insert(waiting);
    }
  }

  void take_leaves() {
    const auto group = leaf_requirements(context_, tree_.suite(), std::nullopt);
    if (!group) return;
    const std::map<LeafIndex, const WaitingProposal*> updates = newest_updates();
    note_keys_in_use(updates);
    for (const auto& [index, waiting] : updates) {
      if (!take_leaf(waiting, body_of<Update>(waiting)->leaf_node, *group)) {
        signature_keys_.insert(text_of(tree_.leaf(index)->signature_key));
      }
    }
    for (const WaitingProposal* waiting : candidates_) {
      if (const auto* add = body_of<Add>(waiting)) std::ignore = take_leaf(waiting, add->key_package.leaf_node, *group);
    }
  }

  [[nodiscard]] std::map<LeafIndex, const WaitingProposal*> newest_updates() const {
    std::map<LeafIndex, const WaitingProposal*> updates;
    for (const WaitingProposal* waiting : candidates_) {
      if (!body_of<Update>(waiting) || !waiting->member) continue;
      if (waiting->member == committer_ || removed_.contains(*waiting->member)) continue;
      updates.insert_or_assign(*waiting->member, waiting);
    }
    return updates;
  }

  void note_keys_in_use(const std::map<LeafIndex, const WaitingProposal*>& updates) {
    tree_.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
      if (removed_.contains(index)) return;
      encryption_keys_.insert(text_of(leaf.encryption_key));
      if (!updates.contains(index)) signature_keys_.insert(text_of(leaf.signature_key));
    });
    tree_.for_each_parent(
        [&](NodeIndex, const ParentNode& node) { encryption_keys_.insert(text_of(node.encryption_key)); });
  }

  [[nodiscard]] bool take_leaf(const WaitingProposal* waiting, const LeafNode& leaf, const LeafRequirements& group) {
    const std::string_view encryption_key = text_of(leaf.encryption_key);
    const std::string_view signature_key = text_of(leaf.signature_key);
    if (!verify_capabilities(leaf, group) || encryption_keys_.contains(encryption_key) ||
        signature_keys_.contains(signature_key)) {
      return false;
    }
    encryption_keys_.insert(encryption_key);
    signature_keys_.insert(signature_key);
    chosen_.insert(waiting);
    return true;
  }

  Candidates candidates_;
  LeafIndex committer_;
  GroupContext context_;  // with the extensions that will be in force
  const RatchetTree& tree_;
  std::set<const WaitingProposal*> chosen_;
  std::set<LeafIndex> removed_;
  std::set<std::string_view> encryption_keys_;
  std::set<std::string_view> signature_keys_;
};

}  // namespace

std::vector<ProposalRef> select_proposals(Candidates candidates, LeafIndex committer, const GroupContext& context,
                                          const RatchetTree& tree) {
  return Selection{candidates, committer, context, tree}.make();
}

}  // namespace samband::mls
