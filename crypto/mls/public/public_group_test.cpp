#include "crypto/mls/public/public_group.h"

#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

class PublicGroupTest : public ::testing::Test {
 protected:
  std::expected<PublicGroup, GroupError> joined(const GroupInfo& info, const RatchetTreeNodes& tree) {
    return PublicGroup::from_group_info(info, tree, g.authentication);
  }
  // A GroupInfo that says of `tree` what its signer would have to say.
  GroupInfo info_for(const RatchetTreeNodes& tree) {
    GroupInfo info = g.group_info(anna);
    info.group_context.tree_hash = RatchetTree{testing::suite(), tree}.tree_hash();
    sign_group_info(info, testing::suite(), g.device_at(anna).signature.private_key.view());
    return info;
  }

  TestGroup g;
};

// --- following Commits

TEST_F(PublicGroupTest, TellsWhatACommitChanges) {
  const ProposalOrRef update = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  const Extensions extensions{{ExtensionType::application_id, {1}}};
  const std::vector<ProposalOrRef> proposals{g.add("new"), TestGroup::remove(2), update,
                                             TestGroup::extensions(extensions),
                                             Proposal{PreSharedKey{TestGroup::psk_id(3)}}};
  const auto staged = g.stage(anna, g.path_commit(anna, proposals));
  ASSERT_TRUE(staged);
  const CommitChanges& changes = staged->changes;
  EXPECT_EQ(changes.committer, anna);
  EXPECT_FALSE(changes.is_external);
  ASSERT_EQ(changes.updated.size(), 1U);
  EXPECT_EQ(changes.updated[0].before.get(), g.group.tree().leaf(bjorn));
  EXPECT_EQ(changes.updated[0].after.get(), staged->tree.leaf(bjorn));
  ASSERT_EQ(changes.removed.size(), 1U);
  EXPECT_EQ(changes.removed[0].index, LeafIndex{2});
  ASSERT_EQ(changes.added.size(), 1U);
  EXPECT_EQ(changes.added[0].index, LeafIndex{2});  // the leaf that was just freed
  EXPECT_EQ(changes.added[0].key_package.leaf_node, *staged->tree.leaf(LeafIndex{2}));
  EXPECT_EQ(changes.group_context_extensions, extensions);
  EXPECT_EQ(changes.psks, std::vector{TestGroup::psk_id(3)});
  EXPECT_EQ(staged->authenticated_data, (Bytes{'a', 'd'}));
  EXPECT_NE(staged->committer_before, staged->committer_after);
}

TEST_F(PublicGroupTest, EntersTheNextEpochWithTheNewTreeAndTranscript) {
  const GroupContext before = g.group.context();
  const Bytes interim = copy_of(g.group.interim_transcript_hash());
  auto staged = g.stage(anna, g.path_commit(anna));
  ASSERT_TRUE(staged);
  EXPECT_EQ(g.group.context(), before);
  EXPECT_EQ(staged->provisional_context.confirmed_transcript_hash, before.confirmed_transcript_hash);
  EXPECT_EQ(staged->provisional_context.tree_hash, staged->context.tree_hash);
  const GroupContext next = staged->context;
  g.group.merge(std::move(*staged), Bytes(32, 7));
  EXPECT_EQ(g.group.context(), next);
  EXPECT_EQ(next.epoch.value, before.epoch.value + 1);
  EXPECT_NE(next.tree_hash, before.tree_hash);
  EXPECT_NE(next.confirmed_transcript_hash, before.confirmed_transcript_hash);
  EXPECT_NE(copy_of(g.group.interim_transcript_hash()), interim);
}

TEST_F(PublicGroupTest, TheConfirmationTagEntersTheTranscript) {
  const auto staged = g.stage(anna, g.path_commit(anna));
  PublicGroup one = g.group;
  PublicGroup other = g.group;
  one.merge(*staged, Bytes(32, 1));
  other.merge(*staged, Bytes(32, 2));
  EXPECT_NE(copy_of(one.interim_transcript_hash()), copy_of(other.interim_transcript_hash()));
}

TEST_F(PublicGroupTest, AddsWithoutAPathLeaveTheCommitterAsItWas) {
  const auto staged = g.stage(anna, TestGroup::plain_commit({g.add("new")}));
  ASSERT_TRUE(staged);
  EXPECT_FALSE(staged->has_path);
  EXPECT_EQ(staged->committer_before, staged->committer_after);
}

TEST_F(PublicGroupTest, TreesStayWholeThroughManyCommits) {
  for (std::uint32_t round = 0; round < 12; ++round) {
    std::vector<ProposalOrRef> proposals{g.add("new " + std::to_string(round))};
    if (round % 3 == 2) proposals.push_back(TestGroup::remove(round));
    g.accept(LeafIndex{round % 2}, g.path_commit(LeafIndex{round % 2}, proposals));
    const auto verdict = joined(g.group_info(anna), g.group.tree().nodes());
    ASSERT_TRUE(verdict) << "round " << round << ": " << static_cast<int>(verdict.error());
  }
}

TEST_F(PublicGroupTest, RefusesATreeWithALeafThatLivesTooLongWhereLifetimesAreBounded) {
  LeafNode leaf = g.key_package_leaf("old");
  std::get<KeyPackageSource>(leaf.source).lifetime = {.not_before = 0, .not_after = lifetime_seconds_max + 1};
  g.now = std::nullopt;
  g.accept(anna, TestGroup::plain_commit({Proposal{Add{g.sign(leaf, g.device("old"))}}}));
  const GroupInfo info = g.group_info(anna);
  const RatchetTreeNodes tree = g.group.tree().nodes();
  EXPECT_TRUE(joined(info, tree));
  EXPECT_TRUE(PublicGroup::from_group_info(info, tree, g.authentication, in_place, lifetime_seconds_max + 1));
  EXPECT_EQ(error_of(PublicGroup::from_group_info(info, tree, g.authentication, in_place, lifetime_seconds_max)),
            GroupError::invalid_leaf);
}

// --- proposals by reference

TEST_F(PublicGroupTest, AppliesWaitingProposalsThatACommitRefersTo) {
  const ProposalOrRef remove = g.by_reference(bjorn, Remove{LeafIndex{2}});
  const auto staged = g.stage(anna, g.path_commit(anna, {remove}));
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes.removed.at(0).index, LeafIndex{2});
}

TEST_F(PublicGroupTest, RefusesAProposalSignedByAnother) {
  const FramedContent content = g.framed(MemberSender{bjorn}, Proposal{Remove{LeafIndex{2}}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(content, g.device("a")))), CommitError::invalid_signature);
}

TEST_F(PublicGroupTest, RefusesToKeepACommitAsAProposal) {
  EXPECT_EQ(error_of(g.group.receive_proposal(g.message(MemberSender{anna}, g.path_commit(anna)))),
            CommitError::unexpected_content);
}

TEST_F(PublicGroupTest, RefusesAProposalOfAnotherGroupOrEpoch) {
  const auto refusal = [&](void (*change)(FramedContent&)) {
    FramedContent content = g.framed(MemberSender{bjorn}, Proposal{Remove{LeafIndex{2}}});
    change(content);
    return error_of(g.group.receive_proposal(g.sign(content, g.device("b"))));
  };
  EXPECT_EQ(refusal([](FramedContent&) {}), std::nullopt);
  EXPECT_EQ(refusal([](FramedContent& content) { content.group_id = {1}; }), CommitError::wrong_group);
  EXPECT_EQ(refusal([](FramedContent& content) { --content.epoch.value; }), CommitError::stale_epoch);
  EXPECT_EQ(refusal([](FramedContent& content) { ++content.epoch.value; }), CommitError::future_epoch);
}

TEST_F(PublicGroupTest, KeepsAProposalOnceAndOnlySoMany) {
  for (std::size_t i = 0; i < proposals_waiting_max; ++i) {
    (void)g.by_reference(bjorn, Remove{LeafIndex{static_cast<std::uint32_t>(i)}});
  }
  const Proposal known = Remove{LeafIndex{0}};
  EXPECT_TRUE(g.group.receive_proposal(g.message(MemberSender{bjorn}, known)));
  const Proposal another = Remove{LeafIndex{proposals_waiting_max}};
  EXPECT_EQ(error_of(g.group.receive_proposal(g.message(MemberSender{bjorn}, another))),
            CommitError::too_many_proposals);
}

TEST_F(PublicGroupTest, LetsANewDeviceProposeItselfOnly) {
  const FramedContent itself = g.framed(NewMemberProposal{}, Proposal{Add{g.key_package("new")}});
  EXPECT_TRUE(g.group.receive_proposal(g.sign(itself, g.device("new"))));
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(itself, g.device("a")))), CommitError::invalid_signature);
  const FramedContent remove = g.framed(NewMemberProposal{}, Proposal{Remove{anna}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(remove, g.device("new")))), CommitError::unexpected_content);
}

TEST_F(PublicGroupTest, ListensToTheExternalSendersOfTheGroupOnly) {
  const ExternalSender registry{.signature_key = g.device("registry").signature.public_key,
                                .credential = BasicCredential{copy_of(view_of("registry"))}};
  const Extensions extensions{{ExtensionType::external_senders, encode_external_senders({registry})}};
  const FramedContent early = g.framed(ExternalSenderIndex{0}, Proposal{Remove{bjorn}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(early, g.device("registry")))), CommitError::unknown_sender);

  g.accept(anna, g.path_commit(anna, {TestGroup::extensions(extensions)}));
  const FramedContent remove = g.framed(ExternalSenderIndex{0}, Proposal{Remove{bjorn}});
  EXPECT_TRUE(g.group.receive_proposal(g.sign(remove, g.device("registry"))));
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(remove, g.device("a")))), CommitError::invalid_signature);
  const FramedContent beyond = g.framed(ExternalSenderIndex{1}, Proposal{Remove{bjorn}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(beyond, g.device("registry")))), CommitError::unknown_sender);
  const FramedContent update = g.framed(ExternalSenderIndex{0}, Proposal{Update{g.updated_leaf(bjorn)}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(update, g.device("registry")))), CommitError::unexpected_content);
  const FramedContent external_init = g.framed(ExternalSenderIndex{0}, Proposal{ExternalInit{Bytes(32)}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(external_init, g.device("registry")))),
            CommitError::unexpected_content);
}

TEST_F(PublicGroupTest, TakesEveryKindOfProposalThatAnExternalSenderMayMake) {
  const ExternalSender registry{.signature_key = g.device("registry").signature.public_key,
                                .credential = BasicCredential{copy_of(view_of("registry"))}};
  const Extensions extensions{{ExtensionType::external_senders, encode_external_senders({registry})}};
  g.accept(anna, g.path_commit(anna, {TestGroup::extensions(extensions)}));
  const std::vector<Proposal> allowed{Add{g.key_package("new")}, Remove{bjorn}, PreSharedKey{TestGroup::psk_id(1)},
                                      ReInit{{1}, ProtocolVersion::mls10, 3, {}}, GroupContextExtensions{extensions}};
  for (const Proposal& proposal : allowed) {
    const FramedContent content = g.framed(ExternalSenderIndex{0}, proposal);
    EXPECT_TRUE(g.group.receive_proposal(g.sign(content, g.device("registry"))));
  }
}

TEST_F(PublicGroupTest, ListensToNobodyWhereTheListOfExternalSendersDoesNotParse) {
  TestGroup other{1, {{ExtensionType::external_senders, {1}}}};
  const FramedContent remove = other.framed(ExternalSenderIndex{0}, Proposal{Remove{bjorn}});
  EXPECT_EQ(error_of(other.group.receive_proposal(other.sign(remove, other.device("a")))), CommitError::unknown_sender);
}

// --- joining

TEST_F(PublicGroupTest, StartsFromAMembersGroupInfo) {
  const auto followed = joined(g.group_info(bjorn), g.group.tree().nodes());
  ASSERT_TRUE(followed);
  EXPECT_EQ(followed->context(), g.group.context());
  EXPECT_EQ(copy_of(followed->interim_transcript_hash()), copy_of(g.group.interim_transcript_hash()));
}

TEST_F(PublicGroupTest, RefusesAGroupInfoOfASuiteItDoesNotKnow) {
  GroupInfo info = g.group_info(anna);
  info.group_context.cipher_suite = 0x7777;
  EXPECT_EQ(error_of(joined(info, g.group.tree().nodes())), GroupError::unsupported_suite);
}

TEST_F(PublicGroupTest, RefusesATreeTheGroupInfoDoesNotSpeakOf) {
  const GroupInfo info = g.group_info(anna);
  g.accept(anna, g.path_commit(anna));
  EXPECT_EQ(error_of(joined(info, g.group.tree().nodes())), GroupError::tree_hash_mismatch);
}

TEST_F(PublicGroupTest, RefusesATreeWithoutALeaf) {
  EXPECT_EQ(error_of(joined(g.group_info(anna), {})), GroupError::tree_hash_mismatch);
}

TEST_F(PublicGroupTest, IgnoresExtensionsOfAGroupInfoThatItDoesNotKnow) {
  GroupInfo info = g.group_info(anna);
  info.extensions = {{ExtensionType{0x2a2a}, {1, 2, 3}}};
  sign_group_info(info, testing::suite(), g.device_at(anna).signature.private_key.view());
  EXPECT_TRUE(joined(info, g.group.tree().nodes()));
}

TEST_F(PublicGroupTest, RefusesAGroupInfoWhoseSignerIsNotAMember) {
  GroupInfo info = g.group_info(anna);
  info.signer = LeafIndex{4};
  EXPECT_EQ(error_of(joined(info, g.group.tree().nodes())), GroupError::unknown_signer);
}

TEST_F(PublicGroupTest, RefusesAGroupInfoSignedByAnother) {
  GroupInfo info = g.group_info(anna);
  info.signer = bjorn;
  EXPECT_EQ(error_of(joined(info, g.group.tree().nodes())), GroupError::invalid_signature);
}

TEST_F(PublicGroupTest, RefusesATreeWithAKeyNobodySignedFor) {
  RatchetTreeNodes nodes = g.group.tree().nodes();
  std::get<ParentNode>(*nodes.at(3)).encryption_key =
      ShortBytes{testing::suite().generate_kem_key_pair(g.random).public_key};
  EXPECT_EQ(error_of(joined(info_for(nodes), nodes)), GroupError::invalid_tree);
}

TEST_F(PublicGroupTest, RefusesATreeWithAParentKeyThatNobodyCanEncryptTo) {
  const Commit commit = g.path_commit(anna);
  for (std::size_t i = 0; i < commit.path->nodes.size(); ++i) {
    RatchetTree tree = g.group.tree();
    std::vector<HPKEPublicKey> keys;
    for (const UpdatePathNode& node : commit.path->nodes) keys.push_back(node.encryption_key);
    keys[i].pop_back();
    LeafNode leaf = commit.path->leaf_node;
    leaf.source = CommitSource{tree.set_path(anna, keys)};
    tree.set_leaf(anna, std::make_shared<const LeafNode>(g.signed_leaf(leaf, g.device("a"), anna)));
    EXPECT_EQ(error_of(joined(info_for(tree.nodes()), tree.nodes())), GroupError::invalid_tree);
  }
}

TEST_F(PublicGroupTest, RefusesATreeInWhichTwoMembersShareAKey) {
  const auto leaf = [&] { return std::make_shared<const LeafNode>(g.key_package("a").leaf_node); };
  const RatchetTreeNodes alone{Node{leaf()}};
  EXPECT_TRUE(joined(info_for(alone), alone));
  const RatchetTreeNodes twins{Node{leaf()}, std::nullopt, Node{leaf()}};
  EXPECT_EQ(error_of(joined(info_for(twins), twins)), GroupError::invalid_leaf);
}

TEST_F(PublicGroupTest, RefusesATreeWithALeafThatIsNotValid) {
  RatchetTreeNodes nodes = g.group.tree().nodes();
  LeafNode leaf = *g.group.tree().leaf(LeafIndex{3});
  leaf.credential = BasicCredential{copy_of(view_of("somebody else"))};
  nodes.at(6) = std::make_shared<const LeafNode>(leaf);
  EXPECT_EQ(error_of(joined(info_for(nodes), nodes)), GroupError::invalid_tree);  // the path covers that leaf

  g.accept(anna, TestGroup::plain_commit({g.add("refusable")}));
  nodes = g.group.tree().nodes();
  leaf = *g.group.tree().leaf(LeafIndex{4});
  leaf.signature.front() ^= 1;
  nodes.at(8) = std::make_shared<const LeafNode>(leaf);
  EXPECT_EQ(error_of(joined(info_for(nodes), nodes)), GroupError::invalid_leaf);
}

TEST_F(PublicGroupTest, RefusesAGroupWhoseExtensionsDoNotParse) {
  for (const ExtensionType type : {ExtensionType::required_capabilities, ExtensionType::external_senders}) {
    TestGroup other{1, {{type, {1}}}};
    EXPECT_EQ(error_of(joined(other.group_info(anna), other.group.tree().nodes())), GroupError::malformed_extensions);
  }
}

TEST_F(PublicGroupTest, RefusesAGroupThatListensToSomebodyUnknown) {
  const ExternalSender sender{.signature_key = Bytes(32, 1),
                              .credential = BasicCredential{copy_of(view_of("refused"))}};
  TestGroup other{1, {{ExtensionType::external_senders, encode_external_senders({sender})}}};
  EXPECT_EQ(error_of(joined(other.group_info(anna), other.group.tree().nodes())), GroupError::invalid_external_sender);
}

// --- storage

TEST_F(PublicGroupTest, ComesBackFromStorageAsItWas) {
  (void)g.by_reference(bjorn, Remove{LeafIndex{2}});
  const Bytes stored = g.group.encode();
  auto restored = PublicGroup::parse(stored);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->encode(), stored);
  EXPECT_EQ(restored->waiting_proposals(), g.group.waiting_proposals());
  g.group = std::move(*restored);
  EXPECT_TRUE(g.stage(anna, g.path_commit(anna)));
}

TEST_F(PublicGroupTest, RemembersAProposalFromOutsideAcrossStorage) {
  const FramedContent itself = g.framed(NewMemberProposal{}, Proposal{Add{g.key_package("new")}});
  ASSERT_TRUE(g.group.receive_proposal(g.sign(itself, g.device("new"))));
  const auto restored = PublicGroup::parse(g.group.encode());
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->waiting_proposals(), g.group.waiting_proposals());
}

TEST_F(PublicGroupTest, RefusesAStoredTreeThatIsNotTheContexts) {
  Bytes stored = g.group.encode();
  const std::string_view name = "group";
  const auto at = std::ranges::search(stored, view_of(name)).begin() - stored.begin();
  stored.at(static_cast<std::size_t>(at) + name.size() + 8 + 1) ^= 1;  // past the epoch: into the tree hash
  EXPECT_EQ(error_of(PublicGroup::parse(stored)), ParseError::malformed);
}

TEST_F(PublicGroupTest, RefusesAStoredFormOrSuiteItDoesNotKnow) {
  Bytes stored = g.group.encode();
  stored.at(1) = 9;  // the version of the form
  EXPECT_EQ(error_of(PublicGroup::parse(stored)), ParseError::unknown_value);
  stored = g.group.encode();
  stored.at(5) = 0x77;  // the suite, after the versions of form and context
  EXPECT_EQ(error_of(PublicGroup::parse(stored)), ParseError::unknown_value);
}

TEST_F(PublicGroupTest, RefusesAStoredProposalOfNobody) {
  (void)g.by_reference(bjorn, Remove{LeafIndex{2}});
  Bytes stored = g.group.encode();
  const std::size_t member_ends = stored.size() - encode(Proposal{Remove{LeafIndex{2}}}).size();
  stored.at(member_ends - 1) = 9;
  EXPECT_EQ(error_of(PublicGroup::parse(stored)), ParseError::malformed);
}

}  // namespace
}  // namespace samband::mls
