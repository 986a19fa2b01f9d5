// A live group and the server that follows it from outside, while somebody inside or outside breaks the rules.
// What must hold, whatever happens: who refuses is as before; what cannot be followed from outside is refused by every
// member, for the same reason; who accepts the same message is in the same state; what an honest member makes is
// accepted by all.
#pragma once

#include "crypto/mls/forgery/cast.h"
#include "crypto/mls/group/commit_maker.h"

namespace samband::mls::forgery {

// How far forged messages came.
struct Tally {
  std::size_t commits = 0;
  std::size_t commits_signed = 0;   // not refused for their signature
  std::size_t commits_valid = 0;    // for the server
  std::size_t commits_entered = 0;  // by a member at least
  std::size_t proposals = 0;
  std::size_t proposals_accepted = 0;
  std::size_t private_messages = 0;
  std::size_t private_messages_accepted = 0;
  std::size_t welcomes = 0;
  std::size_t welcomes_accepted = 0;
};

class Scene {
 public:
  // Both outlive it.
  Scene(const Cast& cast, const Opening& opening, Tally& tally);

  // One thing happens.
  void act(Script& script);
  // Those who are left understand each other, and come back from their stores as they were.
  void finish();

 private:
  struct Member {
    const Device* device;
    Group group;
    StoredGroup store;
  };
  using Members = std::vector<std::unique_ptr<Member>>;
  // What a Commit is to those who accept it: nullopt for a pending one of their own.
  using Staged = std::vector<std::pair<Member*, std::optional<ReceivedCommit>>>;
  struct Said {
    Bytes message;
    bool is_forged;
  };

  // --- keeping to the rules
  void commit(Script& script);
  void speak(Script& script);
  void propose(Script& script);
  void join_from_outside(Script& script);
  void continue_group(Script& script);
  void restart(Member& member);

  // --- breaking them
  void forge_commit(Script& script);
  void forge_external_commit(Script& script);
  void forge_proposal(Script& script);
  void forge_private_message(Script& script);
  void forge_welcome(Script& script);
  void repeat(Script& script);

  // --- what forged Commits are made of
  [[nodiscard]] std::vector<ProposalOrRef> draw_bad_proposals(std::optional<LeafIndex> committer, Script& script);
  void send_forged(MadeCommit made, BytesView init_secret, const Member& sender, Script& script);
  void set_confirmation_tag(AuthenticatedContent& content, const MadeCommit& made, BytesView init_secret) const;
  [[nodiscard]] WireFormat draw_format(Script& script) const;
  // With the tag or under the keys of `sender`, whoever the content says it is from.
  [[nodiscard]] Bytes encode_forged(const AuthenticatedContent& content, const Member& sender, Script& script) const;
  [[nodiscard]] Bytes seal_forged(const AuthenticatedContent& content, const Member& sender, Script& script) const;

  // --- messages on their way
  enum class Expected : std::uint8_t { anything, acceptance, refusal };
  void deliver(BytesView message, Expected expected);
  void deliver_commit(BytesView message, Expected expected);
  void enter(Staged accepted);
  // `maker` has kept it when it made it.
  void deliver_proposal(BytesView message, Expected expected, const Member* maker = nullptr);
  void deliver_private(BytesView message, const Member* sender, Expected expected);
  void welcome(const Cast::Outsider& joiner, BytesView message, const std::optional<RatchetTreeNodes>& tree,
               Expected expected);
  void seat(const Device& device, Group group);

  // --- members
  [[nodiscard]] Member& draw_member(Script& script) { return *members_[script.below(members_.size())]; }
  [[nodiscard]] bool is_member(const Device& device) const;
  [[nodiscard]] SecretBytes state_of(const Member& member) const;
  void expect_unchanged(Member& member, const SecretBytes& before) const;
  void expect_agreement() const;
  void forget(const Member& member);

  const Cast& cast_;
  Tally& tally_;
  SeededRandom random_{play_seed};
  Forger forger_;
  PublicGroup server_;  // where messages are private, a member's, which it can't follow by itself
  HandshakeFormat format_;
  Members members_;
  std::vector<Said> said_;  // Commits and proposals so far
  // Forged ones that were taken for good. One may be an Update in the name of a leaf that does not have its key.
  std::vector<ProposalRef> forged_proposals_;
};

}  // namespace samband::mls::forgery
