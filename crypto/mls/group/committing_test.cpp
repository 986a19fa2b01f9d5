// What a member makes of its own Commits, and what it keeps of proposals.
#include <gtest/gtest.h>

#include "crypto/mls/group/test_village.h"

namespace samband::mls {
namespace {

class Committing : public GroupOfThree {
 protected:
  const StagedCommit& pending_after(const CommitOptions& options) {
    if (anna.group->has_pending()) anna.group->clear_pending();
    EXPECT_TRUE(anna.group->create_commit(options, village.services(), village.random()));
    return anna.group->pending();
  }
  KeyPackage key_package_of(const Device& device) { return village.new_key_package(device).key_package; }

  Device dag = village.new_device("dag");
};

TEST_F(Committing, PopulatesThePathWhereOneIsNeededOrAskedFor) {
  EXPECT_TRUE(pending_after({}).has_path);
  EXPECT_TRUE(pending_after({.removes = {bjorn.leaf()}}).has_path);
  EXPECT_TRUE(pending_after({.group_context_extensions = Extensions{}}).has_path);
  EXPECT_FALSE(pending_after({.adds = {key_package_of(dag)}}).has_path);
  EXPECT_TRUE(pending_after({.adds = {key_package_of(dag)}, .force_path = true}).has_path);
}

TEST_F(Committing, ANewIdentityEntersWithAPath) {
  LeafIdentity abler = anna.identity;
  abler.capabilities.proposals.push_back(ProposalType{0xf001});
  const StagedCommit& staged = pending_after({.adds = {key_package_of(dag)}, .new_identity = abler});
  EXPECT_TRUE(staged.has_path);
  EXPECT_EQ(staged.committer_after->capabilities, abler.capabilities);
}

TEST_F(Committing, GivesTheCommitterAFreshLeafKey) {
  const Bytes before = anna.group->public_group().tree().leaf(anna.leaf())->encryption_key;
  EXPECT_NE(pending_after({}).committer_after->encryption_key, before);
}

TEST_F(Committing, NeedsThePskThatItNames) {
  const PreSharedKeyID unheld{ExternalPSK{{1}}, Bytes(village.suite().hash_bytes(), 3)};
  EXPECT_EQ(anna.group->create_commit({.psks = {unheld}}, village.services(), village.random()).error(),
            CommitRefusal{MemberError::missing_psk});
}

TEST_F(Committing, RefusesAKeyPackageThatHasExpired) {
  const Services tomorrow{village.authentication(), village.psks(), WallTime{10'001'000}};
  EXPECT_EQ(anna.group->create_commit({.adds = {key_package_of(dag)}}, tomorrow, village.random()).error(),
            CommitRefusal{CommitError::leaf_outside_lifetime});
}

TEST_F(Committing, RefusesAKeyPackageWhoseCredentialIsNotBelieved) {
  village.authentication().doubt(dag.identity.credential);
  EXPECT_EQ(anna.group->create_commit({.adds = {key_package_of(dag)}}, village.services(), village.random()).error(),
            CommitRefusal{CommitError::leaf_invalid_credential});
}

TEST_F(Committing, ForgetsTheKeysOfNodesThatItsOwnCommitBlanks) {
  for (Device* member : everybody()) ASSERT_TRUE(member->group->own_leaf() < LeafIndex{3});
  const OutgoingCommit update = village.update(anna);  // anna now has a key for the node above it and bjorn
  for (Device* member : everybody()) ASSERT_TRUE(village.receive(*member, update.message()));
  const OutgoingCommit removal = village.commit(anna, {.removes = {bjorn.leaf()}});
  for (Device* member : {&anna, &celine}) ASSERT_TRUE(village.receive(*member, removal.message()));
  EXPECT_TRUE(anna.group->public_group().tree().is_blank(NodeIndex{1}));
  village.reload(anna);  // a key of a blank node would be refused
}

TEST_F(Committing, EndsWithTheMembership) {
  const OutgoingCommit update = village.update(celine);
  const OutgoingCommit removal = village.commit(anna, {.removes = {celine.leaf()}});
  EXPECT_EQ(village.receive(celine, removal.message()), CommitOutcome::removed);
  EXPECT_FALSE(celine.group->has_pending());
}

// --- proposals of others

TEST_F(Committing, KeepsNoProposalThatIsNotOneOfThisEpoch) {
  const auto refusal = [&](BytesView message) {
    return anna.group->receive_proposal(message, village.services()).error();
  };
  EXPECT_EQ(refusal(Bytes{1, 2, 3}), CommitRefusal{MemberError::malformed});
  EXPECT_EQ(refusal(village.update(bjorn).message()), CommitRefusal{CommitError::unexpected_content});
  const auto commit = std::get<PublicMessage>(parse_mls_message(village.update(celine).message()).value());
  PublicMessage untagged = commit;
  untagged.membership_tag[0] ^= 1;
  EXPECT_EQ(refusal(encode_mls_message(untagged)), CommitRefusal{MemberError::membership_tag_mismatch});
  EXPECT_TRUE(anna.group->public_group().waiting_proposals().empty());
}

TEST_F(Committing, NeedsTheSignatureOfWhoeverProposes) {
  const FramedContent content{
      anna.group->context().group_id, anna.group->epoch(), NewMemberProposal{}, {}, Proposal{Add{key_package_of(dag)}}};
  PublicMessage proposal{content,
                         {sign_framed_content(WireFormat::mls_public_message, content, anna.group->context(),
                                              village.suite(), dag.signature_key->private_key.view()),
                          {}},
                         {}};
  ASSERT_TRUE(anna.group->receive_proposal(encode_mls_message(proposal), village.services()));
  proposal.auth.signature[0] ^= 1;
  EXPECT_EQ(bjorn.group->receive_proposal(encode_mls_message(proposal), village.services()).error(),
            CommitRefusal{CommitError::invalid_signature});
}

}  // namespace
}  // namespace samband::mls
