// Joining from outside, and the rules for it (RFC 9420 §12.4.3.2).
#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

class ExternalCommit : public ::testing::Test {
 protected:
  Commit joining(std::vector<ProposalOrRef> more = {}) {
    more.push_back(TestGroup::external_init());
    return g.external_commit("new", std::move(more));
  }
  // A valid Commit of the joiner, with its proposals exchanged.
  std::optional<CommitError> refusal_with(std::vector<ProposalOrRef> proposals) {
    Commit commit = joining();
    commit.proposals = std::move(proposals);
    return g.external_refusal("new", std::move(commit));
  }

  TestGroup g;
};

TEST_F(ExternalCommit, TakesTheLeftmostFreeLeaf) {
  const auto staged = g.stage_external("new", joining());
  ASSERT_TRUE(staged);
  EXPECT_TRUE(staged->changes.is_external);
  EXPECT_EQ(staged->changes.committer, LeafIndex{4});
  EXPECT_EQ(staged->changes.kem_output, Bytes(32));
  EXPECT_EQ(staged->committer_before, nullptr);
  EXPECT_EQ(staged->tree.leaf_count(), 8U);
  EXPECT_EQ(staged->tree.leaf(LeafIndex{4}), staged->committer_after.get());
}

TEST_F(ExternalCommit, ReplacesAnEarlierAppearanceOfTheJoiner) {
  const Commit commit = g.external_commit("b", {TestGroup::external_init(), TestGroup::remove(1)});
  const auto staged = g.stage_external("b", commit);
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes.committer, LeafIndex{1});
  ASSERT_EQ(staged->changes.removed.size(), 1U);
  EXPECT_EQ(staged->changes.removed[0].before.get(), g.group.tree().leaf(LeafIndex{1}));
}

TEST_F(ExternalCommit, IsFollowedByCommitsOfTheJoiner) {
  auto staged = g.stage_external("new", joining());
  ASSERT_TRUE(staged);
  g.group.merge(std::move(*staged), Bytes(32, 7));
  g.accept(LeafIndex{4}, g.path_commit(LeafIndex{4}, {TestGroup::remove(0)}));
  EXPECT_EQ(g.group.tree().member_count(), 4U);
}

TEST_F(ExternalCommit, NeedsAPath) {
  EXPECT_EQ(g.external_refusal("new", TestGroup::plain_commit({TestGroup::external_init()})),
            CommitError::path_missing);
}

TEST_F(ExternalCommit, NeedsTheSignatureOfTheJoiner) {
  const FramedContent content = g.framed(NewMemberCommit{}, joining());
  EXPECT_EQ(error_of(g.group.stage_commit(g.sign(content, g.device("a")), g.judgement())),
            CommitError::invalid_signature);
}

TEST_F(ExternalCommit, HasExactlyOneExternalInit) {
  EXPECT_EQ(refusal_with({}), CommitError::external_init_missing);
  EXPECT_EQ(refusal_with({TestGroup::external_init(), TestGroup::external_init()}), CommitError::external_init_missing);
}

TEST_F(ExternalCommit, RemovesAtMostOneLeaf) {
  EXPECT_EQ(refusal_with({TestGroup::external_init(), TestGroup::remove(1), TestGroup::remove(2)}),
            CommitError::not_for_external_commit);
}

TEST_F(ExternalCommit, RemovesNobodyButTheJoiner) {
  const Commit commit = g.external_commit("new", {TestGroup::external_init(), TestGroup::remove(1)});
  EXPECT_EQ(g.external_refusal("new", commit), CommitError::leaf_invalid_successor);
}

TEST_F(ExternalCommit, DoesNotKeepTheKeyItHadBefore) {
  const Commit commit = g.external_commit("b", {TestGroup::external_init(), TestGroup::remove(1)}, [&](LeafNode& leaf) {
    leaf.encryption_key = g.group.tree().leaf(LeafIndex{1})->encryption_key;
  });
  EXPECT_EQ(g.external_refusal("b", commit), CommitError::leaf_encryption_key_reused);
}

TEST_F(ExternalCommit, CoversNoOtherProposals) {
  const Proposal update = Update{g.updated_leaf(LeafIndex{1})};
  const Proposal reinit = ReInit{{1}, ProtocolVersion::mls10, 3, {}};
  for (const ProposalOrRef& other :
       {g.add("other"), ProposalOrRef{update}, TestGroup::extensions({}), ProposalOrRef{reinit}}) {
    EXPECT_EQ(refusal_with({TestGroup::external_init(), other}), CommitError::not_for_external_commit);
  }
}

TEST_F(ExternalCommit, MayNamePreSharedKeys) {
  const auto staged = g.stage_external("new", joining({Proposal{PreSharedKey{TestGroup::psk_id(1)}}}));
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes.psks, std::vector{TestGroup::psk_id(1)});
}

TEST_F(ExternalCommit, RefersToNoProposals) {
  const ProposalOrRef waiting = g.by_reference(LeafIndex{1}, Remove{LeafIndex{2}});
  EXPECT_EQ(refusal_with({TestGroup::external_init(), waiting}), CommitError::reference_in_external_commit);
}

TEST_F(ExternalCommit, DoesNotAddADeviceThatIsAMember) {
  const Commit commit = g.external_commit("b", {TestGroup::external_init()});
  EXPECT_EQ(g.external_refusal("b", commit), CommitError::leaf_signature_key_reused);
}

TEST_F(ExternalCommit, IsJudgedByTheAuthenticationService) {
  const Commit commit = g.external_commit("refused", {TestGroup::external_init()});
  EXPECT_EQ(g.external_refusal("refused", commit), CommitError::leaf_invalid_credential);
}

}  // namespace
}  // namespace samband::mls
