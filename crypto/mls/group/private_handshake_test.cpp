// Proposals and Commits as PrivateMessage, and what a member accepts of it.
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

constexpr CommitRefusal not_allowed{MemberError::wire_format_not_allowed};

WireFormat format_of(BytesView message) {
  return wire_format(parse_mls_message(message).value());
}

// Three members that send and accept private handshake messages only.
class PrivateHandshakes : public GroupOfThree {
 protected:
  PrivateHandshakes() { village.handshake_format = HandshakeFormat::private_message; }

  void expect_all_follow(BytesView commit) {
    for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, commit)) << member->name;
    expect_agreement(everybody());
  }
  std::optional<CommitRefusal> refusal(Device& device, const CommitOptions& options) {
    const auto made = device.group->create_commit(options, village.services(), village.random());
    return made ? std::nullopt : std::optional{made.error()};
  }
};

// --- what is allowed

TEST_F(PrivateHandshakes, CarryCommitsThatEverybodyFollows) {
  const OutgoingCommit update = village.update(anna);
  EXPECT_EQ(format_of(update.message()), WireFormat::mls_private_message);
  expect_all_follow(update.message());
  expect_all_follow(village.update(celine).message());
  EXPECT_EQ(village.hear(bjorn, village.speak(celine, "hei")), "hei");
}

TEST_F(PrivateHandshakes, LetOneMemberBeAddedAndAnotherBeRemoved) {
  Device dag = village.new_device("dag");
  village.add(bjorn, {&dag}, everybody());
  const OutgoingCommit removal = village.commit(dag, {.removes = {celine.leaf()}});
  for (Device* member : {&anna, &bjorn, &dag}) ASSERT_TRUE(village.receive(*member, removal.message()));
  EXPECT_EQ(village.receive(celine, removal.message()), CommitOutcome::removed);
  expect_agreement({&anna, &bjorn, &dag});
}

TEST_F(PrivateHandshakes, AreTheOnlyOnesThatAMemberMakesOrTakes) {
  EXPECT_EQ(refusal(anna, {.force_path = true, .wire_format = WireFormat::mls_public_message}), not_allowed);
  village.handshake_format = HandshakeFormat::either;
  Device dag = village.new_device("dag");
  village.add(anna, {&dag}, everybody());
  const OutgoingCommit in_clear =
      village.commit(dag, {.force_path = true, .wire_format = WireFormat::mls_public_message});
  EXPECT_EQ(village.receive(anna, in_clear.message()).error(), not_allowed);
}

TEST_F(GroupOfThree, RefusesPrivateHandshakesUnlessItWasToldToAllowThem) {
  const auto made = anna.group->create_commit({.force_path = true, .wire_format = WireFormat::mls_private_message},
                                              village.services(), village.random());
  EXPECT_EQ(made.error(), not_allowed);
  village.handshake_format = HandshakeFormat::private_message;
  Device dag = village.new_device("dag");
  village.add(anna, {&dag}, everybody());
  EXPECT_EQ(village.receive(anna, village.update(dag).message()).error(), not_allowed);
}

TEST_F(PrivateHandshakes, AreTheDefaultWhereBothAreAllowed) {
  village.handshake_format = HandshakeFormat::either;
  village.create_group(anna, {0x69});
  village.add(anna, {&bjorn, &celine}, {&anna});
  const OutgoingCommit sealed = village.update(anna);
  EXPECT_EQ(format_of(sealed.message()), WireFormat::mls_private_message);
  expect_all_follow(sealed.message());
  const OutgoingCommit in_clear =
      village.commit(bjorn, {.force_path = true, .wire_format = WireFormat::mls_public_message});
  EXPECT_EQ(format_of(in_clear.message()), WireFormat::mls_public_message);
  expect_all_follow(in_clear.message());
  EXPECT_EQ(refusal(anna, {.force_path = true, .wire_format = WireFormat::mls_welcome}), not_allowed);
}

TEST_F(PrivateHandshakes, LeaveTheDoorOpenForExternalCommitsWhichAreAlwaysPublic) {
  Device dag = village.new_device("dag");
  auto external = Group::join_external(anna.group->group_info(TreeDelivery::in_group_info), std::nullopt, dag.identity,
                                       *dag.signature_key, {.handshake_format = HandshakeFormat::private_message},
                                       village.services(), village.random());
  ASSERT_TRUE(external);
  expect_all_follow(external->commit);
  dag.group = std::move(external->group);
  const OutgoingCommit update = village.update(dag);
  EXPECT_EQ(format_of(update.message()), WireFormat::mls_private_message);
  expect_all_follow(update.message());
}

TEST_F(PrivateHandshakes, AreNoApplicationMessages) {
  const Bytes words = village.speak(anna, "ikke en Commit");
  EXPECT_EQ(village.receive(bjorn, words).error(), CommitRefusal{MemberError::wrong_kind});
  EXPECT_EQ(village.hear(bjorn, village.update(anna).message()).error(), MessageError::wrong_kind);
}

TEST_F(PrivateHandshakes, HideWhatTheyHoldAndCarryPaddingAndAuthenticatedData) {
  const OutgoingCommit plain = village.commit(anna, {.force_path = true, .authenticated_data = {7}});
  anna.group->clear_pending();
  const OutgoingCommit padded =
      village.commit(anna, {.force_path = true, .authenticated_data = {7}, .padding_bytes = 500});
  EXPECT_EQ(padded.message().size(), plain.message().size() + 500);
  const auto sealed = std::get<PrivateMessage>(parse_mls_message(padded.message()).value());
  EXPECT_EQ(sealed.authenticated_data, Bytes{7});
  const auto staged = bjorn.group->stage_commit(padded.message(), village.services());
  ASSERT_TRUE(staged);
  EXPECT_EQ(staged->staged().authenticated_data, Bytes{7});
}

TEST_F(PrivateHandshakes, AreNotMadeWithMoreAuthenticatedDataThanAReceiverReads) {
  Bytes most(authenticated_data_bytes_max);
  expect_all_follow(village.commit(anna, {.force_path = true, .authenticated_data = most}).message());
  most.push_back(0);
  EXPECT_EQ(refusal(anna, {.force_path = true, .authenticated_data = most}), CommitRefusal{MessageError::too_large});
}

// --- their keys

// The generation that the sender data of a message names, seen by a member.
Generation generation_of(const Group& group, BytesView message) {
  const auto sealed = std::get<PrivateMessage>(parse_mls_message(message).value());
  const SecretBytes before = group.encode_group();
  // sender_data_secret is the first of eight secrets of 32 bytes at the end of the stored form.
  const SecretBytes secret{before.view().subspan(before.size() - 8 * 33 + 1, 32)};
  return open_sender_data({group.public_group().suite(), group.context()}, sealed, secret.view())->generation;
}

TEST_F(PrivateHandshakes, UseAKeyOnceWhateverBecomesOfTheCommit) {
  const OutgoingCommit dropped = village.update(anna);
  anna.store.save(*anna.group);
  anna.group->clear_pending();
  village.reload(anna);  // the record of the ratchet was in take_secret_tree_changes
  anna.group->clear_pending();
  const OutgoingCommit next = village.update(anna);
  EXPECT_EQ(generation_of(*bjorn.group, dropped.message()), Generation{0});
  EXPECT_EQ(generation_of(*bjorn.group, next.message()), Generation{1});
  expect_all_follow(next.message());
}

TEST_F(PrivateHandshakes, DoNotMoveTheRatchetOfApplicationMessages) {
  const OutgoingCommit update = village.update(anna);
  const Bytes words = village.speak(anna, "samtidig");
  EXPECT_EQ(generation_of(*bjorn.group, words), Generation{0});
}

TEST_F(PrivateHandshakes, AreJudgedWithoutLeavingATrace) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}, .force_path = true});
  const SecretBytes before = bjorn.group->encode_group();
  for (std::size_t i = 0; i < outgoing.message().size(); i += 3) {
    Bytes changed = outgoing.message();
    changed[i] ^= 1;
    EXPECT_FALSE(bjorn.group->stage_commit(changed, village.services())) << "byte " << i;
  }
  ASSERT_TRUE(bjorn.group->stage_commit(outgoing.message(), village.services()));
  EXPECT_TRUE(equal(bjorn.group->encode_group().view(), before.view()));
  EXPECT_TRUE(bjorn.group->take_secret_tree_changes().empty());
  EXPECT_TRUE(village.receive(bjorn, outgoing.message()));
}

TEST_F(PrivateHandshakes, SayWhyTheyDoNotOpen) {
  const OutgoingCommit update = village.update(anna);
  auto forged = std::get<PrivateMessage>(parse_mls_message(update.message()).value());
  forged.ciphertext.back() ^= 1;
  EXPECT_EQ(village.receive(bjorn, encode_mls_message(forged)).error(), CommitRefusal{MessageError::decryption_failed});
  forged.encrypted_sender_data.back() ^= 1;
  EXPECT_EQ(village.receive(bjorn, encode_mls_message(forged)).error(), CommitRefusal{MessageError::decryption_failed});
}

TEST_F(PrivateHandshakes, KeepToTheirGroupAndEpoch) {
  const OutgoingCommit first = village.update(anna);
  auto other = std::get<PrivateMessage>(parse_mls_message(first.message()).value());
  other.group_id = {9};
  EXPECT_EQ(village.receive(bjorn, encode_mls_message(other)).error(), CommitRefusal{CommitError::wrong_group});
  ASSERT_TRUE(village.receive(anna, first.message()));
  EXPECT_EQ(village.receive(bjorn, village.update(anna).message()).error(), CommitRefusal{CommitError::future_epoch});
  ASSERT_TRUE(village.receive(bjorn, first.message()));
  EXPECT_EQ(village.receive(bjorn, first.message()).error(), CommitRefusal{CommitError::stale_epoch});
}

TEST_F(PrivateHandshakes, AreNotMistakenForAnothersByTheirSender) {
  const OutgoingCommit update = village.update(anna);
  anna.group->clear_pending();
  EXPECT_EQ(village.receive(anna, update.message()).error(), CommitRefusal{MemberError::own_commit});
}

// A member knows the keys of every sender's ratchet, so it can seal in the name of any leaf; not sign.
class Forger : public PrivateHandshakes {
 protected:
  Bytes sealed_by(LeafIndex named, const KeyPair& signer) {
    const GroupContext& context = anna.group->context();
    const CipherSuite suite = village.suite();
    AuthenticatedContent content{
        .wire_format = WireFormat::mls_private_message,
        .content = {context.group_id, context.epoch, MemberSender{named}, {}, Proposal{Remove{LeafIndex{2}}}},
        .auth = {}};
    content.auth.signature =
        sign_framed_content(content.wire_format, content.content, context, suite, signer.private_key.view());
    const SecretBytes stored = anna.group->encode_group();
    const SecretBytes sender_data_secret{stored.view().subspan(stored.size() - 8 * 33 + 1, 32)};
    std::vector<SecretTreeRecord> records = fresh_records();
    const SecretTree tree = SecretTree::load(suite, 4, records).value();
    const auto key = tree.derive(named, RatchetKind::handshake, Generation{0}).value();
    return encode_mls_message(
        protect_private({suite, context}, content, key, Generation{0}, 0, sender_data_secret.view(), village.random()));
  }
  // Of anna's secret tree, from her store.
  std::vector<SecretTreeRecord> fresh_records() { return anna.store.records(); }
};

TEST_F(Forger, IsRefusedWithoutTheSignatureOfTheLeafItNames) {
  EXPECT_EQ(bjorn.group->receive_proposal(sealed_by(LeafIndex{0}, *celine.signature_key), village.services()).error(),
            CommitRefusal{CommitError::invalid_signature});
  EXPECT_TRUE(bjorn.group->take_secret_tree_changes().empty());
  EXPECT_TRUE(bjorn.group->receive_proposal(sealed_by(LeafIndex{0}, *anna.signature_key), village.services()));
}

TEST_F(Forger, IsRefusedInTheNameOfALeafThatIsBlank) {
  EXPECT_EQ(bjorn.group->receive_proposal(sealed_by(LeafIndex{3}, *anna.signature_key), village.services()).error(),
            CommitRefusal{MessageError::unknown_sender});
}

TEST_F(Forger, SpendsAKeyWithWhatIsAuthentic) {
  const Bytes proposal = sealed_by(LeafIndex{0}, *anna.signature_key);
  ASSERT_TRUE(bjorn.group->receive_proposal(proposal, village.services()));
  EXPECT_FALSE(bjorn.group->take_secret_tree_changes().empty());
  EXPECT_EQ(bjorn.group->receive_proposal(proposal, village.services()).error(),
            CommitRefusal{MessageError::key_consumed});
}

// --- storage

TEST_F(PrivateHandshakes, AreStillAllowedWhenTheGroupWasStored) {
  village.reload(anna);
  EXPECT_EQ(anna.group->handshake_format(), HandshakeFormat::private_message);
  expect_all_follow(village.update(anna).message());
}

TEST_F(PrivateHandshakes, AreMergedWhenThePendingOneWasStored) {
  const OutgoingCommit update = village.update(anna);
  anna.store.save(*anna.group);
  village.reload(anna);
  ASSERT_TRUE(anna.group->is_pending(update.message()));
  anna.store.save(*anna.group);
  village.reload(anna);  // what was loaded can be stored again
  expect_all_follow(update.message());
  EXPECT_EQ(village.hear(bjorn, village.speak(anna, "videre")), "videre");
}

TEST_F(PrivateHandshakes, AreNotLoadedWhenWhatWasStoredBesideThemDoesNotParse) {
  const OutgoingCommit update = village.update(anna);
  Bytes pending = copy_of(anna.group->encode_pending().view());
  anna.group->clear_pending();
  const auto at = std::ranges::search(pending, update.message()).begin() - pending.begin();
  pending.at(static_cast<std::size_t>(at) + update.message().size() + 2) ^= 0xff;  // its wire format
  EXPECT_FALSE(anna.group->load_pending(pending, village.services()));
}

TEST_F(GroupOfThree, ReadsAStoreFromBeforeHandshakesCouldBePrivate) {
  Bytes stored = copy_of(bjorn.group->encode_group().view());
  stored.erase(stored.begin() + 2, stored.begin() + 7);  // the HandshakeFormat, and that nothing waits
  stored[1] = 1;                                         // the version
  const auto loaded = Group::load(stored, bjorn.store.records(), *bjorn.signature_key);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->handshake_format(), HandshakeFormat::public_message);
  EXPECT_EQ(loaded->context(), bjorn.group->context());
}

TEST_F(GroupOfThree, RefusesAStoredHandshakeFormatItDoesNotKnow) {
  for (const std::uint8_t value : {std::uint8_t{0}, std::uint8_t{4}}) {
    Bytes stored = copy_of(bjorn.group->encode_group().view());
    stored[2] = value;
    EXPECT_EQ(Group::load(stored, bjorn.store.records(), *bjorn.signature_key).error(), ParseError::unknown_value);
  }
}

}  // namespace
}  // namespace samband::mls
