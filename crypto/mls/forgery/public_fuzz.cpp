// A group as a server follows it, and Commits, proposals and GroupInfos that somebody signs who breaks the rules. What
// is refused leaves the group as it was; what is accepted leads to a group that a joiner accepts too.
#include "crypto/mls/forgery/cast.h"

namespace {

using namespace samband;
using namespace samband::mls;
using namespace samband::mls::forgery;
using fuzzing::expect;

constexpr int acts_max = 12;
constexpr std::size_t mutations_max = 3;

class Server {
 public:
  Server(const Cast& cast, PublicGroup group)
      : cast_{cast}, forger_{cast.material, random_}, group_{std::move(group)} {}

  void act(Script& script) {
    switch (script.below(8)) {
      case 0: return propose(script);
      case 1: return show_group_info(script);
      case 2: return restart();
      case 3: return commit(NewMemberCommit{}, std::nullopt, script);
      default: {
        const LeafIndex leaf{static_cast<std::uint32_t>(script.below(group_.tree().leaf_count()))};
        return commit(MemberSender{leaf}, leaf, script);
      }
    }
  }

 private:
  void commit(const Sender& sender, std::optional<LeafIndex> committer, Script& script) {
    Commit commit{forger_.draw_proposals(group_, script), std::nullopt};
    if (!committer) commit.proposals.emplace_back(forger_.draw_external_init(group_));
    if (!committer || script.flip()) {
      const LeafNode* own = committer ? group_.tree().leaf(*committer) : nullptr;
      const auto& stranger = cast_.material.key_packages[script.below(cast_.material.key_packages.size())];
      commit.path = forger_.make_path(group_, commit.proposals, committer, own != nullptr ? *own : stranger.leaf_node,
                                      cast_.judgement());
    }
    FramedContent content{group_.context().group_id, group_.epoch(), sender, script.bytes(2), std::move(commit)};
    for (std::size_t count = script.below(mutations_max + 1); count > 0; --count) mutate(content, script);
    auto* changed = std::get_if<Commit>(&content.content);
    const bool is_readable = changed != nullptr && parse_commit(encode(*changed)).has_value();
    if (is_readable && !script.rarely(8)) forger_.repair(*changed, group_, committer, cast_.judgement());
    receive(forger_.sign(std::move(content), group_));
  }

  void propose(Script& script) {
    FramedContent content{group_.context().group_id, group_.epoch(),
                          MemberSender{LeafIndex{static_cast<std::uint32_t>(script.below(group_.tree().leaf_count()))}},
                          script.bytes(2), forger_.draw_proposal(group_, script)};
    if (script.rarely(4)) content.sender = ExternalSenderIndex{0};
    if (script.rarely(4)) content.sender = NewMemberProposal{};
    for (std::size_t count = script.below(mutations_max + 1); count > 0; --count) mutate(content, script);
    receive(forger_.sign(std::move(content), group_));
  }

  // Through its encoding, as it would arrive.
  void receive(AuthenticatedContent content) {
    if (std::holds_alternative<Commit>(content.content.content)) content.auth.confirmation_tag = tag_;
    const auto read = parse_authenticated_content(encode(content));
    if (!read) return;
    const Bytes before = group_.encode();
    if (!std::holds_alternative<Commit>(read->content.content)) {
      if (!group_.receive_proposal(*read)) expect(group_.encode() == before);
      return;
    }
    auto staged = group_.stage_commit(*read, cast_.judgement());
    expect(group_.encode() == before);
    if (!staged) return;
    group_.merge(std::move(*staged), tag_);
    expect_sound();
  }

  // The state that following led to is one that a joiner accepts from a member, hashes and all.
  void expect_sound() {
    std::optional<LeafIndex> signer;
    group_.tree().for_each_leaf([&](LeafIndex index, const LeafNode& leaf) {
      if (cast_.material.keys.find(leaf.signature_key) != nullptr) signer = index;
    });
    if (!signer) return;
    GroupInfo info{group_.context(), {}, tag_, *signer, {}};
    forger_.sign(info, group_);
    const auto joined = PublicGroup::from_group_info(info, group_.tree().nodes(), cast_.services().authentication);
    // A GroupInfo does not tell that the group is over.
    expect(joined && (group_.reinit() || joined->encode() == group_.encode()));
    restart();
  }

  void restart() {
    const Bytes stored = group_.encode();
    auto parsed = PublicGroup::parse(stored);
    expect(parsed && parsed->encode() == stored);
    group_ = std::move(*parsed);
  }

  void show_group_info(Script& script) {
    GroupInfo info{group_.context(), {}, tag_, LeafIndex{0}, {}};
    RatchetTreeNodes tree = group_.tree().nodes();
    if (script.flip()) mutate(tree, script);
    if (script.flip()) mutate(info, script);
    const auto nodes = parse_ratchet_tree(encode_ratchet_tree(tree));
    if (!nodes) return;
    // Somebody who makes up a whole group gets the hash of its tree right.
    if (!script.rarely(4)) info.group_context.tree_hash = RatchetTree{group_.suite(), *nodes}.tree_hash();
    forger_.sign(info, group_);
    const auto read = parse_group_info(encode(info));
    if (!read) return;
    auto joined = PublicGroup::from_group_info(*read, *nodes, cast_.services().authentication);
    if (!joined) return;
    group_ = std::move(*joined);
    tag_ = read->confirmation_tag;
    expect_sound();
  }

  const Cast& cast_;
  SeededRandom random_{play_seed};
  Forger forger_;
  PublicGroup group_;
  MAC tag_ = Bytes(32, 7);  // of the present epoch; which one does not matter to the server
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Cast cast;
  Script script{{data, size}};
  Server server{cast, cast.openings[script.below(cast.openings.size())].group};
  for (int acts = 0; acts < acts_max && !script.at_end(); ++acts) server.act(script);
  return 0;
}
