// A group with the proposals of a Commit applied and its path not yet: where committer and receivers meet.
// Source: RFC 9420 §12.3 (applying), §12.4.1 (creating), §12.4.2 (processing), §7.5 (merging a path).
//
// A committer calls `begin_path` with fresh public keys, puts the parent hash it returns into its new leaf, signs the
// leaf and hands it to `finish_path`; encrypts path secrets to `path_targets()` under `context()`; signs the Commit,
// and calls `stage`. A receiver calls `merge_path`, then `stage`. A Commit without a path goes straight to `stage`.
#pragma once

#include "crypto/mls/public/proposal_list.h"
#include "crypto/mls/public/staged_commit.h"
#include "crypto/mls/tree/member_index.h"

namespace samband::mls {

// A node of the committer's filtered direct path, and the nodes its path secret is encrypted to: the resolution of
// `copath` less the leaves this Commit adds.
struct PathTarget {
  NodeIndex node;
  NodeIndex copath;
  std::vector<NodeIndex> recipients;
};

class ProvisionalGroup {
 public:
  // Applies `proposals` to a copy of the tree of `members`. Each leaf that enters is verified by itself;
  // `verify_members` or `merge_path` then judges them together. `committer` is a member, or nullopt for an external
  // Commit.
  [[nodiscard]] static std::expected<ProvisionalGroup, CommitError> apply(const ProposalList& proposals,
                                                                          std::optional<LeafIndex> committer,
                                                                          const GroupContext& context,
                                                                          const CopyOnWrite<MemberIndex>& members,
                                                                          const Judgement& judgement);

  [[nodiscard]] const CommitChanges& changes() const { return changes_; }
  [[nodiscard]] const RatchetTree& tree() const { return tree_; }
  [[nodiscard]] LeafIndex committer() const { return changes_.committer; }
  [[nodiscard]] bool is_path_required() const { return is_path_required_; }
  // From the leaf up. The same before and after the path is in.
  [[nodiscard]] std::vector<PathTarget> path_targets() const;

  // Keys and credential types of the leaves that entered, against all others (§7.3): for a Commit without a path.
  [[nodiscard]] std::expected<void, CommitError> verify_members() const;

  // For a receiver: judges the path and merges it. After a refusal this object is of no more use.
  [[nodiscard]] std::expected<void, CommitError> merge_path(const UpdatePath& path, const Judgement& judgement);

  // For the committer. `keys`: one for each path target. Returns the parent_hash of the leaf to come.
  [[nodiscard]] Bytes begin_path(std::span<const HPKEPublicKey> keys);
  // `leaf`: of source commit, signed.
  void finish_path(LeafNode leaf);

  // The provisional GroupContext: that of the new epoch, with the old confirmed transcript hash.
  [[nodiscard]] GroupContext context();

  // `commit` and `signature` as they were signed; `interim_transcript_hash` is that of the epoch that ends.
  [[nodiscard]] StagedCommit stage(BytesView interim_transcript_hash, WireFormat wire_format,
                                   const FramedContent& commit, BytesView signature) &&;

 private:
  ProvisionalGroup(const GroupContext& context, const CopyOnWrite<MemberIndex>& members, LeafRequirements requirements);
  [[nodiscard]] Step apply_updates(const ProposalList& proposals, const Judgement& judgement);
  [[nodiscard]] Step apply_removes(const ProposalList& proposals);
  [[nodiscard]] Step apply_adds(const ProposalList& proposals, const Judgement& judgement);
  [[nodiscard]] Step verify_extensions(const Judgement& judgement) const;
  [[nodiscard]] Step seat_joiner();
  [[nodiscard]] Step verify_path_leaf(const LeafNode& leaf, const Judgement& judgement) const;
  [[nodiscard]] Step verify_path_shape(const UpdatePath& path) const;
  [[nodiscard]] Step verify_members(const IncomingPath* path) const;
  [[nodiscard]] std::vector<LeafIndex> added_leaves() const;

  GroupContext context_;              // of the new epoch but for tree and transcript hash
  CopyOnWrite<MemberIndex> members_;  // of the epoch that ends
  RatchetTree tree_;
  LeafRequirements requirements_;  // of the new extensions
  CommitChanges changes_;
  LeafNodePtr committer_before_;
  bool is_path_required_ = false;
  bool has_path_ = false;
};

}  // namespace samband::mls
