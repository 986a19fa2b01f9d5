// Commits of members that break one rule each.
#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

class CommitRefusal : public ::testing::Test {
 protected:
  // A Commit with `proposals` and a path that was made for none: good enough where the list is refused first.
  Commit with_any_path(std::vector<ProposalOrRef> proposals) {
    Commit commit = g.path_commit(anna);
    commit.proposals = std::move(proposals);
    return commit;
  }
  std::optional<CommitError> refusal_of_added(LeafNode leaf) {
    const ProposalOrRef add = Proposal{Add{g.sign(std::move(leaf), g.device("new"))}};
    return g.refusal(anna, TestGroup::plain_commit({add}));
  }

  TestGroup g;
};

// --- the message

TEST_F(CommitRefusal, OfAnotherGroup) {
  FramedContent content = g.framed(MemberSender{anna}, g.path_commit(anna));
  content.group_id = {'o', 't', 'h', 'e', 'r'};
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())), CommitError::wrong_group);
}

TEST_F(CommitRefusal, OfAnEpochThatHasEnded) {
  FramedContent content = g.framed(MemberSender{anna}, g.path_commit(anna));
  --content.epoch.value;
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())), CommitError::stale_epoch);
}

TEST_F(CommitRefusal, OfAnEpochThatHasNotBegun) {
  FramedContent content = g.framed(MemberSender{anna}, g.path_commit(anna));
  ++content.epoch.value;
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())), CommitError::future_epoch);
}

TEST_F(CommitRefusal, OfTheLoserWhenTwoCommitsMeet) {
  const AuthenticatedContent loser = g.message(MemberSender{bjorn}, g.path_commit(bjorn));
  g.accept(anna, g.path_commit(anna));
  EXPECT_EQ(error_of(g.group.stage_commit(loser, g.judgement())), CommitError::stale_epoch);
}

TEST_F(CommitRefusal, OfApplicationData) {
  const auto message = g.message(MemberSender{anna}, ApplicationData{{1, 2, 3}});
  EXPECT_EQ(error_of(g.group.stage_commit(message, g.judgement())), CommitError::unexpected_content);
}

TEST_F(CommitRefusal, OfASenderWhoseLeafIsBlank) {
  const FramedContent content = g.framed(MemberSender{LeafIndex{4}}, g.path_commit(anna));
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())), CommitError::unknown_sender);
}

TEST_F(CommitRefusal, OfAnExternalSender) {
  const FramedContent content = g.framed(ExternalSenderIndex{0}, g.path_commit(anna));
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())),
            CommitError::unexpected_content);
}

TEST_F(CommitRefusal, OfAProposalSenderThatCommits) {
  const FramedContent content = g.framed(NewMemberProposal{}, g.path_commit(anna));
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())),
            CommitError::unexpected_content);
}

TEST_F(CommitRefusal, SignedByAnotherMember) {
  const FramedContent content = g.framed(MemberSender{anna}, g.path_commit(anna));
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("b")), g.judgement())),
            CommitError::invalid_signature);
}

TEST_F(CommitRefusal, ChangedAfterSigning) {
  AuthenticatedContent message = g.message(MemberSender{anna}, g.path_commit(anna));
  message.content.authenticated_data = {'x'};
  EXPECT_EQ(error_of(g.group.stage_commit(message, g.judgement())), CommitError::invalid_signature);
}

TEST_F(CommitRefusal, CarriedInAnotherWireFormatThanSigned) {
  AuthenticatedContent message = g.message(MemberSender{anna}, g.path_commit(anna));
  message.wire_format = WireFormat::mls_private_message;
  EXPECT_EQ(error_of(g.group.stage_commit(message, g.judgement())), CommitError::invalid_signature);
}

TEST_F(CommitRefusal, LeavesTheGroupAsItWas) {
  const Bytes before = g.group.encode();
  ASSERT_TRUE(g.refusal(anna, with_any_path({TestGroup::remove(1), g.add("new")})));
  EXPECT_EQ(g.group.encode(), before);
}

TEST_F(CommitRefusal, OfAJoinerThatDoesNotCommit) {
  const FramedContent content = g.framed(NewMemberCommit{}, Proposal{Remove{bjorn}});
  EXPECT_EQ(error_of(g.group.receive_proposal(g.sign(content, g.device("a")))), CommitError::unexpected_content);
}

// --- the list of proposals

TEST_F(CommitRefusal, ThatUpdatesItsCommitter) {
  const ProposalOrRef update = Proposal{Update{g.updated_leaf(anna)}};
  EXPECT_EQ(g.refusal(anna, with_any_path({update})), CommitError::update_by_committer);
  const ProposalOrRef reference = g.by_reference(anna, Update{g.updated_leaf(anna)});
  EXPECT_EQ(g.refusal(anna, with_any_path({reference})), CommitError::update_by_committer);
}

TEST_F(CommitRefusal, ThatRemovesItsCommitter) {
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::remove(0)})), CommitError::removes_committer);
}

TEST_F(CommitRefusal, ThatRemovesNobody) {
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::remove(4)})), CommitError::removed_leaf_blank);
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::remove(0xffffffff)})), CommitError::removed_leaf_blank);
}

TEST_F(CommitRefusal, ThatRemovesOneLeafTwice) {
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::remove(1), TestGroup::remove(1)})),
            CommitError::several_changes_to_one_leaf);
}

TEST_F(CommitRefusal, ThatUpdatesAndRemovesOneLeaf) {
  const ProposalOrRef update = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  EXPECT_EQ(g.refusal(anna, with_any_path({update, TestGroup::remove(1)})), CommitError::several_changes_to_one_leaf);
}

TEST_F(CommitRefusal, ThatUpdatesOneLeafTwice) {
  const ProposalOrRef first = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  const ProposalOrRef second = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  EXPECT_EQ(g.refusal(anna, with_any_path({first, second})), CommitError::several_changes_to_one_leaf);
}

TEST_F(CommitRefusal, ThatAddsOneDeviceTwice) {
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({g.add("new"), g.add("new")})),
            CommitError::leaf_signature_key_reused);
}

TEST_F(CommitRefusal, ThatAddsAMember) {
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({g.add("b")})), CommitError::leaf_signature_key_reused);
}

TEST_F(CommitRefusal, DoesNotMeetAMemberRemovedAndAddedAgain) {
  const std::vector<ProposalOrRef> proposals{g.add("b"), TestGroup::remove(1)};
  EXPECT_EQ(g.refusal(anna, g.path_commit(anna, proposals)), std::nullopt);
}

TEST_F(CommitRefusal, ThatNamesOnePreSharedKeyTwice) {
  const ProposalOrRef psk = Proposal{PreSharedKey{TestGroup::psk_id(1)}};
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({psk, psk})), CommitError::duplicate_psk);
}

TEST_F(CommitRefusal, OfAPreSharedKeyNonceOfAnotherLength) {
  PreSharedKeyID id = TestGroup::psk_id(1);
  id.psk_nonce.pop_back();
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({Proposal{PreSharedKey{id}}})), CommitError::invalid_psk);
}

TEST_F(CommitRefusal, OfMorePreSharedKeysThanAJoinerIsTold) {
  std::vector<ProposalOrRef> psks;
  for (std::size_t i = 0; i < psks_max; ++i) {
    psks.push_back(Proposal{PreSharedKey{TestGroup::psk_id(static_cast<std::uint8_t>(i))}});
  }
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit(psks)), std::nullopt);
  psks.push_back(Proposal{PreSharedKey{TestGroup::psk_id(psks_max)}});
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit(psks)), CommitError::invalid_psk);
}

TEST_F(CommitRefusal, OfResumptionKeysMeantForOtherGroups) {
  for (const ResumptionPSKUsage usage : {ResumptionPSKUsage::reinit, ResumptionPSKUsage::branch}) {
    PreSharedKeyID id = TestGroup::psk_id(1);
    id.psk = ResumptionPSK{.usage = usage, .psk_group_id = g.group.context().group_id, .psk_epoch = Epoch{0}};
    EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({Proposal{PreSharedKey{id}}})), CommitError::invalid_psk);
  }
}

TEST_F(CommitRefusal, DoesNotMeetAResumptionKeyThatTheApplicationUses) {
  PreSharedKeyID id = TestGroup::psk_id(1);
  id.psk = ResumptionPSK{
      .usage = ResumptionPSKUsage::application, .psk_group_id = g.group.context().group_id, .psk_epoch = Epoch{0}};
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({Proposal{PreSharedKey{id}}})), std::nullopt);
}

TEST_F(CommitRefusal, ThatReplacesTheExtensionsTwice) {
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions({}), TestGroup::extensions({})})),
            CommitError::several_group_context_extensions);
}

TEST_F(CommitRefusal, OfAnExternalInitByAMember) {
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::external_init()})), CommitError::external_init_by_member);
}

TEST_F(CommitRefusal, ThatRefersToAProposalNobodyReceived) {
  EXPECT_EQ(g.refusal(anna, with_any_path({ProposalRef(32, 1)})), CommitError::proposal_not_found);
  (void)g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  for (const std::uint8_t octet : Bytes{0x00, 0xff}) {  // sorted before and behind the one that waits
    EXPECT_EQ(g.refusal(anna, with_any_path({ProposalRef(32, octet)})), CommitError::proposal_not_found);
  }
}

TEST_F(CommitRefusal, ThatRefersToAProposalOfAnEarlierEpoch) {
  const ProposalOrRef update = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  g.accept(anna, g.path_commit(anna));
  EXPECT_EQ(g.refusal(anna, with_any_path({update})), CommitError::proposal_not_found);
}

TEST_F(CommitRefusal, ThatRefersToOneProposalTwice) {
  const ProposalOrRef addition = g.by_reference(bjorn, std::get<Proposal>(g.add("new")));
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({addition, addition})), CommitError::proposal_repeated);
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({addition})), std::nullopt);
}

TEST_F(CommitRefusal, OfAnUpdateFromOutsideTheGroup) {
  const Proposal update = Update{g.updated_leaf(bjorn)};
  const std::vector<SourcedProposal> proposals{{.proposal = &update, .member = std::nullopt}};
  EXPECT_EQ(error_of(sort_proposals(proposals, anna, testing::suite())), CommitError::unknown_sender);
}

TEST_F(CommitRefusal, BeforeItIsMadeByNobody) {
  EXPECT_EQ(error_of(g.group.apply_proposals({}, LeafIndex{4}, g.judgement())), CommitError::unknown_sender);
}

TEST_F(CommitRefusal, BeforeItIsMadeToAddAMember) {
  const std::vector<ProposalOrRef> again{g.add("b")};
  EXPECT_EQ(error_of(g.group.apply_proposals(again, anna, g.judgement())), CommitError::leaf_signature_key_reused);
}

// --- extensions of the group

TEST_F(CommitRefusal, OfRequiredCapabilitiesThatDoNotParse) {
  const Extensions extensions{{ExtensionType::required_capabilities, {1}}};
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions(extensions)})), CommitError::malformed_extensions);
}

TEST_F(CommitRefusal, OfRequiredCapabilitiesThatAMemberLacks) {
  const RequiredCapabilities required{
      .extension_types = {}, .proposal_types = {}, .credential_types = {CredentialType::x509}};
  const Extensions extensions{{ExtensionType::required_capabilities, encode(required)}};
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions(extensions)})),
            CommitError::leaf_required_capability_missing);
}

TEST_F(CommitRefusal, OfRequiredCapabilitiesThatAnotherMemberLacksThoughTheCommitterHasThem) {
  const RequiredCapabilities required{
      .extension_types = {}, .proposal_types = {}, .credential_types = {CredentialType::x509}};
  const Extensions extensions{{ExtensionType::required_capabilities, encode(required)}};
  Commit commit =
      g.path_commit(anna, {}, [](LeafNode& leaf) { leaf.capabilities.credentials.push_back(CredentialType::x509); });
  commit.proposals = {TestGroup::extensions(extensions)};
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_required_capability_missing);
  TestGroup alone{1};
  commit = alone.path_commit(anna, {TestGroup::extensions(extensions)},
                             [](LeafNode& leaf) { leaf.capabilities.credentials.push_back(CredentialType::x509); });
  EXPECT_EQ(alone.refusal(anna, commit), std::nullopt);
}

TEST_F(CommitRefusal, ThatAddsWhomItsOwnExtensionsLeaveOut) {
  const RequiredCapabilities required{
      .extension_types = {}, .proposal_types = {}, .credential_types = {CredentialType::x509}};
  const ProposalOrRef extensions = TestGroup::extensions({{ExtensionType::required_capabilities, encode(required)}});
  TestGroup alone{1};
  const auto commit_adding = [&](bool with_x509) {
    LeafNode leaf = alone.key_package_leaf("new");
    if (with_x509) leaf.capabilities.credentials.push_back(CredentialType::x509);
    const ProposalOrRef add = Proposal{Add{alone.sign(leaf, alone.device("new"))}};
    // The Add stands before the extensions, which count first all the same.
    const std::vector<SourcedProposal> list{{.proposal = &std::get<Proposal>(add), .member = anna},
                                            {.proposal = &std::get<Proposal>(extensions), .member = anna}};
    const auto sorted = sort_proposals(list, anna, testing::suite());
    const CopyOnWrite<MemberIndex> members{MemberIndex{alone.group.tree()}};
    return error_of(ProvisionalGroup::apply(*sorted, anna, alone.group.context(), members, alone.judgement()));
  };
  EXPECT_EQ(commit_adding(true), std::nullopt);
  EXPECT_EQ(commit_adding(false), CommitError::leaf_required_capability_missing);
}

TEST_F(CommitRefusal, OfAnExtensionThatComesTwice) {
  const Proposal twice =
      GroupContextExtensions{{{ExtensionType::application_id, {}}, {ExtensionType::application_id, {}}}};
  const std::vector<SourcedProposal> proposals{{.proposal = &twice, .member = anna}};
  EXPECT_EQ(error_of(sort_proposals(proposals, anna, testing::suite())), CommitError::malformed_extensions);
}

TEST_F(CommitRefusal, OfAnExtensionThatAMemberDoesNotSupport) {
  const Extensions extensions{{ExtensionType{0xf001}, {}}};
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions(extensions)})),
            CommitError::leaf_required_capability_missing);
}

TEST_F(CommitRefusal, OfExternalSendersThatDoNotParse) {
  const Extensions extensions{{ExtensionType::external_senders, {9}}};
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions(extensions)})), CommitError::malformed_extensions);
}

TEST_F(CommitRefusal, OfAnExternalSenderThatIsNotWhoItSays) {
  const ExternalSender sender{.signature_key = Bytes(32, 1),
                              .credential = BasicCredential{copy_of(view_of("refused"))}};
  const Extensions extensions{{ExtensionType::external_senders, encode_external_senders({sender})}};
  EXPECT_EQ(g.refusal(anna, with_any_path({TestGroup::extensions(extensions)})), CommitError::invalid_external_sender);
}

TEST_F(CommitRefusal, OfAnExternalSenderThatTakesTheKeyOfAnother) {
  const auto senders = [&](const char* name) {
    const ExternalSender sender{.signature_key = g.device("registry").signature.public_key,
                                .credential = BasicCredential{copy_of(view_of(name))}};
    return TestGroup::extensions({{ExtensionType::external_senders, encode_external_senders({sender})}});
  };
  g.accept(anna, g.path_commit(anna, {senders("registry")}));
  EXPECT_EQ(g.refusal(anna, with_any_path({senders("refused")})), CommitError::invalid_external_sender);
}

// --- leaves that enter

TEST_F(CommitRefusal, ThatAddsALeafOfAnotherSource) {
  LeafNode leaf = g.key_package_leaf("new");
  leaf.source = UpdateSource{};
  EXPECT_EQ(refusal_of_added(leaf), CommitError::leaf_wrong_source);
}

TEST_F(CommitRefusal, ThatAddsAKeyPackageForAnotherSuite) {
  KeyPackage key_package = g.key_package("new");
  key_package.cipher_suite = 1;
  sign_key_package(key_package, testing::suite(), g.device("new").signature.private_key.view());
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({Proposal{Add{key_package}}})),
            CommitError::leaf_version_or_suite_unsupported);
}

TEST_F(CommitRefusal, ThatAddsACredentialTheServiceDoesNotValidate) {
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({g.add("refused")})), CommitError::leaf_invalid_credential);
}

TEST_F(CommitRefusal, ThatAddsAnEncryptionKeyOfTheTree) {
  LeafNode leaf = g.key_package_leaf("new");
  leaf.encryption_key = g.group.tree().leaf(bjorn)->encryption_key;
  EXPECT_EQ(refusal_of_added(leaf), CommitError::leaf_encryption_key_reused);
  leaf.encryption_key = copy_of(g.group.tree().encryption_key(NodeIndex{3}));  // of a parent node
  EXPECT_EQ(refusal_of_added(leaf), CommitError::leaf_encryption_key_reused);
}

TEST_F(CommitRefusal, ThatAddsToAFullGroup) {
  RatchetTree full{testing::suite()};
  const LeafNodePtr leaf = testing::leaf_named("somebody");
  for (std::size_t i = 0; i < leaves_max; ++i) full.add(leaf);
  const KeyPackage new_device = g.key_package("new");
  const auto verdict_of = [&](const ProposalList& proposals, std::optional<LeafIndex> committer) {
    const CopyOnWrite<MemberIndex> members{MemberIndex{full}};
    return error_of(ProvisionalGroup::apply(proposals, committer, g.group.context(), members, g.judgement()));
  };
  const ProposalList adds{.adds = {&new_device}};
  EXPECT_EQ(verdict_of(adds, anna), CommitError::group_full);
  EXPECT_EQ(verdict_of({}, std::nullopt), CommitError::group_full);
  full.remove(bjorn);
  EXPECT_EQ(verdict_of(adds, anna), std::nullopt);
}

TEST_F(CommitRefusal, ThatAddsAnExpiredKeyPackage) {
  g.now = WallTime{(lifetime_seconds_max + 1) * 1000};
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({g.add("new")})), CommitError::leaf_outside_lifetime);
}

TEST_F(CommitRefusal, OfAnUpdateThatKeepsItsKey) {
  const LeafNode leaf =
      g.updated_leaf(bjorn, [&](LeafNode& node) { node.encryption_key = g.group.tree().leaf(bjorn)->encryption_key; });
  EXPECT_EQ(g.refusal(anna, with_any_path({g.by_reference(bjorn, Update{leaf})})),
            CommitError::leaf_encryption_key_reused);
}

TEST_F(CommitRefusal, OfAnUpdateOfAnotherSource) {
  const LeafNode leaf = g.updated_leaf(bjorn, [](LeafNode& node) { node.source = CommitSource{}; });
  EXPECT_EQ(g.refusal(anna, with_any_path({g.by_reference(bjorn, Update{leaf})})), CommitError::leaf_wrong_source);
}

TEST_F(CommitRefusal, OfAnUpdateIntoSomebodyElse) {
  const LeafNode leaf = g.updated_leaf(
      bjorn, [](LeafNode& node) { node.credential = BasicCredential{copy_of(view_of("somebody else"))}; });
  EXPECT_EQ(g.refusal(anna, with_any_path({g.by_reference(bjorn, Update{leaf})})), CommitError::leaf_invalid_successor);
}

TEST_F(CommitRefusal, OfAnUpdateToACredentialTheServiceDoesNotValidate) {
  const LeafNode leaf =
      g.updated_leaf(bjorn, [](LeafNode& node) { node.credential = BasicCredential{copy_of(view_of("refused"))}; });
  EXPECT_EQ(g.refusal(anna, with_any_path({g.by_reference(bjorn, Update{leaf})})),
            CommitError::leaf_invalid_credential);
}

TEST_F(CommitRefusal, OfAnUpdateWithTheKeysOfAnotherMember) {
  const auto refusal_of = [&](const LeafNode& leaf) {
    const std::vector<ProposalOrRef> update{g.by_reference(bjorn, Update{leaf})};
    return error_of(g.group.apply_proposals(update, anna, g.judgement()));
  };
  EXPECT_EQ(refusal_of(g.updated_leaf(bjorn)), std::nullopt);
  EXPECT_EQ(refusal_of(g.updated_leaf(
                bjorn, [&](LeafNode& node) { node.encryption_key = g.group.tree().leaf(cecilie)->encryption_key; })),
            CommitError::leaf_encryption_key_reused);
  const LeafNode signature =
      g.updated_leaf(bjorn, [&](LeafNode& node) { node.signature_key = g.group.tree().leaf(cecilie)->signature_key; });
  EXPECT_EQ(refusal_of(g.signed_leaf(signature, g.device("c"), bjorn)), CommitError::leaf_signature_key_reused);
}

TEST_F(CommitRefusal, OfAnUpdateSignedForAnotherLeaf) {
  LeafNode leaf = g.updated_leaf(bjorn);
  leaf = g.signed_leaf(leaf, g.device("b"), cecilie);
  EXPECT_EQ(g.refusal(anna, with_any_path({g.by_reference(bjorn, Update{leaf})})), CommitError::leaf_invalid_signature);
}

// --- the path

TEST_F(CommitRefusal, WithoutAPathWhereOneIsNeeded) {
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({})), CommitError::path_missing);
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({TestGroup::remove(1)})), CommitError::path_missing);
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({TestGroup::extensions({})})), CommitError::path_missing);
  const ProposalOrRef update = g.by_reference(bjorn, Update{g.updated_leaf(bjorn)});
  EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({update})), CommitError::path_missing);
}

TEST_F(CommitRefusal, OfAPathWithANodeTooFewOrTooMany) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.push_back(commit.path->nodes.back());
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_wrong_length);
  commit.path->nodes.resize(commit.path->nodes.size() - 2);
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_wrong_length);
}

TEST_F(CommitRefusal, OfAPathThatForgetsAReceiver) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.back().encrypted_path_secret.pop_back();
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_wrong_recipients);
}

TEST_F(CommitRefusal, OfAPathThatEncryptsToThoseJustAdded) {
  Commit commit = g.path_commit(anna, {g.add("new")});
  commit.path->nodes.back().encrypted_path_secret.emplace_back();
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_wrong_recipients);
}

TEST_F(CommitRefusal, OfAPathWithAKeyThatIsNone) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.front().encryption_key.pop_back();
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_invalid_key);
}

TEST_F(CommitRefusal, OfAPathLeafThatIsNotFromACommit) {
  const Commit commit = g.path_commit(anna, {}, [](LeafNode& leaf) { leaf.source = UpdateSource{}; });
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_wrong_source);
}

TEST_F(CommitRefusal, OfAPathLeafThatKeepsItsKey) {
  const Commit commit =
      g.path_commit(anna, {}, [&](LeafNode& leaf) { leaf.encryption_key = g.group.tree().leaf(anna)->encryption_key; });
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_encryption_key_reused);
}

TEST_F(CommitRefusal, OfAPathLeafWithAnotherMembersKeys) {
  const Commit encryption = g.path_commit(
      anna, {}, [&](LeafNode& leaf) { leaf.encryption_key = g.group.tree().leaf(bjorn)->encryption_key; });
  EXPECT_EQ(g.refusal(anna, encryption), CommitError::leaf_encryption_key_reused);
  const Commit signature =
      g.path_commit(anna, {}, [&](LeafNode& leaf) { leaf.signature_key = g.group.tree().leaf(bjorn)->signature_key; });
  Commit resigned = signature;
  resigned.path->leaf_node = g.signed_leaf(signature.path->leaf_node, g.device("b"), anna);
  EXPECT_EQ(g.refusal(anna, resigned), CommitError::leaf_signature_key_reused);
}

TEST_F(CommitRefusal, OfAPathLeafOfSomebodyElse) {
  const Commit commit = g.path_commit(
      anna, {}, [](LeafNode& leaf) { leaf.credential = BasicCredential{copy_of(view_of("somebody else"))}; });
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_invalid_successor);
}

TEST_F(CommitRefusal, OfAPathLeafWithACredentialTheServiceDoesNotValidate) {
  const Commit commit =
      g.path_commit(anna, {}, [](LeafNode& leaf) { leaf.credential = BasicCredential{copy_of(view_of("refused"))}; });
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_invalid_credential);
}

TEST_F(CommitRefusal, OfAPathLeafSignedByAnother) {
  Commit commit = g.path_commit(anna);
  commit.path->leaf_node = g.signed_leaf(commit.path->leaf_node, g.device("b"), anna);
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_invalid_signature);
}

TEST_F(CommitRefusal, OfAPathThatReusesKeysOfTheTree) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.back().encryption_key = copy_of(g.group.tree().encryption_key(NodeIndex{3}));
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_encryption_key_reused);
}

TEST_F(CommitRefusal, OfAPathThatUsesOneKeyTwice) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.back().encryption_key = commit.path->nodes.front().encryption_key;
  EXPECT_EQ(g.refusal(anna, commit), CommitError::leaf_encryption_key_reused);
}

TEST_F(CommitRefusal, OfAPathTheLeafDidNotSignFor) {
  Commit commit = g.path_commit(anna);
  commit.path->nodes.front().encryption_key = testing::suite().generate_kem_key_pair(g.random).public_key;
  EXPECT_EQ(g.refusal(anna, commit), CommitError::path_parent_hash_mismatch);
}

}  // namespace
}  // namespace samband::mls
