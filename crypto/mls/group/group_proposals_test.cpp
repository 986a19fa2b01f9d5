// Proposals as messages: made, received, kept, and committed by reference.
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

class Proposals : public GroupOfThree {
 protected:
  void expect_all_follow(const OutgoingCommit& commit) {
    for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, commit.message())) << member->name;
    expect_agreement(everybody());
  }
  std::optional<CommitRefusal> refusal(Device& device, const ProposedChange& change,
                                       const ProposalOptions& options = {}) {
    const auto made = device.group->propose(change, options, village.services(), village.random());
    return made ? std::nullopt : std::optional{made.error()};
  }
  Bytes careless(Device& device, Proposal proposal) { return village.careless(device, std::move(proposal)); }
};

// --- by reference, each kind

TEST_F(Proposals, AddSomebodyWhenTheyAreCommitted) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingProposal add = village.propose(bjorn, Add{dags.key_package}, everybody());
  const OutgoingCommit commit = village.commit(anna, {.references = {add.ref}});
  const auto welcomes = commit.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  EXPECT_FALSE(anna.group->pending().has_path);
  expect_all_follow(commit);
  ASSERT_EQ(welcomes.size(), 1U);
  ASSERT_TRUE(village.join(dag, dags, welcomes[0].message, std::nullopt));
  expect_agreement({&anna, &bjorn, &celine, &dag});
}

TEST_F(Proposals, RemoveSomebodyWhoMayHaveAskedForIt) {
  const OutgoingProposal leaving = village.propose(celine, Remove{celine.leaf()}, everybody());
  const OutgoingCommit commit = village.commit(anna, {.references = {leaving.ref}});
  ASSERT_TRUE(village.receive(anna, commit.message()));
  ASSERT_TRUE(village.receive(bjorn, commit.message()));
  EXPECT_EQ(village.receive(celine, commit.message()), CommitOutcome::removed);
  expect_agreement({&anna, &bjorn});
}

TEST_F(Proposals, UpdateALeafThroughTheCommitOfAnother) {
  const HPKEPublicKey before = anna.group->public_group().tree().leaf(bjorn.leaf())->encryption_key;
  const OutgoingProposal update = village.propose_update(bjorn, everybody());
  expect_all_follow(village.commit(anna, {.references = {update.ref}}));
  EXPECT_NE(anna.group->public_group().tree().leaf(bjorn.leaf())->encryption_key, before);
  // bjorn holds the new key: what is encrypted to its leaf alone reaches it.
  expect_all_follow(village.update(anna));
  expect_all_follow(village.update(bjorn));
  EXPECT_EQ(village.hear(celine, village.speak(bjorn, "ny nøkkel")), "ny nøkkel");
}

TEST_F(Proposals, UpdateALeafWithTheUpdateThatWasTakenUpOfSeveral) {
  const OutgoingProposal first = village.propose_update(bjorn, everybody());
  const OutgoingProposal second = village.propose_update(bjorn, everybody());
  expect_all_follow(village.commit(anna, {.references = {first.ref}}));
  expect_all_follow(village.update(celine));
}

TEST_F(Proposals, UpdateALeafWithANewIdentity) {
  LeafIdentity more = bjorn.identity;
  more.capabilities.extensions.push_back(ExtensionType{0xf0b2});
  const auto update = bjorn.group->propose_update(more, {}, village.services(), village.random());
  ASSERT_TRUE(update);
  for (Device* other : {&anna, &celine}) {
    ASSERT_TRUE(other->group->receive_proposal(update->message, village.services()));
  }
  expect_all_follow(village.commit(anna, {.references = {update->ref}}));
  EXPECT_EQ(anna.group->public_group().tree().leaf(bjorn.leaf())->capabilities, more.capabilities);
}

TEST_F(Proposals, DoNotUpdateALeafWhenTheEpochEndsWithoutThem) {
  const OutgoingProposal update = village.propose_update(bjorn, everybody());
  const HPKEPublicKey before = anna.group->public_group().tree().leaf(bjorn.leaf())->encryption_key;
  expect_all_follow(village.update(anna));
  EXPECT_EQ(anna.group->public_group().tree().leaf(bjorn.leaf())->encryption_key, before);
  EXPECT_EQ(anna.group->create_commit({.references = {update.ref}}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::proposal_not_found});
  expect_all_follow(village.update(celine));
}

TEST_F(Proposals, InjectAPskWithoutAPath) {
  village.psks().add({1}, {0xaa});
  const PreSharedKeyID id = make_external_psk_id(village.suite(), {1}, village.random());
  const OutgoingProposal psk = village.propose(bjorn, PreSharedKey{id}, everybody());
  const OutgoingCommit commit = village.commit(anna, {.references = {psk.ref}});
  EXPECT_FALSE(anna.group->pending().has_path);
  expect_all_follow(commit);
}

TEST_F(Proposals, ReplaceTheExtensions) {
  const Extensions policy{{policy_extension, {4}}};
  const OutgoingProposal change = village.propose(bjorn, GroupContextExtensions{policy}, everybody());
  expect_all_follow(village.commit(celine, {.references = {change.ref}}));
  EXPECT_EQ(anna.group->context().extensions, policy);
}

TEST_F(Proposals, AreCommittedTogetherWithThoseByValue) {
  Device dag = village.new_device("dag");
  const OutgoingProposal leaving = village.propose(celine, Remove{celine.leaf()}, everybody());
  const OutgoingCommit commit =
      village.commit(bjorn, {.adds = {village.new_key_package(dag).key_package}, .references = {leaving.ref}});
  ASSERT_TRUE(village.receive(anna, commit.message()));
  ASSERT_TRUE(village.receive(bjorn, commit.message()));
  EXPECT_EQ(anna.group->public_group().tree().member_count(), 3U);
  expect_agreement({&anna, &bjorn});
}

TEST_F(Proposals, AreCommittedByTheOneWhoMadeThem) {
  const OutgoingProposal removal = village.propose(anna, Remove{celine.leaf()}, everybody());
  const OutgoingCommit commit = village.commit(anna, {.references = {removal.ref}});
  ASSERT_TRUE(village.receive(anna, commit.message()));
  ASSERT_TRUE(village.receive(bjorn, commit.message()));
  expect_agreement({&anna, &bjorn});
}

// --- how they travel

TEST_F(Proposals, CarryAuthenticatedDataAndSayWhoSentThem) {
  const auto made =
      bjorn.group->propose(Remove{celine.leaf()}, {.authenticated_data = {7}}, village.services(), village.random());
  const auto received = anna.group->receive_proposal(made->message, village.services());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->authenticated_data, Bytes{7});
  EXPECT_EQ(received->sender, Sender{MemberSender{bjorn.leaf()}});
  EXPECT_EQ(received->proposal, Proposal{Remove{celine.leaf()}});
  EXPECT_EQ(received->ref, made->ref);
}

class PrivateProposals : public Proposals {
 protected:
  PrivateProposals() { village.handshake_format = HandshakeFormat::private_message; }
};

TEST_F(PrivateProposals, AreCommittedByReference) {
  const OutgoingProposal update = village.propose_update(bjorn, everybody(), {.padding_bytes = 100});
  EXPECT_TRUE(std::holds_alternative<PrivateMessage>(parse_mls_message(update.message).value()));
  const OutgoingProposal removal = village.propose(anna, Remove{celine.leaf()}, everybody());
  const OutgoingCommit commit = village.commit(anna, {.references = {update.ref, removal.ref}});
  ASSERT_TRUE(village.receive(anna, commit.message()));
  ASSERT_TRUE(village.receive(bjorn, commit.message()));
  EXPECT_EQ(village.receive(celine, commit.message()), CommitOutcome::removed);
  expect_agreement({&anna, &bjorn});
}

TEST_F(PrivateProposals, UseAKeyEachOfTheHandshakeRatchet) {
  village.propose(bjorn, Remove{celine.leaf()}, everybody());
  EXPECT_FALSE(bjorn.store.records().empty());
  village.reload(bjorn);
  village.propose(bjorn, Remove{anna.leaf()}, everybody());  // a generation used twice would be refused as consumed
  EXPECT_EQ(anna.group->public_group().waiting_proposals().size(), 2U);
}

TEST_F(PrivateProposals, AreKnownToTheirSenderWithoutBeingOpened) {
  const OutgoingProposal removal = village.propose(bjorn, Remove{celine.leaf()}, everybody());
  EXPECT_EQ(bjorn.group->receive_proposal(removal.message, village.services()).error(),
            CommitRefusal{MemberError::own_proposal});
  EXPECT_EQ(bjorn.group->proposals_to_commit(), std::vector<ProposalRef>{removal.ref});
}

// Whoever fills a member's list must not make it read one message again and again.
TEST_F(PrivateProposals, UseTheirKeyAlsoWhereTooManyWait) {
  village.handshake_format = HandshakeFormat::either;
  Device dag = village.new_device("dag");
  Device eva = village.new_device("eva");
  village.create_group(dag);
  village.add(dag, {&eva}, {&dag});
  for (std::uint32_t i = 0; i < proposals_waiting_max; ++i) {
    ASSERT_TRUE(dag.group->receive_proposal(careless(eva, Remove{LeafIndex{i}}), village.services()));
  }
  const auto one_more = eva.group->propose(Remove{dag.leaf()}, {.wire_format = WireFormat::mls_private_message},
                                           village.services(), village.random());
  EXPECT_EQ(dag.group->receive_proposal(one_more->message, village.services()).error(),
            CommitRefusal{CommitError::too_many_proposals});
  EXPECT_EQ(dag.group->receive_proposal(one_more->message, village.services()).error(),
            CommitRefusal{MessageError::key_consumed});
}

TEST_F(PrivateProposals, AreNotMadeInTheClear) {
  EXPECT_EQ(refusal(bjorn, Remove{celine.leaf()}, {.wire_format = WireFormat::mls_public_message}),
            CommitRefusal{MemberError::wire_format_not_allowed});
}

TEST_F(Proposals, AreKnownToTheirSenderWhenTheyComeBack) {
  const OutgoingProposal removal = village.propose(bjorn, Remove{celine.leaf()}, everybody());
  EXPECT_EQ(bjorn.group->receive_proposal(removal.message, village.services())->ref, removal.ref);
  EXPECT_EQ(bjorn.group->public_group().waiting_proposals().size(), 1U);
}

// --- what is not made

TEST_F(Proposals, AreNotMadeWhenTheOthersWouldRefuseThem) {
  EXPECT_EQ(refusal(anna, Remove{LeafIndex{3}}), CommitRefusal{CommitError::removed_leaf_blank});
  EXPECT_EQ(refusal(anna, PreSharedKey{{ExternalPSK{{1}}, Bytes(31)}}), CommitRefusal{CommitError::invalid_psk});
  Device dag = village.new_device("dag");
  KeyPackage stale = village.new_key_package(dag).key_package;
  stale.signature[0] ^= 1;
  EXPECT_EQ(refusal(anna, Add{stale}), CommitRefusal{CommitError::leaf_invalid_signature});
  const Extensions unknown{{ExtensionType{0xf0ff}, {}}};
  EXPECT_EQ(refusal(anna, GroupContextExtensions{unknown}),
            CommitRefusal{CommitError::leaf_required_capability_missing});
  const Extensions twice{{policy_extension, {1}}, {policy_extension, {2}}};
  EXPECT_EQ(refusal(anna, GroupContextExtensions{twice}), CommitRefusal{CommitError::malformed_extensions});
  EXPECT_EQ(refusal(anna, Remove{bjorn.leaf()}, {.authenticated_data = Bytes(authenticated_data_bytes_max + 1)}),
            CommitRefusal{MessageError::too_large});
  EXPECT_TRUE(anna.group->public_group().waiting_proposals().empty());
}

TEST_F(Proposals, AreNotMadeOfALeafThatTheOthersWouldRefuse) {
  LeafIdentity mute = bjorn.identity;
  mute.capabilities.cipher_suites.clear();
  EXPECT_EQ(bjorn.group->propose_update(mute, {}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::leaf_version_or_suite_unsupported});
}

TEST_F(Proposals, AreNotMadeOfAKeyPackageThatHasExpired) {
  Device dag = village.new_device("dag");
  const auto lasting = [&](Lifetime lifetime) {
    return Add{
        make_key_package(village.suite(), dag.identity, *dag.signature_key, {.lifetime = lifetime}, village.random())
            .key_package};
  };
  EXPECT_EQ(refusal(anna, lasting({0, 999})), CommitRefusal{CommitError::leaf_outside_lifetime});
  EXPECT_EQ(refusal(anna, lasting({1001, 2000})), CommitRefusal{CommitError::leaf_outside_lifetime});
  EXPECT_EQ(refusal(anna, lasting({0, lifetime_seconds_max + 1})), CommitRefusal{CommitError::leaf_outside_lifetime});
  EXPECT_EQ(refusal(anna, lasting({0, lifetime_seconds_max})), std::nullopt);
}

TEST_F(Proposals, AreNeitherMadeNorTakenByWhoWasRemoved) {
  const OutgoingProposal leaving = village.propose(celine, Remove{celine.leaf()}, everybody());
  EXPECT_EQ(celine.group->proposals_to_commit().size(), 0U);  // nobody commits its own removal
  const OutgoingProposal wish = village.propose_update(bjorn, everybody());
  EXPECT_EQ(celine.group->proposals_to_commit(), std::vector<ProposalRef>{wish.ref});
  const OutgoingCommit removal = village.commit(anna, {.references = {leaving.ref}});
  ASSERT_EQ(village.receive(celine, removal.message()), CommitOutcome::removed);
  EXPECT_TRUE(celine.group->proposals_to_commit().empty());
  ASSERT_TRUE(village.receive(anna, removal.message()));
  const OutgoingProposal later = village.propose(anna, Remove{bjorn.leaf()}, {});
  EXPECT_EQ(celine.group->receive_proposal(later.message, village.services()).error(),
            CommitRefusal{MemberError::removed});
}

TEST_F(Proposals, ToReinitialiseAreCommittedWhenNothingElseWaits) {
  const ReInit reinit{.group_id = {'n', 'e', 'w'},
                      .version = ProtocolVersion::mls10,
                      .cipher_suite = static_cast<std::uint16_t>(samband_suite),
                      .extensions = {}};
  const OutgoingProposal first = village.propose(bjorn, reinit, everybody());
  EXPECT_EQ(anna.group->proposals_to_commit(), std::vector<ProposalRef>{first.ref});
  const OutgoingProposal update = village.propose_update(celine, everybody());
  EXPECT_EQ(anna.group->proposals_to_commit(), std::vector<ProposalRef>{update.ref});
  expect_all_follow(village.commit_proposals(anna));
  EXPECT_FALSE(anna.group->public_group().reinit());
  const OutgoingProposal again = village.propose(bjorn, reinit, everybody());
  EXPECT_EQ(celine.group->proposals_to_commit(), std::vector<ProposalRef>{again.ref});
  expect_all_follow(village.commit_proposals(celine));
  EXPECT_EQ(anna.group->public_group().reinit(), reinit);
}

TEST_F(Proposals, AreNotMadeByWhoWasRemoved) {
  const OutgoingCommit removal = village.commit(anna, {.removes = {celine.leaf()}});
  ASSERT_EQ(village.receive(celine, removal.message()), CommitOutcome::removed);
  EXPECT_EQ(refusal(celine, Remove{LeafIndex{0}}), CommitRefusal{MemberError::removed});
  EXPECT_EQ(celine.group->propose_update(std::nullopt, {}, village.services(), village.random()).error(),
            CommitRefusal{MemberError::removed});
}

TEST_F(Proposals, AreNotMadeWhenTooManyWait) {
  for (std::size_t i = 0; i < proposals_waiting_max; ++i) {
    const auto data = static_cast<std::uint16_t>(i);
    const Bytes different{static_cast<std::uint8_t>(data >> 8U), static_cast<std::uint8_t>(data & 0xffU)};
    ASSERT_EQ(refusal(anna, Remove{bjorn.leaf()}, {.authenticated_data = different}), std::nullopt);
  }
  EXPECT_EQ(refusal(anna, Remove{celine.leaf()}), CommitRefusal{CommitError::too_many_proposals});
}

// --- before application data (§12.4)

TEST_F(Proposals, HoldBackApplicationMessagesUntilACommit) {
  village.propose(bjorn, Remove{celine.leaf()}, everybody());
  for (Device* member : {&anna, &bjorn}) {
    EXPECT_EQ(member->group->protect({}, {}, 0, village.random()).error(), MessageError::proposals_waiting);
  }
  const OutgoingCommit commit = village.commit_proposals(anna);
  ASSERT_TRUE(village.receive(anna, commit.message()));
  EXPECT_TRUE(anna.group->protect({}, {}, 0, village.random()));
}

TEST_F(Proposals, HoldBackNothingWhenTheyAreNotValid) {
  const Bytes nobody = careless(bjorn, Remove{LeafIndex{3}});
  const auto received = anna.group->receive_proposal(nobody, village.services());
  ASSERT_TRUE(received);
  EXPECT_EQ(received->fault, CommitError::removed_leaf_blank);
  EXPECT_TRUE(anna.group->proposals_to_commit().empty());
  EXPECT_TRUE(anna.group->protect({}, {}, 0, village.random()));
}

TEST_F(Proposals, HoldBackNothingWhenTheApplicationDoesNotWantThem) {
  const OutgoingProposal removal = village.propose(bjorn, Remove{celine.leaf()}, everybody());
  anna.group->disregard_proposal(removal.ref);
  EXPECT_TRUE(anna.group->protect({}, {}, 0, village.random()));
  EXPECT_TRUE(anna.group->proposals_to_commit().empty());
  anna.group->disregard_proposal(ProposalRef(32));  // of nothing that waits: no effect
  village.propose(bjorn, Remove{anna.leaf()}, everybody());
  EXPECT_EQ(anna.group->protect({}, {}, 0, village.random()).error(), MessageError::proposals_waiting);
  // What one member does not want, another may commit.
  const OutgoingCommit commit = village.commit(bjorn, {.references = {removal.ref}});
  EXPECT_TRUE(village.receive(anna, commit.message()));
}

TEST_F(Proposals, OfAnEarlierEpochThatWereNotValidLetNoneOfTheNextPass) {
  ASSERT_TRUE(anna.group->receive_proposal(careless(bjorn, Remove{LeafIndex{3}}), village.services()));
  expect_all_follow(village.update(celine));
  village.propose(bjorn, Remove{celine.leaf()}, everybody());
  EXPECT_EQ(anna.group->protect({}, {}, 0, village.random()).error(), MessageError::proposals_waiting);
}

TEST_F(Proposals, SayWhichLeafIsNotValid) {
  Device dag = village.new_device("dag");
  KeyPackage key_package = village.new_key_package(dag).key_package;
  village.authentication().doubt(dag.identity.credential);
  EXPECT_EQ(anna.group->receive_proposal(careless(bjorn, Add{key_package}), village.services())->fault,
            CommitError::leaf_invalid_credential);
  const LeafNode wrong_source = *anna.group->public_group().tree().leaf(bjorn.leaf());
  EXPECT_EQ(anna.group->receive_proposal(careless(bjorn, Update{wrong_source}), village.services())->fault,
            CommitError::leaf_wrong_source);
  EXPECT_EQ(anna.group->receive_proposal(careless(bjorn, ExternalInit{Bytes(32)}), village.services())->fault,
            CommitError::external_init_by_member);
}

TEST_F(Proposals, OfACredentialTypeThatSomebodyDoesNotSupportAreNotValid) {
  Device dag = village.new_device("dag");
  dag.identity.credential = X509Credential{{{1}}};
  dag.identity.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
  const KeyPackage key_package = village.new_key_package(dag).key_package;
  EXPECT_EQ(refusal(anna, Add{key_package}), CommitRefusal{CommitError::leaf_credential_type_unsupported});
  EXPECT_EQ(anna.group->receive_proposal(careless(bjorn, Add{key_package}), village.services())->fault,
            CommitError::leaf_credential_type_unsupported);
}

TEST_F(Proposals, FromAnotherGroupOrEpochAreRefused) {
  const OutgoingProposal removal = village.propose(bjorn, Remove{celine.leaf()}, {});
  expect_all_follow(village.update(anna));
  EXPECT_EQ(anna.group->receive_proposal(removal.message, village.services()).error(),
            CommitRefusal{CommitError::stale_epoch});
  EXPECT_EQ(anna.group->receive_proposal(village.update(celine).message(), village.services()).error(),
            CommitRefusal{CommitError::unexpected_content});
}

TEST_F(Proposals, OfSomebodyElsesUpdateByThisLeafCannotBeFollowed) {
  // A copy of bjorn's profile makes an Update that bjorn itself knows nothing of.
  Group copy = bjorn.store.load(*bjorn.signature_key, village.services()).value();
  const auto update = copy.propose_update(std::nullopt, {}, village.services(), village.random());
  for (Device* member : everybody()) {
    ASSERT_TRUE(member->group->receive_proposal(update->message, village.services()));
  }
  const OutgoingCommit commit = village.commit(anna, {.references = {update->ref}});
  EXPECT_EQ(village.receive(bjorn, commit.message()).error(), CommitRefusal{MemberError::update_key_missing});
  EXPECT_TRUE(village.receive(celine, commit.message()));
}

// --- storage

TEST_F(Proposals, AreStillWaitingWhenTheGroupWasStored) {
  const OutgoingProposal update = village.propose_update(bjorn, everybody());
  const Bytes nobody = careless(bjorn, Remove{LeafIndex{3}});
  for (Device* member : everybody()) {
    ASSERT_TRUE(member->group->receive_proposal(nobody, village.services()));
    member->store.save(*member->group);
    const SecretBytes stored = member->group->encode_group();
    village.reload(*member);
    EXPECT_TRUE(equal(member->group->encode_group().view(), stored.view()));
    EXPECT_EQ(member->group->public_group().waiting_proposals().size(), 2U);
    EXPECT_EQ(member->group->proposals_to_commit(),
              member == &bjorn ? std::vector<ProposalRef>{} : std::vector<ProposalRef>{update.ref});
  }
  expect_all_follow(village.commit_proposals(anna));
  expect_all_follow(village.update(celine));
}

TEST_F(Proposals, DoNotOutliveTheirEpochInTheStore) {
  const std::size_t before = bjorn.group->encode_group().size();
  village.propose_update(bjorn, everybody());
  EXPECT_GT(bjorn.group->encode_group().size(), before);
  expect_all_follow(village.update(bjorn));
  village.reload(bjorn);
  EXPECT_TRUE(bjorn.group->public_group().waiting_proposals().empty());
  EXPECT_TRUE(bjorn.group->protect({}, {}, 0, village.random()));
}

TEST_F(Proposals, WithAKeyThatIsNotTheirsAreNotLoaded) {
  village.propose_update(bjorn, everybody());
  Bytes stored = copy_of(bjorn.group->encode_group().view());
  stored.at(2 + 1 + 2 + 1 + 16) ^= 1;  // version, format, count, length: inside the private key
  EXPECT_EQ(Group::load(stored, bjorn.store.records(), *bjorn.signature_key).error(), ParseError::malformed);
}

TEST_F(Proposals, ThatAreDisregardedAndDoNotWaitAreNotLoaded) {
  const OutgoingProposal removal = village.propose(bjorn, Remove{celine.leaf()}, everybody());
  anna.group->disregard_proposal(removal.ref);
  Bytes stored = copy_of(anna.group->encode_group().view());
  stored.at(2 + 1 + 2 + 2 + 1) ^= 1;  // version, format, two counts, length: the reference
  EXPECT_EQ(Group::load(stored, anna.store.records(), *anna.signature_key).error(), ParseError::malformed);
}

TEST_F(Proposals, ThatAreDisregardedAreStoredOnceEach) {
  std::vector<ProposalRef> refs{village.propose(bjorn, Remove{celine.leaf()}, everybody()).ref,
                                village.propose(bjorn, Remove{anna.leaf()}, everybody()).ref};
  for (const ProposalRef& ref : refs) anna.group->disregard_proposal(ref);
  Bytes stored = copy_of(anna.group->encode_group().view());
  EXPECT_TRUE(Group::load(stored, anna.store.records(), *anna.signature_key));
  const auto first = stored.begin() + 2 + 1 + 2 + 2;
  std::swap_ranges(first, first + 33, first + 33);
  EXPECT_EQ(Group::load(stored, anna.store.records(), *anna.signature_key).error(), ParseError::malformed);
}

// --- stores that somebody put together: version, format, the keys of own Updates, the disregarded, and the rest

class SplicedStore : public Proposals {
 protected:
  static constexpr std::size_t front_bytes = 2 + 1 + 2 + 2;  // with neither keys nor references
  static constexpr std::size_t key_at = 2 + 1 + 2 + 1;       // of the first key's bytes, when there is one
  // anna's store with these in it.
  std::optional<ParseError> refusal(const std::vector<Bytes>& update_keys, const std::vector<Bytes>& disregarded) {
    const SecretBytes stored = anna.group->encode_group();
    Writer out;
    out.fixed(stored.view().first(3));
    out.u16(static_cast<std::uint16_t>(update_keys.size()));
    for (const Bytes& key : update_keys) out.bytes(key);
    out.u16(static_cast<std::uint16_t>(disregarded.size()));
    for (const Bytes& ref : disregarded) out.bytes(ref);
    out.fixed(stored.view().subspan(front_bytes));
    const auto loaded = Group::load(out.view(), anna.store.records(), *anna.signature_key);
    return loaded ? std::nullopt : std::optional{loaded.error()};
  }
};

TEST_F(SplicedStore, HoldsTheKeysOfItsOwnUpdatesAlone) {
  village.propose_update(bjorn, everybody());
  const SecretBytes bjorns = bjorn.group->encode_group();
  EXPECT_EQ(refusal({}, {}), std::nullopt);
  EXPECT_EQ(refusal({copy_of(bjorns.view().subspan(key_at, 32))}, {}), ParseError::malformed);
}

TEST_F(SplicedStore, HoldsKeysOfTheSuitesLength) {
  const OutgoingProposal own = village.propose_update(anna, {});
  const SecretBytes stored = anna.group->encode_group();
  Bytes shorter = copy_of(stored.view());
  shorter.at(key_at - 1) = 31;
  shorter.erase(shorter.begin() + key_at);
  EXPECT_EQ(Group::load(shorter, anna.store.records(), *anna.signature_key).error(), ParseError::malformed);
}

TEST_F(SplicedStore, HoldsNothingThatIsLongerThanAnyKeyOrHash) {
  EXPECT_EQ(refusal({Bytes(public_key_bytes_max)}, {}), ParseError::malformed);
  EXPECT_EQ(refusal({Bytes(public_key_bytes_max + 1)}, {}), ParseError::too_long);
  EXPECT_EQ(refusal({}, {Bytes(hash_bytes_max)}), ParseError::malformed);
  EXPECT_EQ(refusal({}, {Bytes(hash_bytes_max + 1)}), ParseError::too_long);
}

}  // namespace
}  // namespace samband::mls
