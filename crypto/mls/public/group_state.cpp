// Where a PublicGroup comes from when it is not created: from a member's GroupInfo, and from storage.
#include <algorithm>

#include "crypto/mls/public/public_group.h"

namespace samband::mls {
namespace {

// Stored forms begin with one of these numbers. Never renumber.
constexpr std::uint16_t storage_version = 1;
constexpr std::uint16_t storage_version_reinitialised = 2;  // the same, and at its end the ReInit

// Nobody could encrypt to another: a joiner would be a member that can't commit.
bool are_parent_keys_valid(const RatchetTree& tree) {
  bool all_valid = true;
  tree.for_each_parent([&](NodeIndex, const ParentNode& node) {
    all_valid = all_valid && tree.suite().is_valid_kem_public_key(node.encryption_key);
  });
  return all_valid;
}

std::expected<void, GroupError> verify_leaves(const GroupContext& context, const RatchetTree& tree,
                                              const AuthenticationService& authentication, const Workforce& workforce,
                                              std::uint64_t lifetime_max) {
  auto requirements = leaf_requirements(context, tree.suite(), std::nullopt);
  if (!requirements) return std::unexpected(GroupError::malformed_extensions);
  requirements->lifetime_max = lifetime_max;
  std::vector<LeafIndex> members;
  members.reserve(tree.member_count());
  tree.for_each_leaf([&](LeafIndex index, const LeafNode&) { members.push_back(index); });
  const auto alone = judge_all(workforce, members.size(), [&](std::size_t i) {
    return verify_leaf_alone(*tree.leaf(members[i]), members[i], *requirements);
  });
  const bool all_valid = alone && std::ranges::all_of(members, [&](LeafIndex index) {
                           return verify_credential(*tree.leaf(index), authentication).has_value();
                         });
  if (!all_valid) return std::unexpected(GroupError::invalid_leaf);
  return {};
}

}  // namespace

std::expected<void, GroupError> verify_group_senders(const Extensions& extensions,
                                                     const AuthenticationService& authentication) {
  const auto verdict = verify_external_senders(extensions, authentication);
  if (verdict) return {};
  return std::unexpected(verdict.error() == CommitError::malformed_extensions ? GroupError::malformed_extensions
                                                                              : GroupError::invalid_external_sender);
}

std::expected<PublicGroup, GroupError> PublicGroup::from_group_info(const GroupInfo& info, const RatchetTreeNodes& tree,
                                                                    const AuthenticationService& authentication,
                                                                    const Workforce& workforce,
                                                                    std::uint64_t lifetime_max) {
  const auto suite = CipherSuite::of(info.group_context.cipher_suite);
  if (!suite) return std::unexpected(GroupError::unsupported_suite);
  RatchetTree ratchet_tree{*suite, tree};
  if (ratchet_tree.leaf_count() == 0 || ratchet_tree.tree_hash() != info.group_context.tree_hash) {
    return std::unexpected(GroupError::tree_hash_mismatch);
  }
  const LeafNode* signer = ratchet_tree.leaf(info.signer);
  if (!signer) return std::unexpected(GroupError::unknown_signer);
  if (!verify_group_info_signature(info, *suite, signer->signature_key)) {
    return std::unexpected(GroupError::invalid_signature);
  }
  if (!ratchet_tree.verify_integrity() || !are_parent_keys_valid(ratchet_tree)) {
    return std::unexpected(GroupError::invalid_tree);
  }
  MemberIndex members{std::move(ratchet_tree)};
  if (!members.verify()) return std::unexpected(GroupError::invalid_leaf);
  const auto leaves = verify_leaves(info.group_context, members.tree(), authentication, workforce, lifetime_max);
  if (!leaves) return std::unexpected(leaves.error());
  const auto senders = verify_group_senders(info.group_context.extensions, authentication);
  if (!senders) return std::unexpected(senders.error());
  PublicGroup out{info.group_context, std::move(members)};
  out.set_interim_transcript_hash(info.confirmation_tag);
  return out;
}

Bytes PublicGroup::encode() const {
  Writer out;
  out.u16(reinit_ ? storage_version_reinitialised : storage_version);
  write(out, context_);
  out.bytes(interim_transcript_hash_);
  write_ratchet_tree(out, tree().nodes());
  write_vector(out, waiting_);
  if (reinit_) write(out, *reinit_);
  return out.take();
}

std::expected<PublicGroup, ParseError> PublicGroup::parse(BytesView stored) {
  Reader in{stored};
  const std::uint16_t version = in.u16();
  if (version != storage_version && version != storage_version_reinitialised) in.fail(ParseError::unknown_value);
  GroupContext context = read_group_context(in);
  Bytes interim_transcript_hash = in.bytes_owned(hash_bytes_max);
  const RatchetTreeNodes nodes = read_ratchet_tree(in);
  auto waiting = read_vector<WaitingProposal>(in, proposals_waiting_max, read_waiting_proposal);
  std::optional<ReInit> reinit;
  if (version == storage_version_reinitialised) reinit = read_reinit(in);
  const auto suite = CipherSuite::of(context.cipher_suite);
  if (!suite) in.fail(ParseError::unknown_value);
  if (const auto error = in.finish()) return std::unexpected(*error);

  return restore(std::move(context), std::move(interim_transcript_hash), RatchetTree{*suite, nodes}, std::move(waiting),
                 std::move(reinit));
}

std::expected<PublicGroup, ParseError> PublicGroup::restore(GroupContext context, Bytes interim_transcript_hash,
                                                            RatchetTree tree, std::vector<WaitingProposal> waiting,
                                                            std::optional<ReInit> reinit) {
  const bool members_wait = std::ranges::all_of(
      waiting, [&](const WaitingProposal& proposal) { return !proposal.member || tree.leaf(*proposal.member); });
  if (!members_wait || tree.leaf_count() == 0 || tree.tree_hash() != context.tree_hash) {
    return std::unexpected(ParseError::malformed);
  }
  PublicGroup out{std::move(context), MemberIndex{std::move(tree)}};
  out.interim_transcript_hash_ = std::move(interim_transcript_hash);
  out.waiting_ = std::move(waiting);
  out.reinit_ = std::move(reinit);
  return out;
}

}  // namespace samband::mls
