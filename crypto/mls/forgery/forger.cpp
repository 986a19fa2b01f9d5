#include "crypto/mls/forgery/forger.h"

#include <algorithm>

namespace samband::mls::forgery {
namespace {

constexpr std::size_t proposals_drawn_max = 4;

// Of any leaf, blank ones and the first behind the tree included.
LeafIndex draw_leaf(const PublicGroup& group, Script& script) {
  return LeafIndex{static_cast<std::uint32_t>(script.below(group.tree().leaf_count() + 1))};
}

std::optional<LeafIndex> path_leaf_index(const PublicGroup& group, std::span<const ProposalOrRef> proposals,
                                         std::optional<LeafIndex> committer, const Judgement& judgement) {
  if (committer) return committer;
  const auto provisional = group.apply_proposals(proposals, std::nullopt, judgement);
  if (!provisional) return std::nullopt;
  return provisional->committer();
}

}  // namespace

const KeyPair* Keyring::find(const SignaturePublicKey& key) const {
  const auto found = pairs_.find(key);
  return found == pairs_.end() ? nullptr : &found->second;
}

Extensions Forger::draw_extensions(Script& script) {
  Extensions out;
  if (script.flip()) {
    RequiredCapabilities required;
    if (script.flip()) required.extension_types.push_back(static_cast<ExtensionType>(draw_code_point(script)));
    if (script.flip()) required.proposal_types.push_back(static_cast<ProposalType>(draw_code_point(script)));
    if (script.flip()) required.credential_types.push_back(CredentialType::basic);
    out.push_back({ExtensionType::required_capabilities, encode(required)});
  }
  if (script.flip()) {
    const ExternalSender sender{material_.external_sender.public_key, BasicCredential{{'x'}}};
    out.push_back({ExtensionType::external_senders, encode_external_senders({sender})});
  }
  if (script.flip()) out.push_back({static_cast<ExtensionType>(draw_code_point(script)), script.bytes(8)});
  drop_repeated_types(out);
  return out;
}

Proposal Forger::draw_proposal(const PublicGroup& group, Script& script) {
  const LeafIndex index = draw_leaf(group, script);
  switch (script.below(8)) {
    case 0:
    case 1: return Add{material_.key_packages[script.below(material_.key_packages.size())]};
    case 2: {
      const LeafNode* before = group.tree().leaf(index);
      LeafNode leaf = before != nullptr ? *before : material_.key_packages.front().leaf_node;
      leaf.encryption_key = group.suite().generate_kem_key_pair(random_).public_key;
      leaf.source = UpdateSource{};
      sign(leaf, group, index);
      return Update{std::move(leaf)};
    }
    case 3: return Remove{index};
    case 4: return PreSharedKey{material_.psks[script.below(material_.psks.size())]};
    case 5: return GroupContextExtensions{draw_extensions(script)};
    case 6: return draw_external_init(group);
    default:
      return ReInit{.group_id = script.bytes(8),
                    .version = ProtocolVersion::mls10,
                    .cipher_suite = static_cast<std::uint16_t>(1 + script.below(8)),
                    .extensions = draw_extensions(script)};
  }
}

Proposal Forger::draw_external_init(const PublicGroup& group) {
  return ExternalInit{group.suite().generate_kem_key_pair(random_).public_key};
}

std::vector<ProposalOrRef> Forger::draw_proposals(const PublicGroup& group, Script& script) {
  std::vector<ProposalOrRef> proposals;
  for (std::size_t count = script.below(proposals_drawn_max + 1); count > 0; --count) {
    const auto& waiting = group.waiting_proposals();
    if (!waiting.empty() && script.flip()) {
      proposals.emplace_back(waiting[script.below(waiting.size())].ref);
    } else if (script.rarely(16)) {
      proposals.emplace_back(ProposalRef(group.suite().hash_bytes(), script.u8()));
    } else {
      proposals.emplace_back(draw_proposal(group, script));
    }
  }
  return proposals;
}

std::optional<UpdatePath> Forger::make_path(const PublicGroup& group, std::span<const ProposalOrRef> proposals,
                                            std::optional<LeafIndex> committer, LeafNode leaf,
                                            const Judgement& judgement) {
  auto provisional = group.apply_proposals(proposals, committer, judgement);
  if (!provisional) return std::nullopt;
  UpdatePath path;
  std::vector<HPKEPublicKey> keys;
  for (const PathTarget& target : provisional->path_targets()) {
    keys.push_back(group.suite().generate_kem_key_pair(random_).public_key);
    path.nodes.push_back({keys.back(), std::vector<HPKECiphertext>(target.recipients.size())});
  }
  leaf.encryption_key = group.suite().generate_kem_key_pair(random_).public_key;
  leaf.source = CommitSource{provisional->begin_path(keys)};
  path.leaf_node = std::move(leaf);
  sign(path.leaf_node, group, provisional->committer());
  return path;
}

void Forger::sign(LeafNode& leaf, const PublicGroup& group, LeafIndex index) const {
  const KeyPair* key = material_.keys.find(leaf.signature_key);
  if (key == nullptr) return;
  sign_leaf_node(leaf, group.suite(), key->private_key.view(), group.context().group_id, index);
}

void Forger::sign(KeyPackage& key_package) const {
  const KeyPair* key = material_.keys.find(key_package.leaf_node.signature_key);
  const auto suite = CipherSuite::of(samband_suite);
  if (key == nullptr) return;
  sign_leaf_node(key_package.leaf_node, *suite, key->private_key.view(), {}, LeafIndex{});
  sign_key_package(key_package, *suite, key->private_key.view());
}

void Forger::sign(GroupInfo& info, const PublicGroup& group) const {
  const LeafNode* signer = group.tree().leaf(info.signer);
  const KeyPair* key = signer != nullptr ? material_.keys.find(signer->signature_key) : nullptr;
  if (key != nullptr) sign_group_info(info, group.suite(), key->private_key.view());
}

void Forger::repair(Proposal& proposal, const PublicGroup& group, LeafIndex sender) {
  if (auto* add = std::get_if<Add>(&proposal)) sign(add->key_package);
  if (auto* update = std::get_if<Update>(&proposal)) sign(update->leaf_node, group, sender);
}

void Forger::repair(Commit& commit, const PublicGroup& group, std::optional<LeafIndex> committer,
                    const Judgement& judgement) {
  for (ProposalOrRef& item : commit.proposals) {
    if (auto* proposal = std::get_if<Proposal>(&item)) repair(*proposal, group, committer.value_or(LeafIndex{}));
  }
  if (!commit.path) return;
  fit_parent_hash(commit, group, committer, judgement);
  if (const auto index = path_leaf_index(group, commit.proposals, committer, judgement)) {
    sign(commit.path->leaf_node, group, *index);
  }
}

void Forger::fit_parent_hash(Commit& commit, const PublicGroup& group, std::optional<LeafIndex> committer,
                             const Judgement& judgement) {
  auto* source = std::get_if<CommitSource>(&commit.path->leaf_node.source);
  auto provisional = group.apply_proposals(commit.proposals, committer, judgement);
  if (source == nullptr || !provisional || provisional->path_targets().size() != commit.path->nodes.size()) return;
  std::vector<HPKEPublicKey> keys;
  for (const UpdatePathNode& node : commit.path->nodes) keys.push_back(node.encryption_key);
  source->parent_hash = provisional->begin_path(keys);
}

const KeyPair* Forger::signer_of(const FramedContent& content, const PublicGroup& group) const {
  if (const auto* member = std::get_if<MemberSender>(&content.sender)) {
    const LeafNode* leaf = group.tree().leaf(member->leaf_index);
    return leaf != nullptr ? material_.keys.find(leaf->signature_key) : nullptr;
  }
  if (std::holds_alternative<ExternalSenderIndex>(content.sender)) return &material_.external_sender;
  const auto* commit = std::get_if<Commit>(&content.content);
  if (commit != nullptr && commit->path) return material_.keys.find(commit->path->leaf_node.signature_key);
  const auto* proposal = std::get_if<Proposal>(&content.content);
  const auto* add = proposal != nullptr ? std::get_if<Add>(proposal) : nullptr;
  return add != nullptr ? material_.keys.find(add->key_package.leaf_node.signature_key) : nullptr;
}

AuthenticatedContent Forger::sign(FramedContent content, const PublicGroup& group, WireFormat format) const {
  AuthenticatedContent out{format, std::move(content), {}};
  if (const KeyPair* key = signer_of(out.content, group)) {
    out.auth.signature =
        sign_framed_content(out.wire_format, out.content, group.context(), group.suite(), key->private_key.view());
  }
  return out;
}

}  // namespace samband::mls::forgery
