#include "crypto/mls/public/proposal_selection.h"

#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::TestGroup;

using Refs = std::vector<ProposalRef>;

// Whatever is selected must make a Commit that the group accepts.
class ProposalSelection : public ::testing::Test {
 protected:
  ProposalRef wait(LeafIndex sender, Proposal proposal) {
    return std::get<ProposalRef>(g.by_reference(sender, std::move(proposal)));
  }
  Refs selected(LeafIndex committer = anna) {
    std::vector<const WaitingProposal*> candidates;
    for (const WaitingProposal& waiting : g.group.waiting_proposals()) candidates.push_back(&waiting);
    Refs refs = select_proposals(candidates, committer, g.group.context(), g.group.tree());
    if (!refs.empty()) {
      const std::vector<ProposalOrRef> references{refs.begin(), refs.end()};
      EXPECT_TRUE(g.group.apply_proposals(references, committer, g.judgement()));
    }
    return refs;
  }
  Proposal add(const std::string& name) { return Add{g.key_package(name)}; }

  TestGroup g;
};

TEST_F(ProposalSelection, IsEmptyWhenNothingWaits) {
  EXPECT_TRUE(selected().empty());
}

TEST_F(ProposalSelection, TakesAllThatGoesTogetherInTheOrderItCame) {
  const Refs all{wait(bjorn, add("new")), wait(cecilie, Update{g.updated_leaf(cecilie)}),
                 wait(bjorn, PreSharedKey{TestGroup::psk_id(1)}), wait(bjorn, Remove{LeafIndex{3}})};
  EXPECT_EQ(selected(), all);
}

TEST_F(ProposalSelection, PrefersARemoveToAnUpdateOfTheSameLeaf) {
  wait(bjorn, Update{g.updated_leaf(bjorn)});
  const ProposalRef removal = wait(cecilie, Remove{bjorn});
  wait(bjorn, Update{g.updated_leaf(bjorn)});
  wait(bjorn, Remove{bjorn});
  EXPECT_EQ(selected(), Refs{removal});
}

TEST_F(ProposalSelection, TakesTheNewestUpdateOfALeaf) {
  wait(bjorn, Update{g.updated_leaf(bjorn)});
  const ProposalRef newest = wait(bjorn, Update{g.updated_leaf(bjorn)});
  EXPECT_EQ(selected(), Refs{newest});
}

TEST_F(ProposalSelection, LeavesOutWhatTheCommitterWouldDoToItself) {
  wait(anna, Update{g.updated_leaf(anna)});
  wait(bjorn, Remove{anna});
  EXPECT_TRUE(selected(anna).empty());
  EXPECT_EQ(selected(bjorn).size(), 1U);
}

TEST_F(ProposalSelection, TakesOneAddOfADeviceAndNoneOfAMember) {
  const ProposalRef first = wait(bjorn, add("new"));
  wait(cecilie, add("new"));
  wait(cecilie, add("b"));
  EXPECT_EQ(selected(), Refs{first});
}

TEST_F(ProposalSelection, TakesTheAddOfAMemberThatIsRemoved) {
  const Refs both{wait(cecilie, add("b")), wait(cecilie, Remove{bjorn})};
  EXPECT_EQ(selected(), both);
}

TEST_F(ProposalSelection, LeavesOutAnEncryptionKeyInUse) {
  LeafNode leaf = g.key_package_leaf("new");
  leaf.encryption_key = g.group.tree().leaf(bjorn)->encryption_key;
  wait(bjorn, Add{g.sign(leaf, g.device("new"))});
  leaf.encryption_key = copy_of(g.group.tree().encryption_key(NodeIndex{3}));
  wait(bjorn, Add{g.sign(leaf, g.device("new"))});
  EXPECT_TRUE(selected().empty());
}

TEST_F(ProposalSelection, TakesTheNewestExtensionsAndOnlyWhatGoesWithThem) {
  wait(bjorn, GroupContextExtensions{{{ExtensionType::application_id, {1}}}});
  const ProposalRef newest = wait(bjorn, GroupContextExtensions{{{ExtensionType::application_id, {2}}}});
  EXPECT_EQ(selected(), Refs{newest});
}

TEST_F(ProposalSelection, LeavesOutLeavesThatLackWhatNewExtensionsRequire) {
  constexpr ExtensionType special{0xf0b1};
  const auto capable = [&](LeafNode& leaf) { leaf.capabilities.extensions.push_back(special); };
  for (std::uint32_t i = 0; i < 4; ++i) g.accept(LeafIndex{i}, g.path_commit(LeafIndex{i}, {}, capable));
  const ProposalRef extensions = wait(bjorn, GroupContextExtensions{{{special, {}}}});
  wait(bjorn, add("new"));
  LeafNode leaf = g.key_package_leaf("other new");
  capable(leaf);
  const ProposalRef capable_add = wait(bjorn, Add{g.sign(leaf, g.device("other new"))});
  EXPECT_EQ(selected(), (Refs{extensions, capable_add}));
}

TEST_F(ProposalSelection, TakesTheNewestReInitAndOnlyWhereNothingElseWaits) {
  const auto reinit = [](std::uint8_t id) {
    return ReInit{.group_id = {id}, .version = ProtocolVersion::mls10, .cipher_suite = 1, .extensions = {}};
  };
  wait(bjorn, reinit(1));
  const ProposalRef newest = wait(cecilie, reinit(2));
  EXPECT_EQ(selected(), Refs{newest});
  const ProposalRef something = wait(bjorn, Remove{cecilie});
  EXPECT_EQ(selected(), Refs{something});
  EXPECT_EQ(selected(cecilie), Refs{newest}) << "its own removal is nothing that cecilie could commit";
}

TEST_F(ProposalSelection, TakesAPreSharedKeyOnceAndNoMoreThanAJoinerIsTold) {
  const ProposalRef first = wait(bjorn, PreSharedKey{TestGroup::psk_id(1)});
  wait(cecilie, PreSharedKey{TestGroup::psk_id(1)});
  EXPECT_EQ(selected(), Refs{first});
  for (std::size_t i = 0; i <= psks_max; ++i)
    wait(bjorn, PreSharedKey{TestGroup::psk_id(static_cast<std::uint8_t>(i))});
  EXPECT_EQ(selected().size(), psks_max);
}

}  // namespace
}  // namespace samband::mls
