#include "crypto/mls/group/group.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

// --- joining by Welcome

TEST_F(GroupOfThree, AgreesOnTheEpochAfterAddingManyAtOnce) {
  expect_agreement(everybody());
  EXPECT_EQ(anna.group->epoch(), Epoch{1});
  EXPECT_EQ(bjorn.leaf(), LeafIndex{1});
  EXPECT_EQ(celine.leaf(), LeafIndex{2});
}

TEST_F(GroupOfThree, HearsWhateverAnyMemberSays) {
  for (Device* speaker : everybody()) {
    const Bytes message = village.speak(*speaker, "hei fra " + speaker->name);
    for (Device* listener : everybody()) {
      if (listener == speaker) continue;
      EXPECT_EQ(village.hear(*listener, message), "hei fra " + speaker->name);
    }
  }
}

TEST_F(GroupOfThree, ExportsTheSameSecretsToAllAndOthersForAnotherLabelOrContext) {
  const auto exported = [](Device& device, std::string_view label, std::string_view context) {
    return copy_of(device.group->export_secret(label, view_of(context), 32).view());
  };
  EXPECT_EQ(exported(anna, "library", "1"), exported(celine, "library", "1"));
  EXPECT_NE(exported(anna, "library", "1"), exported(anna, "library", "2"));
  EXPECT_NE(exported(anna, "library", "1"), exported(anna, "archive", "1"));
}

TEST_F(GroupOfThree, GivesEachJoinerAWelcomeWithItsOwnSecretsOnly) {
  Device dag = village.new_device("dag");
  Device eva = village.new_device("eva");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const KeyPackageBundle evas = village.new_key_package(eva);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package, evas.key_package}});
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  ASSERT_EQ(welcomes.size(), 2U);
  for (const AddressedWelcome& welcome : welcomes) {
    EXPECT_EQ(std::get<Welcome>(parse_mls_message(welcome.message).value()).secrets.size(), 1U);
  }
  EXPECT_EQ(welcomes[1].key_package_ref, make_key_package_ref(evas.key_package, village.suite()));
  EXPECT_EQ(village.join(eva, evas, welcomes[0].message, std::nullopt).error(),
            JoinRefusal{WelcomeError::not_for_this_key_package});
  EXPECT_TRUE(village.join(eva, evas, welcomes[1].message, std::nullopt));
  EXPECT_EQ(eva.group->context(), outgoing.context());
}

TEST_F(GroupOfThree, NeedsTheTreeThatTheWelcomeSpeaksOf) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const RatchetTreeNodes old_tree = anna.group->public_group().tree().nodes();
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}});
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::out_of_band, village.random()).value();
  EXPECT_EQ(village.join(dag, dags, welcomes[0].message, std::nullopt).error(),
            JoinRefusal{JoinError::no_ratchet_tree});
  EXPECT_EQ(village.join(dag, dags, welcomes[0].message, old_tree).error(),
            JoinRefusal{GroupError::tree_hash_mismatch});
}

TEST_F(GroupOfThree, HandsJoinersAnExtensionThatThePublishedGroupInfoDoesNotHave) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}});
  const Extension library_key{ExtensionType{0xf0a2}, copy_of(outgoing.export_secret("library", {}, 32).view())};
  const auto welcomes = outgoing.make_welcomes({library_key}, TreeDelivery::in_group_info, village.random()).value();
  auto joined = Group::join(welcomes[0].message, dags, std::nullopt, *dag.signature_key, village.services());
  ASSERT_TRUE(joined);
  EXPECT_EQ(*find_extension(joined->extensions, library_key.extension_type), library_key);

  const auto published = std::get<GroupInfo>(parse_mls_message(outgoing.group_info()).value());
  ASSERT_EQ(published.extensions.size(), 1U);
  EXPECT_EQ(published.extensions[0].extension_type, ExtensionType::external_pub);
  anna.group->merge_pending();
  EXPECT_TRUE(equal(anna.group->export_secret("library", {}, 32).view(), library_key.extension_data));
}

TEST_F(GroupOfThree, IsNotJoinedWhenAMembersCredentialIsNotBelieved) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}});
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  village.authentication().doubt(bjorn.identity.credential);
  EXPECT_EQ(village.join(dag, dags, welcomes[0].message, std::nullopt).error(), JoinRefusal{GroupError::invalid_leaf});
}

TEST_F(GroupOfThree, AJoinerCanSpeakAtOnceAndFollowsTheNextCommit) {
  Device dag = village.new_device("dag");
  village.add(bjorn, {&dag}, everybody());
  EXPECT_EQ(village.hear(celine, village.speak(dag, "hei")), "hei");
  const OutgoingCommit update = village.update(celine);
  for (Device* member : {&anna, &bjorn, &celine, &dag}) ASSERT_TRUE(village.receive(*member, update.message()));
  expect_agreement({&anna, &bjorn, &celine, &dag});
}

// --- Commits

TEST_F(GroupOfThree, KeepsItsEpochUntilThePendingCommitIsMerged) {
  const OutgoingCommit update = village.update(anna);
  EXPECT_EQ(anna.group->epoch(), Epoch{1});
  EXPECT_TRUE(anna.group->is_pending(update.message()));
  EXPECT_EQ(village.hear(bjorn, village.speak(anna, "ennå i epoke 1")), "ennå i epoke 1");
  anna.group->clear_pending();
  EXPECT_FALSE(anna.group->is_pending(update.message()));
  EXPECT_EQ(anna.group->epoch(), Epoch{1});
}

TEST_F(GroupOfThree, AllowsOneOwnCommitAtATime) {
  const OutgoingCommit update = village.update(anna);
  EXPECT_EQ(anna.group->create_commit({.force_path = true}, village.services(), village.random()).error(),
            CommitRefusal{MemberError::commit_pending});
}

TEST_F(GroupOfThree, TakesTheFirstOfTwoConcurrentCommitsAndTheSecondStartsAgain) {
  const OutgoingCommit first = village.update(anna);
  const OutgoingCommit second = village.update(bjorn);
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, first.message()));
  EXPECT_FALSE(bjorn.group->has_pending());
  for (Device* member : everybody()) {
    EXPECT_EQ(village.receive(*member, second.message()).error(), CommitRefusal{CommitError::stale_epoch});
  }
  const OutgoingCommit again = village.update(bjorn);
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, again.message()));
  expect_agreement(everybody());
}

TEST_F(GroupOfThree, RefusesACommitFromAnEpochThatHasNotBegun) {
  const OutgoingCommit first = village.update(anna);
  ASSERT_TRUE(village.receive(anna, first.message()));
  const OutgoingCommit second = village.update(anna);
  EXPECT_EQ(village.receive(bjorn, second.message()).error(), CommitRefusal{CommitError::future_epoch});
  ASSERT_TRUE(village.receive(bjorn, first.message()));
  EXPECT_TRUE(village.receive(bjorn, second.message()));
}

TEST_F(GroupOfThree, RefusesACommitOfAnotherGroup) {
  Device dag = village.new_device("dag");
  village.create_group(dag, {0x68});
  EXPECT_EQ(village.receive(anna, village.update(dag).message()).error(), CommitRefusal{CommitError::wrong_group});
}

TEST_F(GroupOfThree, DoesNotMistakeItsOwnCommitForAnothers) {
  const OutgoingCommit update = village.update(anna);
  EXPECT_EQ(anna.group->stage_commit(update.message(), village.services()).error(),
            CommitRefusal{MemberError::own_commit});
}

TEST_F(GroupOfThree, LetsTheCallerJudgeAStagedCommitBeforeItCounts) {
  const OutgoingCommit removal = village.commit(anna, {.removes = {celine.leaf()}, .authenticated_data = {7}});
  const auto staged = bjorn.group->stage_commit(removal.message(), village.services());
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->changes().committer, anna.leaf());
  ASSERT_EQ(staged->changes().removed.size(), 1U);
  EXPECT_EQ(staged->changes().removed[0].index, celine.leaf());
  EXPECT_EQ(staged->staged().authenticated_data, Bytes{7});
  EXPECT_FALSE(staged->removes_us());
  EXPECT_EQ(bjorn.group->epoch(), Epoch{1});
}

TEST_F(GroupOfThree, ReplacesTheExtensionsOfTheGroupContext) {
  const Extensions policy{{policy_extension, {1, 2, 3}}};
  const OutgoingCommit change = village.commit(anna, {.group_context_extensions = policy});
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, change.message()));
  expect_agreement(everybody());
  EXPECT_EQ(celine.group->context().extensions, policy);
}

TEST_F(GroupOfThree, RefusesToMakeACommitThatTheOthersWouldRefuse) {
  EXPECT_EQ(anna.group->create_commit({.removes = {LeafIndex{3}}}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::removed_leaf_blank});
  EXPECT_EQ(anna.group->create_commit({.removes = {anna.leaf()}}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::removes_committer});
  LeafIdentity mute = anna.identity;
  mute.capabilities.cipher_suites.clear();
  EXPECT_EQ(anna.group->create_commit({.new_identity = mute}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::leaf_version_or_suite_unsupported});
  EXPECT_FALSE(anna.group->has_pending());
}

TEST_F(GroupOfThree, InjectsAnExternalPskForThoseWhoHoldIt) {
  village.psks().add({1}, {0xaa});
  const PreSharedKeyID id{ExternalPSK{{1}}, Bytes(village.suite().hash_bytes(), 3)};
  const OutgoingCommit with_psk = village.commit(anna, {.psks = {id}});
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, with_psk.message()));
  expect_agreement(everybody());

  const PreSharedKeyID other{ExternalPSK{{1}}, Bytes(village.suite().hash_bytes(), 4)};
  const OutgoingCommit again = village.commit(anna, {.psks = {other}});
  village.psks().add({1}, {0xbb});
  EXPECT_EQ(village.receive(bjorn, again.message()).error(), CommitRefusal{MemberError::confirmation_tag_mismatch});
  const NoPreSharedKeys none;
  const Services without{village.authentication(), none, std::nullopt};
  EXPECT_EQ(bjorn.group->stage_commit(again.message(), without).error(), CommitRefusal{MemberError::missing_psk});
}

// --- leaving

TEST_F(GroupOfThree, WipesTheStateOfARemovedMember) {
  const OutgoingCommit removal = village.commit(anna, {.removes = {celine.leaf()}});
  ASSERT_TRUE(village.receive(anna, removal.message()));
  EXPECT_EQ(village.receive(celine, removal.message()), CommitOutcome::removed);
  EXPECT_FALSE(celine.group->is_member());
  EXPECT_TRUE(celine.group->take_secret_tree_changes().empty());
  EXPECT_EQ(village.hear(celine, village.speak(anna, "uten celine")).error(), MessageError::not_a_member);
  EXPECT_EQ(celine.group->protect({}, {}, 0, village.random()).error(), MessageError::not_a_member);
  EXPECT_EQ(celine.group->create_commit({}, village.services(), village.random()).error(),
            CommitRefusal{MemberError::removed});
  EXPECT_EQ(celine.group->stage_commit(removal.message(), village.services()).error(),
            CommitRefusal{MemberError::removed});
}

TEST_F(GroupOfThree, ARemovedMemberThatKeptItsStateReadsNothingLater) {
  const OutgoingCommit removal = village.commit(anna, {.removes = {celine.leaf()}});
  ASSERT_TRUE(village.receive(anna, removal.message()));
  ASSERT_TRUE(village.receive(bjorn, removal.message()));
  // celine does not merge the Commit and goes on with what it has.
  EXPECT_EQ(village.hear(celine, village.speak(anna, "uten celine")).error(), MessageError::wrong_epoch);
  const OutgoingCommit update = village.update(bjorn);
  EXPECT_EQ(village.receive(celine, update.message()).error(), CommitRefusal{CommitError::future_epoch});
  EXPECT_EQ(village.receive(bjorn, village.update(celine).message()).error(), CommitRefusal{CommitError::stale_epoch});
}

TEST_F(GroupOfThree, GivesARemovedMembersLeafToTheNextJoiner) {
  const OutgoingCommit removal = village.commit(anna, {.removes = {bjorn.leaf()}});
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, removal.message()));
  Device dag = village.new_device("dag");
  village.add(celine, {&dag}, {&anna, &celine});
  EXPECT_EQ(dag.leaf(), LeafIndex{1});
  EXPECT_EQ(village.hear(anna, village.speak(dag, "hei")), "hei");
}

// --- external Commits

TEST_F(GroupOfThree, LetsANewMemberInByExternalCommit) {
  Device dag = village.new_device("dag");
  auto external =
      Group::join_external(bjorn.group->group_info(), bjorn.group->public_group().tree().nodes(), dag.identity,
                           *dag.signature_key, {.authenticated_data = {9}}, village.services(), village.random());
  ASSERT_TRUE(external);
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, external->commit));
  dag.group = std::move(external->group);
  expect_agreement({&anna, &bjorn, &celine, &dag});
  EXPECT_EQ(village.hear(celine, village.speak(dag, "hei")), "hei");
  EXPECT_EQ(village.hear(dag, village.speak(anna, "velkommen")), "velkommen");
}

TEST_F(GroupOfThree, AMemberThatLostItsStateComesBackByResync) {
  const LeafIndex old_leaf = celine.leaf();
  Group lost = std::move(*celine.group);
  auto external =
      Group::join_external(anna.group->group_info(), anna.group->public_group().tree().nodes(), celine.identity,
                           *celine.signature_key, {.replaces = old_leaf}, village.services(), village.random());
  ASSERT_TRUE(external);
  const auto staged = anna.group->stage_commit(external->commit, village.services());
  ASSERT_TRUE(staged);
  EXPECT_TRUE(staged->changes().is_external);
  EXPECT_EQ(staged->changes().removed.size(), 1U);
  for (Device* member : {&anna, &bjorn}) ASSERT_TRUE(village.receive(*member, external->commit));
  celine.group = std::move(external->group);
  expect_agreement(everybody());
  EXPECT_EQ(village.hear(bjorn, village.speak(celine, "tilbake")), "tilbake");

  auto seen_by_lost = lost.stage_commit(anna.group->group_info(), village.services());
  EXPECT_EQ(seen_by_lost.error(), CommitRefusal{MemberError::wrong_kind});
  auto replaced = lost.stage_commit(external->commit, village.services());
  ASSERT_TRUE(replaced);
  EXPECT_TRUE(replaced->removes_us());
  EXPECT_EQ(lost.merge(std::move(*replaced)), CommitOutcome::removed);
}

TEST_F(GroupOfThree, IsNotEnteredFromOutsideWithoutAnExternalKey) {
  Device dag = village.new_device("dag");
  auto info = std::get<GroupInfo>(parse_mls_message(anna.group->group_info()).value());
  info.extensions.clear();
  sign_group_info(info, village.suite(), anna.signature_key->private_key.view());
  const auto external =
      Group::join_external(encode_mls_message(info), anna.group->public_group().tree().nodes(), dag.identity,
                           *dag.signature_key, {}, village.services(), village.random());
  EXPECT_EQ(external.error(), JoinRefusal{JoinError::no_external_pub});
}

// --- application messages

TEST_F(GroupOfThree, RefusesMessagesOfOtherEpochs) {
  const Bytes before = village.speak(anna, "før");
  const OutgoingCommit update = village.update(anna);
  ASSERT_TRUE(village.receive(anna, update.message()));
  const Bytes after = village.speak(anna, "etter");
  EXPECT_EQ(village.hear(bjorn, after).error(), MessageError::wrong_epoch);
  ASSERT_TRUE(village.receive(bjorn, update.message()));
  EXPECT_EQ(village.hear(bjorn, before).error(), MessageError::wrong_epoch);
  EXPECT_EQ(village.hear(bjorn, after), "etter");
}

TEST_F(GroupOfThree, AForgedMessageMovesNoRatchet) {
  const Bytes message = village.speak(anna, "ekte");
  const SecretBytes before = bjorn.group->encode_group();
  for (std::size_t i = 0; i < message.size(); ++i) {
    Bytes forged = message;
    forged[i] ^= 1;
    EXPECT_FALSE(village.hear(bjorn, forged)) << "byte " << i;
  }
  EXPECT_TRUE(bjorn.group->take_secret_tree_changes().empty());
  EXPECT_TRUE(equal(bjorn.group->encode_group().view(), before.view()));
  EXPECT_EQ(village.hear(bjorn, message), "ekte");
}

TEST_F(GroupOfThree, ReadsAMessageOnce) {
  const Bytes message = village.speak(anna, "en gang");
  ASSERT_TRUE(village.hear(bjorn, message));
  EXPECT_EQ(village.hear(bjorn, message).error(), MessageError::key_consumed);
}

TEST_F(GroupOfThree, ReadsMessagesThatArriveOutOfOrder) {
  const Bytes first = village.speak(anna, "1");
  const Bytes second = village.speak(anna, "2");
  EXPECT_EQ(village.hear(bjorn, second), "2");
  EXPECT_EQ(village.hear(bjorn, first), "1");
}

TEST_F(GroupOfThree, CarriesAuthenticatedDataAndPadding) {
  const auto plain = anna.group->protect(view_of("ord"), Bytes{1}, 0, village.random()).value();
  const auto padded = anna.group->protect(view_of("ord"), Bytes{1}, 200, village.random()).value();
  EXPECT_GE(padded.size(), plain.size() + 200);
  const auto heard = bjorn.group->unprotect(padded).value();
  EXPECT_EQ(heard.authenticated_data, Bytes{1});
  EXPECT_EQ(heard.sender, anna.leaf());
}

TEST_F(GroupOfThree, SendsAsMuchAsAReceiverReadsAndNotAByteMore) {
  const Bytes largest(application_data_bytes_max);
  const auto message = anna.group->protect(largest, {}, 0, village.random());
  ASSERT_TRUE(message);
  EXPECT_TRUE(bjorn.group->unprotect(*message));
  const Bytes too_large(application_data_bytes_max + 1);
  EXPECT_EQ(anna.group->protect(too_large, {}, 0, village.random()).error(), MessageError::too_large);
  const Bytes too_much(authenticated_data_bytes_max + 1);
  EXPECT_EQ(anna.group->protect({}, too_much, 0, village.random()).error(), MessageError::too_large);
}

TEST_F(GroupOfThree, DoesNotReadOtherKindsOfMessagesAsApplicationMessages) {
  EXPECT_EQ(village.hear(bjorn, village.update(anna).message()).error(), MessageError::wrong_kind);
  EXPECT_EQ(village.hear(bjorn, Bytes{1, 2, 3}).error(), MessageError::malformed);
}

// --- creation

TEST(GroupCreation, RefusesExtensionsThatItsCreatorDoesNotSupport) {
  Village village;
  Device anna = village.new_device("anna");
  const Extensions unknown{{ExtensionType{0xf0ff}, {}}};
  const auto group = Group::create({village.suite(), {1}, anna.identity, Village::lifetime, unknown},
                                   *anna.signature_key, village.random());
  EXPECT_EQ(group.error(), GroupError::invalid_leaf);
}

TEST(GroupCreation, HoldsAGroupOfOne) {
  Village village;
  Device anna = village.new_device("anna");
  village.create_group(anna);
  ASSERT_TRUE(village.receive(anna, village.update(anna).message()));
  EXPECT_EQ(anna.group->epoch(), Epoch{1});
  village.reload(anna);
  EXPECT_TRUE(anna.group->protect(view_of("alene"), {}, 0, village.random()));
}

}  // namespace
}  // namespace samband::mls
