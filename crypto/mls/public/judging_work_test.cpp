// What judging costs, counted and not timed, and that it matters to nobody who does the work.
#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"
#include "crypto/mls/tree/test_workforce.h"

namespace samband::mls {
namespace {

using testing::CountedWork;
using testing::Crowd;
using testing::error_of;
using testing::leaf_named;
using testing::TestGroup;

// Counts how often it is asked about a credential: once for each leaf whose signature was found valid.
class CountedQuestions final : public AuthenticationService {
 public:
  [[nodiscard]] bool validates(const Credential&, BytesView) const override {
    ++asked_;
    return true;
  }
  [[nodiscard]] bool is_successor(const Credential&, const Credential&) const override { return true; }
  [[nodiscard]] int asked() const { return asked_; }

 private:
  mutable int asked_ = 0;
};

// --- whoever does the work

class ManyAdds : public ::testing::Test {
 protected:
  ManyAdds() {
    for (std::size_t i = 0; i < adds_count; ++i) adds.push_back(g.add("new " + std::to_string(i)));
  }
  KeyPackage& key_package(std::size_t i) { return std::get<Add>(std::get<Proposal>(adds[i])).key_package; }
  std::optional<CommitError> refusal_by(const Workforce& workforce) {
    const Judgement judgement{.authentication = g.authentication, .now = g.now, .workforce = workforce};
    const auto message = g.message(MemberSender{anna}, TestGroup::plain_commit(adds));
    return error_of(g.group.stage_commit(message, judgement));
  }

  static constexpr std::size_t adds_count = 5 * items_a_piece + 3;
  TestGroup g{1};
  std::vector<ProposalOrRef> adds;
  Crowd crowd;
};

TEST_F(ManyAdds, AreTakenInWhoeverVerifiesThem) {
  EXPECT_EQ(refusal_by(in_place), std::nullopt);
  EXPECT_EQ(refusal_by(crowd), std::nullopt);
}

TEST_F(ManyAdds, AreRefusedForTheFirstFaultWhoeverFindsIt) {
  key_package(adds_count - 1).signature.front() ^= 1;
  for (int round = 0; round < 5; ++round) EXPECT_EQ(refusal_by(crowd), CommitError::leaf_invalid_signature);
  key_package(2 * items_a_piece).leaf_node.encryption_key.clear();
  for (int round = 0; round < 5; ++round) EXPECT_EQ(refusal_by(crowd), CommitError::leaf_invalid_key);
  key_package(1).leaf_node.source = UpdateSource{};
  for (int round = 0; round < 5; ++round) EXPECT_EQ(refusal_by(crowd), CommitError::leaf_wrong_source);
  EXPECT_EQ(refusal_by(in_place), CommitError::leaf_wrong_source);
}

TEST_F(ManyAdds, MakeATreeWhoseLeavesAnybodyMayVerify) {
  g.accept(anna, TestGroup::plain_commit(adds));
  const auto joined = [&](const GroupInfo& info, const RatchetTreeNodes& nodes, const Workforce& workforce) {
    return PublicGroup::from_group_info(info, nodes, g.authentication, workforce);
  };
  RatchetTreeNodes nodes = g.group.tree().nodes();
  const CountedWork counted;
  EXPECT_TRUE(joined(g.group_info(anna), nodes, crowd));
  EXPECT_TRUE(joined(g.group_info(anna), nodes, counted));
  EXPECT_EQ(counted.pieces(), adds_count / items_a_piece + 1);

  LeafNode forged = *std::get<LeafNodePtr>(*nodes.back());
  forged.signature.front() ^= 1;
  nodes.back() = std::make_shared<const LeafNode>(std::move(forged));
  GroupInfo info = g.group_info(anna);
  info.group_context.tree_hash = RatchetTree{testing::suite(), nodes}.tree_hash();
  sign_group_info(info, testing::suite(), g.device_at(anna).signature.private_key.view());
  EXPECT_EQ(error_of(joined(info, nodes, in_place)), GroupError::invalid_leaf);
  EXPECT_EQ(error_of(joined(info, nodes, crowd)), GroupError::invalid_leaf);
}

// --- what a refusal costs

TEST(RefusalCost, OfMoreMembersThanThereIsRoomForIsNoSignature) {
  TestGroup g{1};
  RatchetTree full{testing::suite()};
  const LeafNodePtr member = leaf_named("member");
  while (full.member_count() < leaves_max - 1) full.add(member);
  const CopyOnWrite<MemberIndex> members{MemberIndex{std::move(full)}};
  const std::vector<KeyPackage> joiners{g.key_package("new"), g.key_package("newer")};
  const CountedWork counted;
  const Judgement judgement{.authentication = g.authentication, .now = g.now, .workforce = counted};

  ProposalList list;
  for (const KeyPackage& each : joiners) list.adds.push_back(&each);
  const auto refused = ProvisionalGroup::apply(list, anna, g.group.context(), members, judgement);
  EXPECT_EQ(error_of(refused), CommitError::group_full);
  EXPECT_EQ(counted.pieces(), 0U);

  list.removes.push_back(bjorn);  // makes the room
  EXPECT_TRUE(ProvisionalGroup::apply(list, anna, g.group.context(), members, judgement));
  EXPECT_EQ(counted.pieces(), 1U);
}

TEST(RefusalCost, OfAPathOfTheWrongShapeIsNotEvenItsLeaf) {
  TestGroup g{4};
  const Commit honest = g.path_commit(anna);
  Commit too_short = honest;
  too_short.path->nodes.pop_back();
  Commit too_few = honest;
  too_few.path->nodes.back().encrypted_path_secret.pop_back();
  const CountedQuestions authentication;
  const auto judged = [&](const Commit& commit) {
    return error_of(g.group.stage_commit(g.message(MemberSender{anna}, commit), {.authentication = authentication}));
  };
  EXPECT_EQ(judged(too_short), CommitError::path_wrong_length);
  EXPECT_EQ(judged(too_few), CommitError::path_wrong_recipients);
  EXPECT_EQ(authentication.asked(), 0);
  EXPECT_EQ(judged(honest), std::nullopt);
  EXPECT_EQ(authentication.asked(), 1);
}

// A reference is 33 bytes, and what it stands for takes two signatures to judge.
TEST(RefusalCost, OfAProposalReferredToTwiceIsNoneOfItsSignatures) {
  TestGroup g{2};
  const ProposalOrRef add = g.by_reference(bjorn, Add{g.key_package("new")});
  const CountedWork counted;
  const CountedQuestions authentication;
  const Judgement judgement{.authentication = authentication, .now = g.now, .workforce = counted};
  const auto commit = TestGroup::plain_commit(std::vector<ProposalOrRef>(100, add));
  EXPECT_EQ(error_of(g.group.stage_commit(g.message(MemberSender{anna}, commit), judgement)),
            CommitError::proposal_repeated);
  EXPECT_EQ(counted.pieces(), 0U);
  EXPECT_EQ(authentication.asked(), 0);
}

TEST(RefusalCost, OfARemoveOfNobodyIsNoneOfTheAddsBesideIt) {
  TestGroup g{2};
  const CountedWork counted;
  const Judgement judgement{.authentication = g.authentication, .now = g.now, .workforce = counted};
  const auto commit = TestGroup::plain_commit({g.add("new"), TestGroup::remove(7)});
  EXPECT_EQ(error_of(g.group.stage_commit(g.message(MemberSender{anna}, commit), judgement)),
            CommitError::path_missing);
  Commit with_path = g.path_commit(anna);
  with_path.proposals = commit.proposals;
  EXPECT_EQ(error_of(g.group.stage_commit(g.message(MemberSender{anna}, with_path), judgement)),
            CommitError::removed_leaf_blank);
  EXPECT_EQ(counted.pieces(), 0U);
}

// Whoever is not a member gets no further than the signature of the message.
TEST(RefusalCost, OfAMessageThatIsNotTheSendersIsOneSignature) {
  TestGroup g{2};
  const CountedWork counted;
  const CountedQuestions authentication;
  const Judgement judgement{.authentication = authentication, .now = g.now, .workforce = counted};
  AuthenticatedContent message = g.message(MemberSender{anna}, TestGroup::plain_commit({g.add("new")}));
  message.auth.signature.front() ^= 1;
  EXPECT_EQ(error_of(g.group.stage_commit(message, judgement)), CommitError::invalid_signature);
  EXPECT_EQ(counted.pieces(), 0U);
  EXPECT_EQ(authentication.asked(), 0);
}

}  // namespace
}  // namespace samband::mls
