// Groups that continue another: RFC 9420 §11.2 (reinitialisation), §11.3 (branching).
#include "crypto/mls/group/continuation.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

// What a member brings to the new group: another suite may need another signature key.
struct Candidate {
  LeafIdentity identity;
  std::unique_ptr<KeyPair> signature_key;
  KeyPackageBundle bundle;
};

class Continuing : public GroupOfThree {
 protected:
  Candidate candidate(const Device& device, CipherSuite suite) {
    LeafIdentity identity = device.identity;
    identity.capabilities.cipher_suites = {static_cast<std::uint16_t>(suite.id())};
    auto key = std::make_unique<KeyPair>(suite.generate_signature_key_pair(village.random()));
    auto bundle = make_key_package(suite, identity, *key, {.lifetime = Village::lifetime}, village.random());
    return {std::move(identity), std::move(key), std::move(bundle)};
  }

  // The new group of `creator`, with the KeyPackages of `others`.
  std::expected<BegunGroup, ContinuationRefusal> begin(const Continuation& continues, GroupParameters parameters,
                                                       const Candidate& creator,
                                                       const std::vector<const Candidate*>& others) {
    parameters.creator = creator.identity;
    parameters.lifetime = Village::lifetime;
    std::vector<KeyPackage> members;
    for (const Candidate* other : others) members.push_back(other->bundle.key_package);
    return Group::begin_continuation(continues, parameters, members, *creator.signature_key, village.services(),
                                     village.random());
  }
  // The same among the three, by bjorn; asserted to go well.
  BegunGroup begin_with_all(const Continuation& continues, GroupParameters parameters) {
    for (const Device* device : everybody()) candidates.emplace(device->name, candidate(*device, parameters.suite));
    auto begun = begin(continues, std::move(parameters), of(bjorn), {&of(celine), &of(anna)});
    EXPECT_TRUE(begun);
    return std::move(begun.value());
  }
  const Candidate& of(const Device& device) { return candidates.at(device.name); }

  std::vector<AddressedWelcome> welcomes_of(const BegunGroup& begun) {
    return begun.commit.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  }
  std::expected<Joined, JoinRefusal> join(const AddressedWelcome& welcome, const Candidate& joiner,
                                          const Continuation* continues) {
    return Group::join(welcome.message, joiner.bundle, std::nullopt, *joiner.signature_key, village.services(),
                       {.continues = continues});
  }
  // Why celine, the first who is added, does not join.
  JoinRefusal refusal(const BegunGroup& begun, const Continuation& continues) {
    return join(welcomes_of(begun).front(), of(celine), &continues).error();
  }

  // bjorn begins, the others join by what their own old group tells them, and everybody hears everybody.
  void expect_all_go_on(const std::map<std::string, Continuation>& continuations, const GroupParameters& parameters) {
    BegunGroup begun = begin_with_all(continuations.at("bjorn"), parameters);
    const std::vector<AddressedWelcome> welcomes = welcomes_of(begun);
    begun.group.merge_pending();
    auto celines = join(welcomes.at(0), of(celine), &continuations.at("celine"));
    auto annas = join(welcomes.at(1), of(anna), &continuations.at("anna"));
    ASSERT_TRUE(celines && annas);
    bjorn.group = std::move(begun.group);
    celine.group = std::move(celines->group);
    anna.group = std::move(annas->group);
    EXPECT_EQ(anna.group->epoch(), Epoch{1});
    EXPECT_EQ(anna.group->context().group_id, parameters.group_id);
    EXPECT_EQ(anna.group->context().extensions, parameters.extensions);
    EXPECT_EQ(anna.group->public_group().suite().id(), parameters.suite.id());
    expect_agreement(everybody());
    const Bytes words = village.speak(anna, "still here");
    EXPECT_EQ(village.hear(bjorn, words), "still here");
    EXPECT_EQ(village.hear(celine, words), "still here");
    const OutgoingCommit update = village.update(celine);
    for (Device* device : everybody()) EXPECT_TRUE(village.receive(*device, update.message()));
    expect_agreement(everybody());
  }

  [[nodiscard]] GroupParameters parameters(Bytes group_id = {'n', 'e', 'w'}) const {
    return {.suite = village.suite(), .group_id = std::move(group_id), .creator = {}, .lifetime = {}, .extensions = {}};
  }

  std::map<std::string, Candidate> candidates;
};

class Reinitialising : public Continuing {
 protected:
  void end_group() {
    const OutgoingCommit last = village.commit(anna, {.reinit = reinit});
    for (Device* device : everybody()) ASSERT_TRUE(village.receive(*device, last.message()));
    expect_agreement(everybody());
  }
  Continuation continuation() { return anna.group->reinitialisation().value(); }
  [[nodiscard]] GroupParameters wanted() const { return parameters_of(reinit, {}, {}).value(); }

  void expect_all_reinitialise() {
    end_group();
    std::map<std::string, Continuation> continuations;
    for (Device* device : everybody()) {
      continuations.emplace(device->name, device->group->reinitialisation().value());
    }
    expect_all_go_on(continuations, wanted());
  }

  ReInit reinit{.group_id = {'n', 'e', 'w'},
                .version = ProtocolVersion::mls10,
                .cipher_suite = static_cast<std::uint16_t>(samband_suite),
                .extensions = {{policy_extension, {1, 2, 3}}}};
};

TEST_F(Reinitialising, TakesEverybodyIntoTheNewGroup) {
  expect_all_reinitialise();
}

TEST_F(Reinitialising, TakesEverybodyToAnotherSuite) {
  reinit.cipher_suite = static_cast<std::uint16_t>(CipherSuiteId::p256_aes128gcm_sha256_p256);
  expect_all_reinitialise();
}

// --- the old group

TEST_F(Reinitialising, NeedsNoPathAndNoOtherProposal) {
  ASSERT_TRUE(anna.group->create_commit({.reinit = reinit}, village.services(), village.random()));
  EXPECT_FALSE(anna.group->pending().has_path);
  anna.group->clear_pending();
  const auto refused =
      anna.group->create_commit({.removes = {bjorn.leaf()}, .reinit = reinit}, village.services(), village.random());
  EXPECT_EQ(refused.error(), CommitRefusal{CommitError::reinit_not_alone});
}

TEST_F(Reinitialising, EndsTheProposalsOfTheOldGroup) {
  village.handshake_format = HandshakeFormat::either;
  Device dag = village.new_device("dag");
  village.create_group(dag);
  const auto ended = village.commit(dag, {.reinit = reinit});
  ASSERT_TRUE(village.receive(dag, ended.message()));
  const Bytes before = copy_of(dag.group->encode_group().view());
  for (const WireFormat format : {WireFormat::mls_public_message, WireFormat::mls_private_message}) {
    const ProposalOptions options{.wire_format = format, .authenticated_data = {}};
    EXPECT_EQ(dag.group->propose(Remove{dag.leaf()}, options, village.services(), village.random()).error(),
              CommitRefusal{CommitError::group_reinitialised});
    EXPECT_EQ(dag.group->propose_update(std::nullopt, options, village.services(), village.random()).error(),
              CommitRefusal{CommitError::group_reinitialised});
  }
  EXPECT_TRUE(dag.group->take_secret_tree_changes().empty());
  EXPECT_TRUE(equal(dag.group->encode_group().view(), before));
}

TEST_F(Reinitialising, TakesNoProposalsInTheOldGroup) {
  Group copy = bjorn.store.load(*bjorn.signature_key, village.services()).value();
  village.propose(celine, Remove{bjorn.leaf()}, everybody());
  EXPECT_EQ(anna.group->proposals_to_commit().size(), 1U);
  end_group();
  EXPECT_TRUE(anna.group->proposals_to_commit().empty());
  // bjorn's own copy did not see the end: what it goes on to propose is of an epoch that is over.
  const auto late = copy.propose(Remove{celine.leaf()}, {}, village.services(), village.random());
  EXPECT_EQ(anna.group->receive_proposal(late->message, village.services()).error(),
            CommitRefusal{CommitError::stale_epoch});
  // And what somebody proposes in the last epoch all the same is refused for what it is.
  const Bytes stubborn = village.careless(bjorn, Remove{celine.leaf()});
  EXPECT_EQ(anna.group->receive_proposal(stubborn, village.services()).error(),
            CommitRefusal{CommitError::group_reinitialised});
  EXPECT_TRUE(anna.group->public_group().waiting_proposals().empty());
}

TEST_F(Reinitialising, LeavesNothingToSayInTheOldGroup) {
  const Bytes words = village.speak(bjorn, "too late");
  end_group();
  EXPECT_EQ(anna.group->protect({}, {}, 0, village.random()).error(), MessageError::group_reinitialised);
  EXPECT_EQ(village.hear(anna, words).error(), MessageError::group_reinitialised);
}

TEST_F(Reinitialising, EndsTheCommitsOfTheOldGroup) {
  end_group();
  EXPECT_EQ(anna.group->create_commit({}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::group_reinitialised});
  const Device dag = village.new_device("dag");
  auto joining = Group::join_external(anna.group->group_info(TreeDelivery::in_group_info), std::nullopt, dag.identity,
                                      *dag.signature_key, {}, village.services(), village.random());
  ASSERT_TRUE(joining) << "who comes from outside can't know";
  EXPECT_EQ(village.receive(anna, joining->commit).error(), CommitRefusal{CommitError::group_reinitialised});
}

TEST_F(Reinitialising, IsRememberedByTheStoredGroup) {
  EXPECT_FALSE(anna.group->reinitialisation());
  end_group();
  const SecretBytes psk = anna.group->resumption_psk();
  village.reload(anna);
  const auto continuation = anna.group->reinitialisation();
  ASSERT_TRUE(continuation);
  EXPECT_TRUE(equal(continuation->resumption_psk.view(), psk.view()));
  EXPECT_EQ(continuation->id, (ResumptionPSK{ResumptionPSKUsage::reinit, {0x67}, anna.group->epoch()}));
  EXPECT_EQ(continuation->members.size(), 3U);
}

TEST_F(Reinitialising, MayAskForWhatThisBuildHasNot) {
  EXPECT_TRUE(parameters_of(reinit, {}, {}));
  ReInit other = reinit;
  other.cipher_suite = 0x7777;
  EXPECT_FALSE(parameters_of(other, {}, {}));
  other = reinit;
  other.version = ProtocolVersion{2};
  EXPECT_FALSE(parameters_of(other, {}, {}));
}

// --- the new group: each mismatch is refused by who makes it, and by who joins it when its maker looked away

TEST_F(Reinitialising, IsToTheSuiteOfTheReInit) {
  end_group();
  GroupParameters other = wanted();
  other.suite = *CipherSuite::of(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
  const Continuation honest = continuation();
  const Candidate alone = candidate(anna, other.suite);
  EXPECT_EQ(begin(honest, other, alone, {}).error(), ContinuationRefusal{ContinuationError::suite_differs});
  Continuation blind = continuation();
  blind.cipher_suite = static_cast<std::uint16_t>(other.suite.id());
  EXPECT_EQ(refusal(begin_with_all(blind, other), honest), JoinRefusal{ContinuationError::suite_differs});
}

TEST_F(Reinitialising, IsToTheVersionOfTheReInit) {
  reinit.version = ProtocolVersion{2};
  end_group();
  reinit.version = ProtocolVersion::mls10;
  const Continuation honest = continuation();
  const Candidate alone = candidate(anna, village.suite());
  EXPECT_EQ(begin(honest, wanted(), alone, {}).error(), ContinuationRefusal{ContinuationError::version_differs});
  Continuation blind = continuation();
  blind.version = ProtocolVersion::mls10;
  EXPECT_EQ(refusal(begin_with_all(blind, wanted()), honest), JoinRefusal{ContinuationError::version_differs});
}

TEST_F(Reinitialising, IsToTheGroupIdOfTheReInit) {
  end_group();
  GroupParameters other = wanted();
  other.group_id = {'o'};
  const Continuation honest = continuation();
  const Candidate alone = candidate(anna, village.suite());
  EXPECT_EQ(begin(honest, other, alone, {}).error(), ContinuationRefusal{ContinuationError::group_id_differs});
  Continuation blind = continuation();
  blind.group_id.reset();
  EXPECT_EQ(refusal(begin_with_all(blind, other), honest), JoinRefusal{ContinuationError::group_id_differs});
}

TEST_F(Reinitialising, IsToTheExtensionsOfTheReInit) {
  end_group();
  GroupParameters other = wanted();
  other.extensions.clear();
  const Continuation honest = continuation();
  const Candidate alone = candidate(anna, village.suite());
  EXPECT_EQ(begin(honest, other, alone, {}).error(), ContinuationRefusal{ContinuationError::extensions_differ});
  Continuation blind = continuation();
  blind.extensions.reset();
  EXPECT_EQ(refusal(begin_with_all(blind, other), honest), JoinRefusal{ContinuationError::extensions_differ});
}

TEST_F(Reinitialising, LeavesNobodyBehind) {
  end_group();
  const Continuation honest = continuation();
  for (const Device* device : everybody()) candidates.emplace(device->name, candidate(*device, village.suite()));
  EXPECT_EQ(begin(honest, wanted(), of(bjorn), {&of(celine)}).error(),
            ContinuationRefusal{ContinuationError::member_missing});
  Continuation blind = continuation();
  std::erase(blind.members, anna.identity.credential);
  const auto begun = begin(blind, wanted(), of(bjorn), {&of(celine)});
  ASSERT_TRUE(begun);
  EXPECT_EQ(refusal(*begun, honest), JoinRefusal{ContinuationError::member_missing});
}

TEST_F(Reinitialising, LetsNobodyIn) {
  end_group();
  const Continuation honest = continuation();
  for (const Device* device : everybody()) candidates.emplace(device->name, candidate(*device, village.suite()));
  const Device dag = village.new_device("dag");
  const Candidate dags = candidate(dag, village.suite());
  const std::vector<const Candidate*> others{&of(celine), &of(anna), &dags};
  EXPECT_EQ(begin(honest, wanted(), of(bjorn), others).error(), ContinuationRefusal{ContinuationError::member_unknown});
  Continuation blind = continuation();
  blind.members.push_back(dag.identity.credential);
  const auto begun = begin(blind, wanted(), of(bjorn), others);
  ASSERT_TRUE(begun);
  EXPECT_EQ(refusal(*begun, honest), JoinRefusal{ContinuationError::member_unknown});
}

TEST_F(Reinitialising, BringsMembersInInTheFirstEpochOnly) {
  end_group();
  const Continuation honest = continuation();
  BegunGroup begun = begin_with_all(honest, wanted());
  begun.group.merge_pending();
  GroupContext context = begun.group.context();
  const RatchetTree& tree = begun.group.public_group().tree();
  EXPECT_TRUE(verify_continuation(honest, context, tree, village.authentication()));
  ++context.epoch.value;
  EXPECT_EQ(verify_continuation(honest, context, tree, village.authentication()).error(),
            ContinuationError::not_first_epoch);
}

TEST_F(Reinitialising, IsNotBegunWithWhatNoGroupTakes) {
  end_group();
  const Candidate own = candidate(bjorn, village.suite());
  const Candidate celines = candidate(celine, village.suite());
  GroupParameters twice = wanted();
  twice.extensions.push_back(twice.extensions.front());
  EXPECT_EQ(begin(continuation(), twice, own, {&celines}).error(),
            ContinuationRefusal{GroupError::malformed_extensions});
  const Candidate of_another_suite = candidate(celine, *CipherSuite::of(CipherSuiteId::p256_aes128gcm_sha256_p256));
  EXPECT_EQ(begin(continuation(), wanted(), own, {&of_another_suite}).error(),
            ContinuationRefusal{CommitError::leaf_version_or_suite_unsupported});
}

TEST_F(Reinitialising, IsNotEnteredByWhoWasNotToldOfIt) {
  end_group();
  const auto begun = begin_with_all(continuation(), wanted());
  const auto joined = join(welcomes_of(begun).front(), of(celine), nullptr);
  EXPECT_EQ(joined.error(), JoinRefusal{WelcomeError::unexpected_continuation});
}

TEST_F(Reinitialising, IsNotEnteredWithThePskOfAnotherEpoch) {
  Continuation earlier = anna.group->branch();
  end_group();
  Continuation wrong = continuation();
  wrong.resumption_psk = std::move(earlier.resumption_psk);
  const auto begun = begin_with_all(continuation(), wanted());
  EXPECT_EQ(refusal(begun, wrong), JoinRefusal{WelcomeError::undecryptable});
}

// --- branches

class Branching : public Continuing {};

TEST_F(Branching, MayTakeEverybody) {
  std::map<std::string, Continuation> continuations;
  for (Device* device : everybody()) continuations.emplace(device->name, device->group->branch());
  expect_all_go_on(continuations, parameters());
}

TEST_F(Branching, MayLeaveSomeBehindWhileTheOldGroupGoesOn) {
  const Continuation annas = anna.group->branch();
  const Continuation celines = celine.group->branch();
  for (const Device* device : everybody()) candidates.emplace(device->name, candidate(*device, village.suite()));
  auto begun = begin(annas, parameters(), of(anna), {&of(celine)});
  ASSERT_TRUE(begun);
  const auto welcomes = welcomes_of(*begun);
  begun->group.merge_pending();
  const OutgoingCommit update = village.update(bjorn);
  for (Device* device : everybody()) ASSERT_TRUE(village.receive(*device, update.message()));

  const auto joined = join(welcomes.front(), of(celine), &celines);
  ASSERT_TRUE(joined) << "by what the epoch of the branch left";
  EXPECT_EQ(joined->group.context(), begun->group.context());
  EXPECT_EQ(village.hear(bjorn, village.speak(anna, "as before")), "as before");
  const Continuation later = celine.group->branch();
  EXPECT_EQ(join(welcomes.front(), of(celine), &later).error(),
            JoinRefusal{WelcomeError::continuation_of_another_epoch});
}

TEST_F(Branching, TakesNobodyElse) {
  const Continuation honest = anna.group->branch();
  const Device dag = village.new_device("dag");
  const Candidate dags = candidate(dag, village.suite());
  for (const Device* device : everybody()) candidates.emplace(device->name, candidate(*device, village.suite()));
  EXPECT_EQ(begin(honest, parameters(), of(anna), {&of(celine), &dags}).error(),
            ContinuationRefusal{ContinuationError::member_unknown});
  Continuation blind = anna.group->branch();
  blind.members.push_back(dag.identity.credential);
  const auto begun = begin(blind, parameters(), of(anna), {&of(celine), &dags});
  ASSERT_TRUE(begun);
  EXPECT_EQ(refusal(*begun, honest), JoinRefusal{ContinuationError::member_unknown});
}

TEST_F(Branching, KeepsTheSuiteAndTheVersion) {
  Continuation honest = anna.group->branch();
  Continuation blind = anna.group->branch();
  GroupParameters other = parameters();
  other.suite = *CipherSuite::of(CipherSuiteId::x25519_aes128gcm_sha256_ed25519);
  blind.cipher_suite = static_cast<std::uint16_t>(other.suite.id());
  EXPECT_EQ(refusal(begin_with_all(blind, other), honest), JoinRefusal{ContinuationError::suite_differs});
  candidates.clear();
  honest.version = ProtocolVersion{2};
  EXPECT_EQ(refusal(begin_with_all(anna.group->branch(), parameters()), honest),
            JoinRefusal{ContinuationError::version_differs});
}

// --- the PSK

TEST_F(Continuing, PutsAFreshNonceIntoEachName) {
  const auto psk_of = [&] {
    candidates.clear();
    return begin_with_all(anna.group->branch(), parameters()).group.pending().changes.psks;
  };
  const auto first = psk_of();
  const auto second = psk_of();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].psk_nonce.size(), village.suite().hash_bytes());
  EXPECT_NE(first[0].psk_nonce, second.at(0).psk_nonce);
}

TEST_F(Continuing, IsNoMatterForOtherCommits) {
  for (const ResumptionPSKUsage usage : {ResumptionPSKUsage::reinit, ResumptionPSKUsage::branch}) {
    const PreSharedKeyID id{ResumptionPSK{usage, {0x67}, Epoch{1}}, Bytes(village.suite().hash_bytes(), 1)};
    Device dag = village.new_device("dag");
    village.create_group(dag, {'d'});
    for (Device* device : {&anna, &dag}) {
      EXPECT_EQ(device->group->create_commit({.psks = {id}}, village.services(), village.random()).error(),
                CommitRefusal{CommitError::invalid_psk});
    }
  }
}

TEST_F(Continuing, NeverAsksTheApplicationForThePsk) {
  class Everything final : public PreSharedKeySource {
   public:
    [[nodiscard]] std::optional<SecretBytes> find(const PreSharedKeyID&) const override {
      return SecretBytes{Bytes(1)};
    }
  };
  const Everything others;
  const Continuation continues = anna.group->branch();
  const Bytes nonce(village.suite().hash_bytes());
  const PreSharedKeyID named{continues.id, nonce};
  const PreSharedKeyID application{ResumptionPSK{ResumptionPSKUsage::application, {1}, Epoch{1}}, nonce};
  const PreSharedKeyID another{ResumptionPSK{ResumptionPSKUsage::branch, {1}, Epoch{1}}, nonce};
  const ContinuationPsks with{others, &continues};
  EXPECT_TRUE(equal(with.find(named)->view(), continues.resumption_psk.view()));
  EXPECT_TRUE(with.find(application));
  EXPECT_FALSE(with.find(another));
  EXPECT_FALSE((ContinuationPsks{others, nullptr}.find(named)));
}

TEST_F(Continuing, WaitsInTheStoreUntilTheLogHasIt) {
  BegunGroup begun = begin_with_all(anna.group->branch(), parameters());
  StoredGroup store;
  store.save(begun.group);
  auto loaded = store.load(*of(bjorn).signature_key, village.services());
  ASSERT_TRUE(loaded);
  ASSERT_TRUE(loaded->has_pending());
  loaded->merge_pending();
  begun.group.merge_pending();
  EXPECT_EQ(loaded->context(), begun.group.context());
  EXPECT_TRUE(equal(loaded->epoch_authenticator().view(), begun.group.epoch_authenticator().view()));
}

}  // namespace
}  // namespace samband::mls
