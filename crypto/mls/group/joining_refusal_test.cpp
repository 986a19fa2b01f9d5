// Ways into a group that a joiner turns down, and those it takes care to make well.
#include <gtest/gtest.h>

#include "crypto/mls/group/commit_maker.h"
#include "crypto/mls/group/test_village.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

class Joining : public GroupOfThree {
 protected:
  // A Commit of anna that adds dag, and how it went when dag joined by its Welcome.
  std::expected<void, JoinRefusal> joined_with(Extensions extensions, TreeDelivery delivery) {
    const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}, .force_path = true});
    const auto welcomes = outgoing.make_welcomes(std::move(extensions), delivery, village.random()).value();
    return village.join(dag, dags, welcomes[0].message, std::nullopt);
  }
  std::expected<ExternalJoin, JoinRefusal> enter(BytesView group_info) {
    return Group::join_external(group_info, anna.group->public_group().tree().nodes(), dag.identity, *dag.signature_key,
                                {}, village.services(), village.random());
  }
  // anna's GroupInfo with another external_pub extension.
  Bytes info_with(Bytes external_pub) {
    auto info = std::get<GroupInfo>(parse_mls_message(anna.group->group_info()).value());
    info.extensions = {{ExtensionType::external_pub, std::move(external_pub)}};
    sign_group_info(info, village.suite(), anna.signature_key->private_key.view());
    return encode_mls_message(info);
  }

  Device dag = village.new_device("dag");
  KeyPackageBundle dags = village.new_key_package(dag);
};

// --- by Welcome

TEST_F(Joining, NeedsATreeInTheWelcomeThatIsOne) {
  EXPECT_EQ(joined_with({{ExtensionType::ratchet_tree, {1}}}, TreeDelivery::out_of_band).error(),
            JoinRefusal{JoinError::malformed});
}

TEST_F(Joining, GoesByWelcomeAndNoOtherMessage) {
  EXPECT_EQ(village.join(dag, dags, anna.group->group_info(), std::nullopt).error(),
            JoinRefusal{JoinError::wrong_kind});
  EXPECT_EQ(village.join(dag, dags, Bytes{1, 2}, std::nullopt).error(), JoinRefusal{JoinError::malformed});
}

TEST_F(Joining, NeedsALeafThatIsTheOneOfTheKeyPackage) {
  CommitPlan plan{.sender = MemberSender{anna.leaf()},
                  .proposals = {Proposal{Add{dags.key_package}}},
                  .identity = anna.identity,
                  .authenticated_data = {}};
  const SecretBytes init_secret = village.random().secret(32);
  const MadeCommit made = make_commit(anna.group->public_group(), std::move(plan), init_secret.view(),
                                      *anna.signature_key, village.services(), village.random())
                              .value();
  const SecretBytes welcome_secret =
      derive_welcome_secret(village.suite(), made.joiner_secret.view(), made.psk_secret.view());
  const WelcomeSecrets secrets{village.suite(), made.joiner_secret.view(), welcome_secret.view(), {}};
  const GroupInfo info = make_welcome_group_info({made.staged.context, made.content.auth.confirmation_tag, anna.leaf()},
                                                 {}, village.suite(), anna.signature_key->private_key.view());
  const Bytes sealed_info = seal_group_info(secrets, info);
  const RatchetTreeNodes tree = made.staged.tree.nodes();
  const auto join = [&](const KeyPackageBundle& bundle) {
    const auto welcome =
        make_welcome(secrets, sealed_info, {bundle.key_package, std::nullopt}, village.random()).value();
    return village.join(dag, bundle, encode_mls_message(welcome), tree);
  };
  const KeyPackageBundle another = village.new_key_package(dag);
  EXPECT_EQ(join(another).error(), JoinRefusal{JoinError::not_in_tree});
  EXPECT_TRUE(join(dags));
}

TEST_F(Joining, NeedsLeavesThatLiveNoLongerThanAllowedWhereTheTimeIsKnown) {
  const KeyPackageBundle lasting =
      make_key_package(village.suite(), dag.identity, *dag.signature_key,
                       {.lifetime = {.not_before = 0, .not_after = lifetime_seconds_max + 1}}, village.random());
  const Services timeless{village.authentication(), village.psks(), std::nullopt};
  const auto outgoing = anna.group->create_commit({.adds = {lasting.key_package}}, timeless, village.random()).value();
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  EXPECT_EQ(village.join(dag, lasting, welcomes[0].message, std::nullopt).error(),
            JoinRefusal{GroupError::invalid_leaf});
  EXPECT_TRUE(Group::join(welcomes[0].message, lasting, std::nullopt, *dag.signature_key, timeless));
}

TEST_F(Joining, NeedsAllPskOfTheWelcomeInItsOrder) {
  village.psks().add({1}, {0xaa});
  village.psks().add({2}, {0xbb});
  const auto id = [&](std::uint8_t name) {
    return PreSharedKeyID{ExternalPSK{{name}}, Bytes(village.suite().hash_bytes(), name)};
  };
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}, .psks = {id(2), id(1)}});
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, outgoing.message()));
  const NoPreSharedKeys none;
  EXPECT_EQ(Group::join(welcomes[0].message, dags, std::nullopt, *dag.signature_key,
                        {village.authentication(), none, std::nullopt})
                .error(),
            JoinRefusal{WelcomeError::missing_psk});
  ASSERT_TRUE(village.join(dag, dags, welcomes[0].message, std::nullopt));
  expect_agreement({&anna, &bjorn, &celine, &dag});
}

// --- by external Commit

TEST_F(Joining, GoesFromOutsideByGroupInfoAndNoOtherMessage) {
  EXPECT_EQ(enter(Bytes{1, 2}).error(), JoinRefusal{JoinError::malformed});
  EXPECT_EQ(enter(village.update(anna).message()).error(), JoinRefusal{JoinError::wrong_kind});
}

TEST_F(Joining, NeedsAnExternalKeyThatIsOne) {
  EXPECT_EQ(enter(info_with({9})).error(), JoinRefusal{JoinError::malformed});
  EXPECT_EQ(enter(info_with(encode(ExternalPub{Bytes(31, 1)}))).error(), JoinRefusal{JoinError::no_external_pub});
  EXPECT_EQ(enter(info_with(encode(ExternalPub{Bytes(32)}))).error(), JoinRefusal{JoinError::no_external_pub});
}

TEST_F(Joining, NeedsTheTreeThatTheGroupInfoSpeaksOf) {
  const Bytes info = bjorn.group->group_info();
  ASSERT_TRUE(village.receive(anna, village.update(anna).message()));
  EXPECT_EQ(enter(info).error(), JoinRefusal{GroupError::tree_hash_mismatch});
}

TEST_F(Joining, IsNotTriedWithALeafThatTheMembersWouldRefuse) {
  dag.identity.capabilities.cipher_suites.clear();
  EXPECT_EQ(enter(anna.group->group_info()).error(), JoinRefusal{CommitError::leaf_version_or_suite_unsupported});
}

TEST_F(Joining, IsNotTriedWhereAnExtensionOfTheGroupIsNotSupported) {
  const OutgoingCommit change = village.commit(anna, {.group_context_extensions = Extensions{{policy_extension, {}}}});
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, change.message()));
  EXPECT_TRUE(enter(anna.group->group_info()));
  dag.identity.capabilities.extensions.clear();
  EXPECT_EQ(enter(anna.group->group_info()).error(), JoinRefusal{CommitError::leaf_required_capability_missing});
}

TEST_F(Joining, CarriesAsMuchAuthenticatedDataAsTheMembersReadAndNotAByteMore) {
  const auto enter_with = [&](std::size_t size) {
    return Group::join_external(anna.group->group_info(TreeDelivery::in_group_info), std::nullopt, dag.identity,
                                *dag.signature_key, {.psks = {}, .authenticated_data = Bytes(size)}, village.services(),
                                village.random());
  };
  EXPECT_EQ(enter_with(authenticated_data_bytes_max + 1).error(), JoinRefusal{JoinError::too_large});
  const auto joining = enter_with(authenticated_data_bytes_max);
  ASSERT_TRUE(joining);
  EXPECT_TRUE(village.receive(anna, joining->commit));
}

// A tree that was never verified: from_group_info lets no such key in.
TEST(ExternalCommitMaking, StopsAtAKeyThatCanNotBeEncryptedTo) {
  Village village;
  Device anna = village.new_device("anna");
  Device bjorn = village.new_device("bjorn");
  LeafNode creator = village.new_key_package(anna).key_package.leaf_node;
  creator.encryption_key = Bytes(32);
  PublicGroup group = PublicGroup::create(village.suite(), {1}, creator, {});
  group.set_initial_confirmation_tag(Bytes(32));
  const CommitPlan plan{.sender = NewMemberCommit{},
                        .proposals = {Proposal{ExternalInit{Bytes(32)}}},
                        .identity = bjorn.identity,
                        .authenticated_data = {}};
  const auto made = make_commit(group, plan, Bytes(32), *bjorn.signature_key, village.services(), village.random());
  EXPECT_EQ(made.error(), CommitFault{MemberError::unusable_key});
}

// --- by creating

TEST(GroupCreation, NeedsExternalSendersWhomTheAuthenticationServiceBelieves) {
  Village village;
  Device anna = village.new_device("anna");
  const Credential agency = BasicCredential{{9}};
  GroupParameters parameters{.suite = village.suite(),
                             .group_id = {1},
                             .creator = anna.identity,
                             .lifetime = Village::lifetime,
                             .extensions = {{ExtensionType::external_senders,
                                             encode_external_senders({{.signature_key = {1}, .credential = agency}})}}};
  const auto created = [&] { return Group::create(parameters, *anna.signature_key, village.random()); };
  EXPECT_EQ(created().error(), GroupError::invalid_external_sender);  // nobody was asked
  parameters.authentication = &village.authentication();
  EXPECT_TRUE(created());
  village.authentication().doubt(agency);
  EXPECT_EQ(created().error(), GroupError::invalid_external_sender);
  parameters.extensions.front().extension_data.pop_back();
  EXPECT_EQ(created().error(), GroupError::malformed_extensions);
}

TEST(GroupCreation, NeedsACreatorWhoMeetsItsRequirements) {
  Village village;
  Device anna = village.new_device("anna");
  const auto created = [&](const RequiredCapabilities& required) {
    return Group::create({village.suite(),
                          {1},
                          anna.identity,
                          Village::lifetime,
                          {{ExtensionType::required_capabilities, encode(required)}}},
                         *anna.signature_key, village.random());
  };
  EXPECT_TRUE(created({{policy_extension}, {}, {CredentialType::basic}}));
  EXPECT_EQ(created({{ExtensionType{0xf0ff}}, {}, {}}).error(), GroupError::invalid_leaf);
  EXPECT_EQ(created({{}, {ProposalType{0xf0ff}}, {}}).error(), GroupError::invalid_leaf);
  EXPECT_EQ(created({{}, {}, {CredentialType::x509}}).error(), GroupError::invalid_leaf);
}

TEST(GroupCreation, RefusesExtensionsThatDoNotParseOrComeTwice) {
  Village village;
  Device anna = village.new_device("anna");
  const auto refusal = [&](Extensions extensions) {
    return Group::create({village.suite(), {1}, anna.identity, Village::lifetime, std::move(extensions)},
                         *anna.signature_key, village.random())
        .error();
  };
  EXPECT_EQ(refusal({{ExtensionType::required_capabilities, {1}}}), GroupError::malformed_extensions);
  EXPECT_EQ(refusal({{policy_extension, {1}}, {policy_extension, {2}}}), GroupError::malformed_extensions);
}

}  // namespace
}  // namespace samband::mls
