#include "crypto/mls/public/proposal_validation.h"

#include <algorithm>

namespace samband::mls {
namespace {

// The rules of §12.1 by kind of proposal.
class Judge {
 public:
  Judge(std::optional<LeafIndex> member, const GroupContext& context, const MemberIndex& members,
        const Judgement& judgement)
      : member_{member}, context_{context}, members_{members}, tree_{members.tree()}, judgement_{judgement} {}

  Step operator()(const Add& add) const {
    const auto group = leaf_requirements(context_, tree_.suite(), judgement_.now);
    if (!group) return std::unexpected(CommitError::malformed_extensions);
    const Step valid = to_step(verify_key_package(add.key_package, *group, judgement_.authentication));
    if (!valid) return valid;
    return to_step(members_.verify_credential_types(add.key_package.leaf_node, tree_.next_free_leaf()));
  }

  Step operator()(const Update& update) const {
    const LeafNode* before = member_ ? tree_.leaf(*member_) : nullptr;
    if (!before) return std::unexpected(CommitError::unknown_sender);
    const auto group = leaf_requirements(context_, tree_.suite(), judgement_.now);
    if (!group) return std::unexpected(CommitError::malformed_extensions);
    const Step valid = verify_update(*before, *member_, update.leaf_node, *group, judgement_.authentication);
    if (!valid) return valid;
    return to_step(members_.verify_credential_types(update.leaf_node, *member_));
  }

  Step operator()(const Remove& remove) const {
    if (!tree_.leaf(remove.removed)) return std::unexpected(CommitError::removed_leaf_blank);
    return {};
  }

  Step operator()(const PreSharedKey& proposal) const { return verify_psk(proposal.psk, tree_.suite()); }

  Step operator()(const ReInit& reinit) const {
    if (has_duplicate_type(reinit.extensions)) return std::unexpected(CommitError::malformed_extensions);
    if (reinit.version < context_.version) return std::unexpected(CommitError::reinit_version_older);
    return {};
  }

  Step operator()(const ExternalInit&) const { return std::unexpected(CommitError::external_init_by_member); }

  Step operator()(const GroupContextExtensions& proposal) const {
    if (has_duplicate_type(proposal.extensions)) return std::unexpected(CommitError::malformed_extensions);
    GroupContext next = context_;
    next.extensions = proposal.extensions;
    const auto group = leaf_requirements(next, tree_.suite(), judgement_.now);
    if (!group) return std::unexpected(CommitError::malformed_extensions);
    return verify_group_extensions(proposal.extensions, tree_, *group, std::nullopt, judgement_.authentication);
  }

 private:
  std::optional<LeafIndex> member_;
  const GroupContext& context_;
  const MemberIndex& members_;
  const RatchetTree& tree_;
  const Judgement& judgement_;
};

}  // namespace

Step verify_proposal(const SourcedProposal& sourced, const GroupContext& context, const MemberIndex& members,
                     const Judgement& judgement) {
  return std::visit(Judge{sourced.member, context, members, judgement}, *sourced.proposal);
}

Step verify_successor(const LeafNode& before, const LeafNode& after, const AuthenticationService& authentication) {
  if (after.encryption_key == before.encryption_key) return std::unexpected(CommitError::leaf_encryption_key_reused);
  if (!authentication.is_successor(before.credential, after.credential)) {
    return std::unexpected(CommitError::leaf_invalid_successor);
  }
  return {};
}

Step verify_update(const LeafNode& before, LeafIndex index, const LeafNode& after, const LeafRequirements& group,
                   const AuthenticationService& authentication) {
  if (after.leaf_node_source() != LeafNodeSource::update) return std::unexpected(CommitError::leaf_wrong_source);
  if (const Step valid = to_step(verify_leaf_node(after, index, group, authentication)); !valid) return valid;
  return verify_successor(before, after, authentication);
}

Step verify_psk(const PreSharedKeyID& id, const CipherSuite& suite) {
  const auto* resumption = std::get_if<ResumptionPSK>(&id.psk);
  const bool is_for_another_use = resumption && resumption->usage != ResumptionPSKUsage::application;
  if (is_for_another_use || id.psk_nonce.size() != suite.hash_bytes()) return std::unexpected(CommitError::invalid_psk);
  return {};
}

Step verify_external_senders(const Extensions& extensions, const AuthenticationService& authentication) {
  const Extension* extension = find_extension(extensions, ExtensionType::external_senders);
  if (!extension) return {};
  const auto senders = parse_external_senders(extension->extension_data);
  if (!senders) return std::unexpected(CommitError::malformed_extensions);
  const bool all_valid = std::ranges::all_of(*senders, [&](const ExternalSender& sender) {
    return authentication.validates(sender.credential, sender.signature_key);
  });
  if (!all_valid) return std::unexpected(CommitError::invalid_external_sender);
  return {};
}

Step verify_group_extensions(const Extensions& extensions, const RatchetTree& tree, const LeafRequirements& group,
                             std::optional<LeafIndex> except, const AuthenticationService& authentication) {
  Step verdict;
  tree.for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
    if (verdict && index != except) verdict = to_step(verify_capabilities(leaf, group));
  });
  if (!verdict) return verdict;
  return verify_external_senders(extensions, authentication);
}

}  // namespace samband::mls
