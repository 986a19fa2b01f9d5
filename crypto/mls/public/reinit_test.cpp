// A group that ends with a ReInit, and the PSK that begins the group after it: RFC 9420 §11.2, §11.3, §12.1.5, §12.2.
#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

class Reinitialisation : public ::testing::Test {
 protected:
  static ReInit reinit() {
    return {.group_id = {'n', 'e', 'w'},
            .version = ProtocolVersion::mls10,
            .cipher_suite = 1,
            .extensions = {{ExtensionType{0xf0a1}, {1, 2}}}};
  }
  static Commit commit_of(ProposalOrRef proposal) { return TestGroup::plain_commit({std::move(proposal)}); }
  void end_group() { g.accept(anna, commit_of(Proposal{reinit()})); }

  TestGroup g;
};

// --- the Commit

TEST_F(Reinitialisation, IsToldByTheCommitAndThenByTheGroup) {
  const auto staged = g.stage(anna, commit_of(Proposal{reinit()}));
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes.reinit, reinit());
  EXPECT_FALSE(staged->has_path) << "none is needed";
  EXPECT_EQ(g.group.reinit(), std::nullopt) << "nothing has been merged";
  end_group();
  EXPECT_EQ(g.group.reinit(), reinit());
}

TEST_F(Reinitialisation, MayBeProposedByAnotherAndHaveAPath) {
  const ProposalOrRef reference = g.by_reference(bjorn, reinit());
  g.accept(anna, g.path_commit(anna, {reference}));
  EXPECT_EQ(g.group.reinit(), reinit());
}

TEST_F(Reinitialisation, IsNotToldOfAGroupThatGoesOn) {
  g.accept(anna, g.path_commit(anna));
  EXPECT_EQ(g.group.reinit(), std::nullopt);
}

TEST_F(Reinitialisation, StandsAloneInItsCommit) {
  const ProposalOrRef value = Proposal{reinit()};
  const ProposalOrRef reference = g.by_reference(bjorn, reinit());
  const ProposalOrRef psk = Proposal{PreSharedKey{TestGroup::psk_id(1)}};
  for (const ProposalOrRef& itself : {value, reference}) {
    for (const ProposalOrRef& other : {g.add("new"), psk, value}) {
      EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({itself, other})), CommitError::reinit_not_alone);
      EXPECT_EQ(g.refusal(anna, TestGroup::plain_commit({other, itself})), CommitError::reinit_not_alone);
    }
  }
}

TEST_F(Reinitialisation, LeadsToNoOlderVersion) {
  ReInit older = reinit();
  older.version = ProtocolVersion{0};
  EXPECT_EQ(g.refusal(anna, commit_of(Proposal{older})), CommitError::reinit_version_older);
  ReInit newer = reinit();
  newer.version = ProtocolVersion{2};
  EXPECT_EQ(g.refusal(anna, commit_of(Proposal{newer})), std::nullopt);
}

// A parser lets no such thing in: a maker has to hear of it.
TEST_F(Reinitialisation, HasNoExtensionTwice) {
  ReInit twice = reinit();
  twice.extensions.push_back(twice.extensions.front());
  const std::vector<ProposalOrRef> proposals{Proposal{twice}};
  EXPECT_EQ(error_of(g.group.apply_proposals(proposals, anna, g.judgement())), CommitError::malformed_extensions);
}

// --- the group afterwards

TEST_F(Reinitialisation, EndsCommits) {
  const Commit external = g.external_commit("new", {TestGroup::external_init()});
  end_group();
  EXPECT_EQ(g.refusal(bjorn, TestGroup::plain_commit({g.add("new")})), CommitError::group_reinitialised);
  EXPECT_EQ(g.external_refusal("new", external), CommitError::group_reinitialised);
  EXPECT_EQ(error_of(g.group.apply_proposals({}, bjorn, g.judgement())), CommitError::group_reinitialised);
}

TEST_F(Reinitialisation, EndsProposals) {
  end_group();
  const auto refused = g.group.receive_proposal(g.message(MemberSender{bjorn}, Proposal{Remove{anna}}));
  EXPECT_EQ(error_of(refused), CommitError::group_reinitialised);
  EXPECT_TRUE(g.group.waiting_proposals().empty());
}

TEST_F(Reinitialisation, StillTellsWhichEpochAMessageIsOf) {
  const AuthenticatedContent earlier = g.message(MemberSender{bjorn}, TestGroup::plain_commit({g.add("new")}));
  end_group();
  EXPECT_EQ(error_of(g.group.stage_commit(earlier, g.judgement())), CommitError::stale_epoch);
}

TEST_F(Reinitialisation, IsRememberedAcrossStorage) {
  end_group();
  const Bytes stored = g.group.encode();
  auto restored = PublicGroup::parse(stored);
  ASSERT_TRUE(restored);
  EXPECT_EQ(restored->reinit(), reinit());
  EXPECT_EQ(restored->encode(), stored);
  g.group = std::move(*restored);
  EXPECT_EQ(g.refusal(bjorn, TestGroup::plain_commit({g.add("new")})), CommitError::group_reinitialised);
}

// --- the group that continues it

class Continuing : public ::testing::Test {
 protected:
  std::optional<CommitError> refusal(const std::vector<ProposalOrRef>& proposals,
                                     std::optional<LeafIndex> committer = LeafIndex{0}) {
    return error_of(g.group.apply_proposals(proposals, committer, judgement));
  }
  static ProposalOrRef psk(ResumptionPSKUsage usage, std::uint8_t group_id = 1) {
    PreSharedKeyID id = TestGroup::psk_id(1);
    id.psk = ResumptionPSK{.usage = usage, .psk_group_id = {group_id}, .psk_epoch = Epoch{7}};
    return Proposal{PreSharedKey{id}};
  }

  TestGroup g{1};
  Judgement judgement{.authentication = g.authentication, .now = g.now, .continues_another_group = true};
};

TEST_F(Continuing, BeginsWithOnePreSharedKeyThatSaysSo) {
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::reinit), g.add("b")}), std::nullopt);
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::branch), g.add("b")}), std::nullopt);
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::branch), psk(ResumptionPSKUsage::reinit)}), CommitError::invalid_psk);
}

TEST_F(Continuing, IsNotBelievedOfACommitThatNobodySaysItOf) {
  judgement.continues_another_group = false;
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::reinit), g.add("b")}), CommitError::invalid_psk);
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::branch), g.add("b")}), CommitError::invalid_psk);
}

TEST_F(Continuing, IsNoBusinessOfALaterEpoch) {
  g.accept(LeafIndex{0}, TestGroup::plain_commit({g.add("b")}));
  EXPECT_EQ(refusal({psk(ResumptionPSKUsage::reinit)}), CommitError::invalid_psk);
}

TEST_F(Continuing, IsNoBusinessOfAJoiner) {
  EXPECT_EQ(refusal({TestGroup::external_init(), psk(ResumptionPSKUsage::reinit)}, std::nullopt),
            CommitError::invalid_psk);
}

}  // namespace
}  // namespace samband::mls
