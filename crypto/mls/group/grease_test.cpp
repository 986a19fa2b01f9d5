// Values that stand for nothing, sent by some and ignored by all: §13.5.
#include "crypto/mls/group/grease.h"

#include <gtest/gtest.h>
#include <set>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

const std::set<std::uint16_t> reserved{0x0A0A, 0x1A1A, 0x2A2A, 0x3A3A, 0x4A4A, 0x5A5A, 0x6A6A, 0x7A7A,
                                       0x8A8A, 0x9A9A, 0xAAAA, 0xBABA, 0xCACA, 0xDADA, 0xEAEA};

TEST(Grease, IsDrawnFromAllValuesThatAreReservedAndNoOthers) {
  SeededRandom random{1};
  std::set<std::uint16_t> drawn;
  std::set<std::size_t> sizes;
  for (int i = 0; i < 1000; ++i) {
    const Extension extension = grease_extension(random);
    drawn.insert(static_cast<std::uint16_t>(extension.extension_type));
    sizes.insert(extension.extension_data.size());
  }
  EXPECT_EQ(drawn, reserved);
  EXPECT_EQ(sizes.size(), 33U);
}

// A village in which everybody greases whatever may be greased.
class GreasedGroup : public GroupOfThree {
 protected:
  void SetUp() override {
    for (Device* device : everybody()) device->identity = greased(*device);
    GroupOfThree::SetUp();
  }
  LeafIdentity greased(const Device& device) { return with_grease(device.identity, village.random()); }
  [[nodiscard]] const LeafNode& leaf_of(const Device& device) const {
    return *anna.group->public_group().tree().leaf(device.group->own_leaf());
  }
  void expect_all_follow(const OutgoingCommit& commit) {
    for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, commit.message())) << member->name;
    expect_agreement(everybody());
  }
};

TEST_F(GreasedGroup, HasValuesThatMeanNothingInEachListButTheVersions) {
  const auto knows_only = [](const auto& values, std::size_t known) {
    return static_cast<std::size_t>(std::ranges::count_if(
               values, [](auto value) { return !reserved.contains(static_cast<std::uint16_t>(value)); })) == known &&
           values.size() > known;
  };
  const LeafNode& leaf = leaf_of(bjorn);
  EXPECT_EQ(leaf.capabilities.versions, ValueList{ProtocolVersion::mls10});
  EXPECT_TRUE(knows_only(leaf.capabilities.cipher_suites, 1));
  EXPECT_TRUE(knows_only(leaf.capabilities.extensions, 1));
  EXPECT_TRUE(knows_only(leaf.capabilities.proposals, 0));
  EXPECT_TRUE(knows_only(leaf.capabilities.credentials, 1));
  ASSERT_EQ(leaf.extensions.size(), 1U);
  EXPECT_TRUE(reserved.contains(static_cast<std::uint16_t>(leaf.extensions[0].extension_type)));
  EXPECT_TRUE(anna.group->context().extensions.empty());
}

TEST_F(GreasedGroup, TakesInAGreasedKeyPackageByAGreasedWelcome) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = make_key_package(
      village.suite(), greased(dag), *dag.signature_key,
      {.lifetime = Village::lifetime, .extensions = {grease_extension(village.random())}}, village.random());
  const OutgoingCommit commit = village.commit(bjorn, {.adds = {dags.key_package}});
  const Extension grease = grease_extension(village.random());
  const auto welcomes = commit.make_welcomes({grease}, TreeDelivery::in_group_info, village.random()).value();
  expect_all_follow(commit);
  const auto joined = Group::join(welcomes[0].message, dags, std::nullopt, *dag.signature_key, village.services());
  ASSERT_TRUE(joined);
  EXPECT_EQ(joined->extensions.front(), grease);
  EXPECT_EQ(joined->group.context(), anna.group->context());
}

TEST_F(GreasedGroup, IsEnteredFromOutsideAndTakesUpdatesAndNewIdentities) {
  const LeafIdentity another = greased(celine);
  const auto update = celine.group->propose_update(another, {}, village.services(), village.random()).value();
  for (Device* member : {&anna, &bjorn}) {
    EXPECT_FALSE(member->group->receive_proposal(update.message, village.services())->fault);
  }
  expect_all_follow(village.commit_proposals(anna));
  expect_all_follow(village.commit(bjorn, {.new_identity = greased(bjorn)}));

  Device dag = village.new_device("dag");
  auto joining = Group::join_external(anna.group->group_info(TreeDelivery::in_group_info), std::nullopt, greased(dag),
                                      *dag.signature_key, {}, village.services(), village.random());
  ASSERT_TRUE(joining);
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, joining->commit));
  EXPECT_EQ(joining->group.context(), anna.group->context());
}

// Such a value gets what every other that is not supported gets.
TEST_F(GreasedGroup, RefusesThemWhereTheyWouldHaveToBeSupported) {
  const auto refusal = [&](Extensions extensions) {
    return anna.group
        ->create_commit({.group_context_extensions = std::move(extensions)}, village.services(), village.random())
        .error();
  };
  std::set<std::uint16_t> foreign = reserved;
  for (const Device* member : everybody()) {
    for (const ExtensionType type : leaf_of(*member).capabilities.extensions) {
      foreign.erase(static_cast<std::uint16_t>(type));
    }
  }
  const ExtensionType grease{*foreign.begin()};
  const CommitRefusal missing = CommitError::leaf_required_capability_missing;
  EXPECT_EQ(refusal({{grease, {}}}), missing);
  EXPECT_EQ(refusal({{ExtensionType::required_capabilities, encode(RequiredCapabilities{{grease}, {}, {}})}}), missing);
}

}  // namespace
}  // namespace samband::mls
