#include "crypto/mls/public/provisional_group.h"

#include <algorithm>
#include <cassert>

#include "crypto/mls/public/transcript_hash.h"

namespace samband::mls {
ProvisionalGroup::ProvisionalGroup(const GroupContext& context, const CopyOnWrite<MemberIndex>& members,
                                   LeafRequirements requirements)
    : context_{context}, members_{members}, tree_{members->tree()}, requirements_{std::move(requirements)} {}

std::expected<ProvisionalGroup, CommitError> ProvisionalGroup::apply(const ProposalList& proposals,
                                                                     std::optional<LeafIndex> committer,
                                                                     const GroupContext& context,
                                                                     const CopyOnWrite<MemberIndex>& members,
                                                                     const Judgement& judgement) {
  const RatchetTree& tree = members->tree();
  GroupContext next = context;
  ++next.epoch.value;
  if (proposals.reinit && proposals.reinit->version < context.version) {
    return std::unexpected(CommitError::reinit_version_older);
  }
  if (proposals.group_context_extensions) next.extensions = *proposals.group_context_extensions;
  auto requirements = leaf_requirements(next, tree.suite(), judgement.now);
  if (!requirements) return std::unexpected(CommitError::malformed_extensions);

  ProvisionalGroup out{next, members, std::move(*requirements)};
  out.is_path_required_ = proposals.is_path_required;
  out.changes_.is_external = !committer;
  out.changes_.committer = committer.value_or(LeafIndex{});
  if (committer) out.committer_before_ = tree.shared_leaf(*committer);
  if (proposals.group_context_extensions) out.changes_.group_context_extensions = next.extensions;
  for (const PreSharedKeyID* psk : proposals.psks) out.changes_.psks.push_back(*psk);
  if (proposals.kem_output) out.changes_.kem_output = *proposals.kem_output;
  if (proposals.reinit) out.changes_.reinit = *proposals.reinit;

  if (const Step step = out.apply_updates(proposals, judgement); !step) return std::unexpected(step.error());
  if (const Step step = out.apply_removes(proposals); !step) return std::unexpected(step.error());
  if (const Step step = out.apply_adds(proposals, judgement); !step) return std::unexpected(step.error());
  if (const Step step = out.verify_extensions(judgement); !step) return std::unexpected(step.error());
  if (const Step step = out.seat_joiner(); !step) return std::unexpected(step.error());
  return out;
}

Step ProvisionalGroup::apply_updates(const ProposalList& proposals, const Judgement& judgement) {
  for (const ProposedUpdate& update : proposals.updates) {
    LeafNodePtr before = tree_.shared_leaf(update.index);
    assert(before);  // the sender of a proposal of this epoch is a member
    const Step valid = verify_update(*before, update.index, *update.leaf, requirements_, judgement.authentication);
    if (!valid) return valid;
    auto after = std::make_shared<const LeafNode>(*update.leaf);
    tree_.update(update.index, after);
    changes_.updated.push_back({.index = update.index, .before = std::move(before), .after = std::move(after)});
  }
  return {};
}

Step ProvisionalGroup::apply_removes(const ProposalList& proposals) {
  for (const LeafIndex index : proposals.removes) {
    LeafNodePtr before = tree_.shared_leaf(index);
    if (!before) return std::unexpected(CommitError::removed_leaf_blank);
    changes_.removed.push_back({.index = index, .before = std::move(before)});
    tree_.remove(index);
  }
  return {};
}

Step ProvisionalGroup::apply_adds(const ProposalList& proposals, const Judgement& judgement) {
  if (proposals.adds.size() > leaves_max - tree_.member_count()) return std::unexpected(CommitError::group_full);
  const auto alone = judge_all(judgement.workforce, proposals.adds.size(), [&](std::size_t i) {
    return verify_key_package_alone(*proposals.adds[i], requirements_);
  });
  if (!alone) return to_step(alone);
  changes_.added.reserve(proposals.adds.size());
  for (const KeyPackage* key_package : proposals.adds) {
    const Step valid = to_step(verify_credential(key_package->leaf_node, judgement.authentication));
    if (!valid) return valid;
    const auto index = tree_.add(std::make_shared<const LeafNode>(key_package->leaf_node));
    assert(index);  // there is room for all
    changes_.added.push_back({.index = *index, .key_package = *key_package});
  }
  return {};
}

// New extensions must be understood by all who stay; the committer's new leaf is judged with its path (§12.1.7, §13.4).
Step ProvisionalGroup::verify_extensions(const Judgement& judgement) const {
  if (!changes_.group_context_extensions) return {};
  return verify_group_extensions(context_.extensions, tree_, requirements_, changes_.committer,
                                 judgement.authentication);
}

Step ProvisionalGroup::seat_joiner() {
  if (!changes_.is_external) return {};
  changes_.committer = tree_.next_free_leaf();
  if (changes_.committer.value >= leaves_max) return std::unexpected(CommitError::group_full);
  tree_.extend_to(changes_.committer);
  return {};
}

std::vector<LeafIndex> ProvisionalGroup::added_leaves() const {
  std::vector<LeafIndex> out;
  out.reserve(changes_.added.size());
  for (const AddedLeaf& added : changes_.added) out.push_back(added.index);
  return out;
}

std::vector<PathTarget> ProvisionalGroup::path_targets() const {
  const std::vector<LeafIndex> added = added_leaves();
  std::vector<PathTarget> out;
  for (const PathStep& step : tree_.filtered_direct_path(committer())) {
    out.push_back({.node = step.node, .copath = step.copath, .recipients = tree_.resolution(step.copath, added)});
  }
  return out;
}

Step ProvisionalGroup::verify_members() const {
  return verify_members(nullptr);
}

Step ProvisionalGroup::verify_members(const IncomingPath* path) const {
  return to_step(members_->verify_next(tree_, path));
}

Step ProvisionalGroup::verify_path_leaf(const LeafNode& leaf, const Judgement& judgement) const {
  if (leaf.leaf_node_source() != LeafNodeSource::commit) return std::unexpected(CommitError::leaf_wrong_source);
  const Step valid = to_step(verify_leaf_node(leaf, committer(), requirements_, judgement.authentication));
  if (!valid) return valid;
  if (committer_before_) return verify_successor(*committer_before_, leaf, judgement.authentication);
  // Who rejoins removes what it was (§12.2): the only Remove an external Commit may have.
  if (!changes_.removed.empty()) {
    return verify_successor(*changes_.removed.front().before, leaf, judgement.authentication);
  }
  return {};
}

Step ProvisionalGroup::verify_path_shape(const UpdatePath& path) const {
  const std::vector<PathStep> steps = tree_.filtered_direct_path(committer());
  if (path.nodes.size() != steps.size()) return std::unexpected(CommitError::path_wrong_length);
  const std::vector<LeafIndex> added = added_leaves();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!tree_.resolves_to(path.nodes[i].encrypted_path_secret.size(), steps[i].copath, added)) {
      return std::unexpected(CommitError::path_wrong_recipients);
    }
    if (!tree_.suite().is_valid_kem_public_key(path.nodes[i].encryption_key)) {
      return std::unexpected(CommitError::path_invalid_key);
    }
  }
  return {};
}

Step ProvisionalGroup::merge_path(const UpdatePath& path, const Judgement& judgement) {
  if (const Step step = verify_path_shape(path); !step) return step;
  if (const Step step = verify_path_leaf(path.leaf_node, judgement); !step) return step;
  std::vector<HPKEPublicKey> keys;
  IncomingPath incoming{.index = committer(), .leaf = path.leaf_node, .node_keys = {}};
  for (const UpdatePathNode& node : path.nodes) {
    keys.push_back(node.encryption_key);
    incoming.node_keys.push_back(node.encryption_key);
  }
  if (const Step step = verify_members(&incoming); !step) return step;
  if (begin_path(keys) != std::get<CommitSource>(path.leaf_node.source).parent_hash) {
    return std::unexpected(CommitError::path_parent_hash_mismatch);
  }
  finish_path(path.leaf_node);
  return {};
}

Bytes ProvisionalGroup::begin_path(std::span<const HPKEPublicKey> keys) {
  return tree_.set_path(committer(), keys);
}

void ProvisionalGroup::finish_path(LeafNode leaf) {
  tree_.set_leaf(committer(), std::make_shared<const LeafNode>(std::move(leaf)));
  has_path_ = true;
}

GroupContext ProvisionalGroup::context() {
  context_.tree_hash = tree_.tree_hash();
  return context_;
}

StagedCommit ProvisionalGroup::stage(BytesView interim_transcript_hash, WireFormat wire_format,
                                     const FramedContent& commit, BytesView signature) && {
  GroupContext provisional = context();
  GroupContext next = provisional;
  next.confirmed_transcript_hash =
      tree_.suite().hash({interim_transcript_hash, confirmed_transcript_hash_input(wire_format, commit, signature)});
  LeafNodePtr committer_after = tree_.shared_leaf(committer());
  return {.changes = std::move(changes_),
          .committer_before = std::move(committer_before_),
          .committer_after = std::move(committer_after),
          .has_path = has_path_,
          .authenticated_data = commit.authenticated_data,
          .tree = std::move(tree_),
          .provisional_context = std::move(provisional),
          .context = std::move(next)};
}

}  // namespace samband::mls
