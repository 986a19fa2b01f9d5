// A peer that breaks the rules and knows everybody's signature keys: it draws proposals as a script says, and signs
// anew what a change has broken, so that what is refused is refused for what it says and not for its signature.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "crypto/mls/forgery/mutations.h"
#include "crypto/mls/public/public_group.h"

namespace samband::mls::forgery {

// Signature key pairs by their public key.
class Keyring {
 public:
  void add(const KeyPair& pair) { pairs_.insert_or_assign(pair.public_key, pair.duplicate()); }
  // nullptr for a key that is nobody's.
  [[nodiscard]] const KeyPair* find(const SignaturePublicKey& key) const;

 private:
  std::map<SignaturePublicKey, KeyPair> pairs_;
};

// What proposals are made of.
struct Material {
  Keyring keys;
  std::vector<KeyPackage> key_packages;  // of devices inside the group and outside
  std::vector<PreSharedKeyID> psks;
  KeyPair external_sender;  // in the keyring too
};

class Forger {
 public:
  // Both outlive it.
  Forger(const Material& material, RandomSource& random) : material_{material}, random_{random} {}

  [[nodiscard]] Proposal draw_proposal(const PublicGroup& group, Script& script);
  [[nodiscard]] Proposal draw_external_init(const PublicGroup& group);
  // By value, and by reference to those that wait; sometimes a reference to nothing.
  [[nodiscard]] std::vector<ProposalOrRef> draw_proposals(const PublicGroup& group, Script& script);
  [[nodiscard]] Extensions draw_extensions(Script& script);
  // A Commit's path as its sender makes it, with ciphertexts that nobody can open. `leaf`: what enters with it, before
  // it is signed. nullopt when the group refuses the proposals.
  [[nodiscard]] std::optional<UpdatePath> make_path(const PublicGroup& group, std::span<const ProposalOrRef> proposals,
                                                    std::optional<LeafIndex> committer, LeafNode leaf,
                                                    const Judgement& judgement);

  // --- repairs; what is signed with a key that nobody holds stays as it is

  // Leaves and KeyPackages of the proposals by value, and the leaf of the path with a parent hash that fits its nodes.
  void repair(Commit& commit, const PublicGroup& group, std::optional<LeafIndex> committer, const Judgement& judgement);
  void repair(Proposal& proposal, const PublicGroup& group, LeafIndex sender);
  void sign(LeafNode& leaf, const PublicGroup& group, LeafIndex index) const;
  void sign(KeyPackage& key_package) const;
  void sign(GroupInfo& info, const PublicGroup& group) const;
  // Signed by whoever `content` says it is from. The confirmation tag is left empty.
  [[nodiscard]] AuthenticatedContent sign(FramedContent content, const PublicGroup& group,
                                          WireFormat format = WireFormat::mls_public_message) const;

 private:
  [[nodiscard]] const KeyPair* signer_of(const FramedContent& content, const PublicGroup& group) const;
  void fit_parent_hash(Commit& commit, const PublicGroup& group, std::optional<LeafIndex> committer,
                       const Judgement& judgement);

  const Material& material_;
  RandomSource& random_;
};

}  // namespace samband::mls::forgery
