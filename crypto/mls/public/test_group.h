// A group of devices for tests, and the Commits they make, honest or not. Included by tests only.
#pragma once

#include <functional>
#include <map>

#include "crypto/mls/public/public_group.h"
#include "crypto/mls/tree/test_leaves.h"

namespace samband::mls {

// Whose leaves they are, in groups of these tests.
inline constexpr LeafIndex anna{0};
inline constexpr LeafIndex bjorn{1};
inline constexpr LeafIndex cecilie{2};

}  // namespace samband::mls

namespace samband::mls::testing {

struct Device {
  std::string name;
  KeyPair signature;
};

class TestGroup {
 public:
  // `members` devices with the names "a", "b", …, at leaves 0, 1, …
  explicit TestGroup(std::size_t members = 4, Extensions extensions = {})
      : group{found(Bytes{'g', 'r', 'o', 'u', 'p'}, std::move(extensions))} {
    std::vector<ProposalOrRef> adds;
    for (std::size_t i = 1; i < members; ++i) adds.push_back(add(std::string(1, static_cast<char>('a' + i))));
    if (!adds.empty()) accept(LeafIndex{0}, path_commit(LeafIndex{0}, adds));
  }

  const Device& device(const std::string& name) {
    const auto found = devices_.find(name);
    if (found != devices_.end()) return found->second;
    return devices_.emplace(name, Device{name, suite().generate_signature_key_pair(random)}).first->second;
  }
  const Device& device_at(LeafIndex index) { return device(name_at(index)); }

  std::string name_at(LeafIndex index) const {
    return std::string{text_of(std::get<BasicCredential>(group.tree().leaf(index)->credential).identity)};
  }

  // --- leaves and proposals
  LeafNode key_package_leaf(const std::string& name) {
    return unsigned_leaf(name, device(name).signature, suite().generate_kem_key_pair(random));
  }
  KeyPackage sign(LeafNode leaf, const Device& by) {
    sign_leaf_node(leaf, suite(), by.signature.private_key.view(), {}, LeafIndex{});
    KeyPackage out{.cipher_suite = static_cast<std::uint16_t>(suite().id()),
                   .init_key = suite().generate_kem_key_pair(random).public_key,
                   .leaf_node = std::move(leaf),
                   .extensions = {},
                   .signature = {}};
    sign_key_package(out, suite(), by.signature.private_key.view());
    return out;
  }
  KeyPackage key_package(const std::string& name) { return sign(key_package_leaf(name), device(name)); }
  ProposalOrRef add(const std::string& name) { return Proposal{Add{key_package(name)}}; }
  static ProposalOrRef remove(std::uint32_t leaf) { return Proposal{Remove{LeafIndex{leaf}}}; }
  static ProposalOrRef extensions(Extensions extensions) {
    return Proposal{GroupContextExtensions{std::move(extensions)}};
  }
  static ProposalOrRef external_init() { return Proposal{ExternalInit{Bytes(32)}}; }
  static PreSharedKeyID psk_id(std::uint8_t name) {
    return {.psk = ExternalPSK{Bytes{name}}, .psk_nonce = Bytes(suite().hash_bytes())};
  }

  LeafNode signed_leaf(LeafNode leaf, const Device& by, LeafIndex index) {
    sign_leaf_node(leaf, suite(), by.signature.private_key.view(), group.context().group_id, index);
    return leaf;
  }
  // An Update of the device at `index`, changed by `change` before it is signed.
  LeafNode updated_leaf(LeafIndex index, const std::function<void(LeafNode&)>& change = {}) {
    LeafNode leaf = *group.tree().leaf(index);
    leaf.encryption_key = suite().generate_kem_key_pair(random).public_key;
    leaf.source = UpdateSource{};
    if (change) change(leaf);
    return signed_leaf(std::move(leaf), device_at(index), index);
  }
  // Sent as a message of its own, received by the group, and referred to.
  ProposalOrRef by_reference(LeafIndex sender, Proposal proposal) {
    return group.receive_proposal(message(MemberSender{sender}, std::move(proposal))).value();
  }

  // --- Commits
  static Commit plain_commit(std::vector<ProposalOrRef> proposals) {
    return {.proposals = std::move(proposals), .path = std::nullopt};
  }
  // With an honest path of the member at `committer`; `change` works on its leaf before it is signed.
  Commit path_commit(LeafIndex committer, std::vector<ProposalOrRef> proposals = {},
                     const std::function<void(LeafNode&)>& change = {}) {
    auto provisional = group.apply_proposals(proposals, committer, judgement()).value();
    UpdatePath path = make_path(provisional, *group.tree().leaf(committer), device_at(committer), change);
    return {.proposals = std::move(proposals), .path = std::move(path)};
  }
  // Joins as the device `name` from outside.
  Commit external_commit(const std::string& name, std::vector<ProposalOrRef> proposals,
                         const std::function<void(LeafNode&)>& change = {}) {
    auto provisional = group.apply_proposals(proposals, std::nullopt, judgement()).value();
    UpdatePath path = make_path(provisional, key_package_leaf(name), device(name), change);
    return {.proposals = std::move(proposals), .path = std::move(path)};
  }

  // --- messages
  FramedContent framed(Sender sender, Content content) const {
    return {.group_id = group.context().group_id,
            .epoch = group.epoch(),
            .sender = sender,
            .authenticated_data = {'a', 'd'},
            .content = std::move(content)};
  }
  AuthenticatedContent sign(FramedContent content, const Device& by) const {
    AuthenticatedContent out{.wire_format = WireFormat::mls_public_message, .content = std::move(content), .auth = {}};
    out.auth.signature =
        sign_framed_content(out.wire_format, out.content, group.context(), suite(), by.signature.private_key.view());
    if (content_type(out.content.content) == ContentType::commit) out.auth.confirmation_tag = Bytes(32, 7);
    return out;
  }
  AuthenticatedContent message(MemberSender sender, Content content) {
    return sign(framed(sender, std::move(content)), device_at(sender.leaf_index));
  }

  std::expected<StagedCommit, CommitError> stage(LeafIndex committer, Commit commit) {
    return group.stage_commit(message(MemberSender{committer}, std::move(commit)), judgement());
  }
  std::expected<StagedCommit, CommitError> stage_external(const std::string& name, Commit commit) {
    return group.stage_commit(sign(framed(NewMemberCommit{}, std::move(commit)), device(name)), judgement());
  }
  // Why the group refuses a Commit; nullopt when it does not.
  std::optional<CommitError> refusal(LeafIndex committer, Commit commit) {
    return error_of(stage(committer, std::move(commit)));
  }
  std::optional<CommitError> external_refusal(const std::string& name, Commit commit) {
    return error_of(stage_external(name, std::move(commit)));
  }
  // Throws if the group refuses.
  void accept(LeafIndex committer, Commit commit) {
    group.merge(stage(committer, std::move(commit)).value(), Bytes(32, 7));
  }

  GroupInfo group_info(LeafIndex signer) {
    GroupInfo info{.group_context = group.context(),
                   .extensions = {},
                   .confirmation_tag = Bytes(32, 7),
                   .signer = signer,
                   .signature = {}};
    sign_group_info(info, suite(), device_at(signer).signature.private_key.view());
    return info;
  }

  [[nodiscard]] Judgement judgement() const { return {.authentication = authentication, .now = now}; }

  SeededRandom random{1};
  NamedCredentials authentication;
  std::optional<WallTime> now = WallTime{1'000'000};

 private:
  PublicGroup found(Bytes group_id, Extensions extensions) {
    const KeyPackage creator = key_package("a");
    auto out = PublicGroup::create(suite(), std::move(group_id), creator.leaf_node, std::move(extensions));
    out.set_initial_confirmation_tag(Bytes(32, 7));
    return out;
  }

  UpdatePath make_path(ProvisionalGroup& provisional, LeafNode leaf, const Device& by,
                       const std::function<void(LeafNode&)>& change) {
    UpdatePath path;
    std::vector<HPKEPublicKey> keys;
    for (const PathTarget& target : provisional.path_targets()) {
      keys.push_back(suite().generate_kem_key_pair(random).public_key);
      path.nodes.push_back({.encryption_key = keys.back(),
                            .encrypted_path_secret = std::vector<HPKECiphertext>(target.recipients.size())});
    }
    leaf.encryption_key = suite().generate_kem_key_pair(random).public_key;
    leaf.source = CommitSource{provisional.begin_path(keys)};
    if (change) change(leaf);
    sign_leaf_node(leaf, suite(), by.signature.private_key.view(), provisional.context().group_id,
                   provisional.committer());
    path.leaf_node = std::move(leaf);
    return path;
  }

  std::map<std::string, Device> devices_;

 public:
  PublicGroup group;  // last, because founding it draws on all of the above
};

}  // namespace samband::mls::testing
