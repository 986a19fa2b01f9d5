#include "crypto/mls/group/commit_maker.h"

namespace samband::mls {
namespace {

struct MadePath {
  UpdatePath update;
  FreshPath fresh;
  std::vector<PathTarget> targets;
};

std::expected<LeafNode, CommitFault> make_own_leaf(ProvisionalGroup& provisional, const LeafIdentity& identity,
                                                   const FreshPath& fresh, const KeyPair& signature_key,
                                                   const Services& services) {
  const CipherSuite suite = provisional.tree().suite();
  LeafNode leaf = make_own_leaf(identity, fresh.leaf_key.public_key, signature_key.public_key,
                                CommitSource{provisional.begin_path(fresh.public_keys())});
  const auto requirements = leaf_requirements(provisional.context(), suite, services.now);
  if (!requirements) return std::unexpected(CommitError::malformed_extensions);
  sign_leaf_node(leaf, suite, signature_key.private_key.view(), requirements->group_id, provisional.committer());
  // What the others would refuse is better refused here.
  const auto verdict = verify_leaf_node(leaf, provisional.committer(), *requirements, services.authentication);
  if (!verdict) return std::unexpected(to_commit_error(verdict.error()));
  return leaf;
}

std::expected<MadePath, CommitFault> make_path(ProvisionalGroup& provisional, const LeafIdentity& identity,
                                               const KeyPair& signature_key, const Services& services,
                                               RandomSource& random) {
  std::vector<PathTarget> targets = provisional.path_targets();
  FreshPath fresh = generate_path(provisional.tree().suite(), targets.size(), random);
  auto leaf = make_own_leaf(provisional, identity, fresh, signature_key, services);
  if (!leaf) return std::unexpected(leaf.error());
  provisional.finish_path(*leaf);
  auto nodes = encrypt_path(provisional.tree(), targets, fresh, encode(provisional.context()), random);
  if (!nodes) return std::unexpected(MemberError::unusable_key);
  return MadePath{{std::move(*leaf), std::move(*nodes)}, std::move(fresh), std::move(targets)};
}

}  // namespace

std::expected<MadeCommit, CommitFault> make_commit(const PublicGroup& group, CommitPlan plan, BytesView init_secret,
                                                   const KeyPair& signature_key, const Services& services,
                                                   RandomSource& random) {
  const CipherSuite suite = group.suite();
  Judgement judgement = services.judgement();
  judgement.continues_another_group = plan.continues != nullptr;
  auto provisional = group.apply_proposals(plan.proposals, member_of(plan.sender), judgement);
  if (!provisional) return std::unexpected(provisional.error());

  std::optional<MadePath> path;
  if (plan.force_path || provisional->is_path_required()) {
    auto made = make_path(*provisional, plan.identity, signature_key, services, random);
    if (!made) return std::unexpected(made.error());
    path = std::move(*made);
  }
  auto psk_secret =
      derive_psk_secret(suite, provisional->changes().psks, ContinuationPsks{services.psks, plan.continues});
  if (!psk_secret) return std::unexpected(MemberError::missing_psk);

  Commit commit{std::move(plan.proposals), std::nullopt};
  if (path) commit.path = std::move(path->update);
  AuthenticatedContent content{
      .wire_format = plan.wire_format,
      .content = {group.context().group_id, group.epoch(), plan.sender, std::move(plan.authenticated_data),
                  std::move(commit)},
      .auth = {},
  };
  content.auth.signature = sign_framed_content(content.wire_format, content.content, group.context(), suite,
                                               signature_key.private_key.view());
  StagedCommit staged =
      std::move(*provisional)
          .stage(group.interim_transcript_hash(), content.wire_format, content.content, content.auth.signature);

  const Bytes group_context = encode(staged.context);
  const SecretBytes commit_secret = path ? std::move(path->fresh.commit_secret) : zero_secret(suite);
  SecretBytes joiner_secret = derive_joiner_secret(suite, init_secret, commit_secret.view(), group_context);
  EpochSecrets secrets = derive_epoch_secrets(suite, joiner_secret.view(), psk_secret->view(), group_context);
  content.auth.confirmation_tag =
      compute_confirmation_tag(suite, secrets.confirmation_key.view(), staged.context.confirmed_transcript_hash);

  MadeCommit made{.content = std::move(content),
                  .staged = std::move(staged),
                  .targets = {},
                  .path = std::nullopt,
                  .joiner_secret = std::move(joiner_secret),
                  .psk_secret = std::move(*psk_secret),
                  .secrets = std::move(secrets)};
  if (path) {
    made.targets = std::move(path->targets);
    made.path = std::move(path->fresh);
  }
  return made;
}

}  // namespace samband::mls
