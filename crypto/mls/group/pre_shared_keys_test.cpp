// Pre-shared keys in a group's Commits and Welcomes (RFC 9420 §8.4, §12.1.4).
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

class PreSharedKeys : public GroupOfThree {
 protected:
  void SetUp() override {
    GroupOfThree::SetUp();
    village.psks().add({1}, {0xaa});
    village.psks().add({2}, {0xbb});
  }
  PreSharedKeyID external(std::uint8_t name) { return make_external_psk_id(village.suite(), {name}, village.random()); }
  void expect_all_follow(BytesView commit) {
    for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, commit)) << member->name;
    expect_agreement(everybody());
  }
  const NoPreSharedKeys none;
};

TEST_F(PreSharedKeys, AreNamedWithAFreshNonceOfTheHashsLength) {
  const PreSharedKeyID first = external(1);
  const PreSharedKeyID second = external(1);
  EXPECT_EQ(first.psk, second.psk);
  EXPECT_EQ(first.psk_nonce.size(), village.suite().hash_bytes());
  EXPECT_NE(first.psk_nonce, second.psk_nonce);
  const PreSharedKeyID resumption = make_resumption_psk_id(village.suite(), {7}, Epoch{3}, village.random());
  EXPECT_EQ(std::get<ResumptionPSK>(resumption.psk), (ResumptionPSK{ResumptionPSKUsage::application, {7}, Epoch{3}}));
  EXPECT_EQ(resumption.psk_nonce.size(), village.suite().hash_bytes());
}

TEST_F(PreSharedKeys, MayBeInjectedTwiceUnderTwoNames) {
  expect_all_follow(village.commit(anna, {.psks = {external(1), external(1)}}).message());
}

TEST_F(PreSharedKeys, AreToldToThoseWhoAreAdded) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const std::vector<PreSharedKeyID> psks{external(2), external(1)};
  const OutgoingCommit commit = village.commit(anna, {.adds = {dags.key_package}, .psks = psks});
  const auto welcomes = commit.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  expect_all_follow(commit.message());
  EXPECT_EQ(Group::join(welcomes[0].message, dags, std::nullopt, *dag.signature_key,
                        {village.authentication(), none, std::nullopt})
                .error(),
            JoinRefusal{WelcomeError::missing_psk});
  ASSERT_TRUE(village.join(dag, dags, welcomes[0].message, std::nullopt));
  expect_agreement({&anna, &bjorn, &celine, &dag});
}

TEST_F(PreSharedKeys, ComeFromEarlierEpochsOfTheGroup) {
  village.psks().keep(anna.group->context().group_id, anna.group->epoch(), anna.group->resumption_psk());
  const PreSharedKeyID id =
      make_resumption_psk_id(village.suite(), anna.group->context().group_id, anna.group->epoch(), village.random());
  expect_all_follow(village.update(bjorn).message());
  expect_all_follow(village.commit(celine, {.psks = {id}}).message());
}

TEST_F(PreSharedKeys, AreNotCommittedByWhoDoesNotHoldThem) {
  const Services without{village.authentication(), none, WallTime{1'000'000}};
  EXPECT_EQ(anna.group->create_commit({.psks = {external(1)}}, without, village.random()).error(),
            CommitRefusal{MemberError::missing_psk});
}

TEST_F(PreSharedKeys, MayBeNamedByWhoJoinsFromOutside) {
  Device dag = village.new_device("dag");
  auto external_join = Group::join_external(anna.group->group_info(TreeDelivery::in_group_info), std::nullopt,
                                            dag.identity, *dag.signature_key, {.psks = {external(1), external(2)}},
                                            village.services(), village.random());
  ASSERT_TRUE(external_join);
  const auto staged = anna.group->stage_commit(external_join->commit, village.services());
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes().psks.size(), 2U);
  EXPECT_EQ(bjorn.group->stage_commit(external_join->commit, {village.authentication(), none, std::nullopt}).error(),
            CommitRefusal{MemberError::missing_psk});
  expect_all_follow(external_join->commit);
  dag.group = std::move(external_join->group);
  expect_agreement({&anna, &dag});
}

}  // namespace
}  // namespace samband::mls
