// What a malicious joiner or member can put into a Commit that only the others' secrets can tell.
#include <gtest/gtest.h>

#include "crypto/mls/group/commit_maker.h"
#include "crypto/mls/group/test_village.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

// mallory joins from outside with a Commit of its own making: it signs whatever it likes.
class MaliciousJoiner : public GroupOfThree {
 protected:
  void SetUp() override {
    GroupOfThree::SetUp();
    const auto info = std::get<GroupInfo>(parse_mls_message(anna.group->group_info()).value());
    const auto external_pub =
        parse_external_pub(find_extension(info.extensions, ExtensionType::external_pub)->extension_data);
    init = village.suite().external_init(external_pub->external_pub, village.random()).value();
  }

  MadeCommit make(BytesView init_secret) {
    CommitPlan plan{.sender = NewMemberCommit{},
                    .proposals = {Proposal{ExternalInit{init.kem_output}}},
                    .force_path = true,
                    .identity = mallory.identity,
                    .authenticated_data = {}};
    auto made = make_commit(anna.group->public_group(), std::move(plan), init_secret, *mallory.signature_key,
                            village.services(), village.random());
    EXPECT_TRUE(made);
    return std::move(*made);
  }
  // Signed anew and with a new transcript, but the confirmation tag stays what it was.
  Bytes sign_and_send(MadeCommit made) {
    made.content.auth.signature =
        sign_framed_content(made.content.wire_format, made.content.content, anna.group->context(), village.suite(),
                            mallory.signature_key->private_key.view());
    return encode_mls_message(PublicMessage{made.content.content, made.content.auth, {}});
  }
  static std::vector<UpdatePathNode>& path_nodes(MadeCommit& made) {
    return std::get<Commit>(made.content.content.content).path->nodes;
  }
  // Refused by everybody, and nobody is any different for it.
  void expect_refusal(BytesView message, CommitRefusal refusal) {
    for (Device* member : everybody()) {
      const SecretBytes before = member->group->encode_group();
      EXPECT_EQ(village.receive(*member, message).error(), refusal) << member->name;
      EXPECT_TRUE(equal(member->group->encode_group().view(), before.view())) << member->name;
    }
  }

  Device mallory = village.new_device("mallory");
  CipherSuite::ExternalInit init;
};

TEST_F(MaliciousJoiner, IsLetInWhenItKeepsToTheRules) {
  const Bytes message = sign_and_send(make(init.init_secret.view()));
  for (Device* member : everybody()) EXPECT_TRUE(village.receive(*member, message));
}

TEST_F(MaliciousJoiner, IsRefusedWithAConfirmationTagOfAnotherEpoch) {
  expect_refusal(sign_and_send(make(village.random().secret(32).view())), MemberError::confirmation_tag_mismatch);
}

TEST_F(MaliciousJoiner, IsRefusedWithACiphertextThatDoesNotOpen) {
  MadeCommit made = make(init.init_secret.view());
  for (UpdatePathNode& node : path_nodes(made)) {
    for (HPKECiphertext& sealed : node.encrypted_path_secret) sealed.ciphertext[0] ^= 1;
  }
  expect_refusal(sign_and_send(std::move(made)), MemberError::path_undecryptable);
}

TEST_F(MaliciousJoiner, IsRefusedWithPathSecretsThatDoNotGiveItsPublicKeys) {
  MadeCommit made = make(init.init_secret.view());
  const Bytes context = encode(made.staged.provisional_context);
  const SecretBytes other = village.random().secret(village.suite().hash_bytes());
  for (std::size_t i = 0; i < made.targets.size(); ++i) {
    auto& sealed = path_nodes(made)[i].encrypted_path_secret;
    for (std::size_t j = 0; j < sealed.size(); ++j) {
      const BytesView key = made.staged.tree.encryption_key(made.targets[i].recipients[j]);
      sealed[j] =
          village.suite().encrypt_with_label(key, "UpdatePathNode", context, other.view(), village.random()).value();
    }
  }
  expect_refusal(sign_and_send(std::move(made)), MemberError::path_key_mismatch);
}

TEST_F(MaliciousJoiner, IsRefusedWithTooFewCiphertexts) {
  MadeCommit made = make(init.init_secret.view());
  path_nodes(made).back().encrypted_path_secret.pop_back();
  expect_refusal(sign_and_send(std::move(made)), CommitError::path_wrong_recipients);
}

TEST_F(MaliciousJoiner, IsRefusedWithAParentHashThatDoesNotFitItsPath) {
  MadeCommit made = make(init.init_secret.view());
  UpdatePath& path = *std::get<Commit>(made.content.content.content).path;
  std::get<CommitSource>(path.leaf_node.source).parent_hash[0] ^= 1;
  sign_leaf_node(path.leaf_node, village.suite(), mallory.signature_key->private_key.view(),
                 anna.group->context().group_id, made.staged.changes.committer);
  expect_refusal(sign_and_send(std::move(made)), CommitError::path_parent_hash_mismatch);
}

TEST_F(MaliciousJoiner, IsRefusedWithASignatureOfAnotherKey) {
  MadeCommit made = make(init.init_secret.view());
  made.content.auth.signature[0] ^= 1;
  expect_refusal(encode_mls_message(PublicMessage{made.content.content, made.content.auth, {}}),
                 CommitError::invalid_signature);
}

TEST_F(MaliciousJoiner, IsRefusedWhenItsCredentialIsNotBelieved) {
  const Bytes message = sign_and_send(make(init.init_secret.view()));
  village.authentication().doubt(mallory.identity.credential);
  expect_refusal(message, CommitError::leaf_invalid_credential);
}

TEST_F(MaliciousJoiner, IsRefusedWithAKemOutputThatIsNoPoint) {
  init.kem_output = Bytes(init.kem_output.size());
  expect_refusal(sign_and_send(make(init.init_secret.view())), MemberError::invalid_external_init);
}

TEST_F(GroupOfThree, RefusesAMembersCommitWithoutTheMembershipTagOfThisEpoch) {
  const OutgoingCommit update = village.update(anna);
  auto forged = std::get<PublicMessage>(parse_mls_message(update.message()).value());
  forged.membership_tag[0] ^= 1;
  EXPECT_EQ(village.receive(bjorn, encode_mls_message(forged)).error(),
            CommitRefusal{MemberError::membership_tag_mismatch});
  EXPECT_TRUE(village.receive(bjorn, update.message()));
}

// Each byte of a Commit matters; none that is changed gets through, and none leaves a trace.
TEST_F(GroupOfThree, RefusesACommitWithAnyByteChanged) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}, .force_path = true});
  const SecretBytes before = bjorn.group->encode_group();
  for (std::size_t i = 0; i < outgoing.message().size(); ++i) {
    Bytes changed = outgoing.message();
    changed[i] ^= 1;
    EXPECT_FALSE(bjorn.group->stage_commit(changed, village.services())) << "byte " << i;
  }
  EXPECT_TRUE(equal(bjorn.group->encode_group().view(), before.view()));
  EXPECT_TRUE(village.receive(bjorn, outgoing.message()));
}

TEST_F(GroupOfThree, IsNotJoinedByAWelcomeWithAnyByteChanged) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  const OutgoingCommit outgoing = village.commit(anna, {.adds = {dags.key_package}, .force_path = true});
  const auto welcomes = outgoing.make_welcomes({}, TreeDelivery::in_group_info, village.random()).value();
  for (std::size_t i = 0; i < welcomes[0].message.size(); i += 7) {
    Bytes changed = welcomes[0].message;
    changed[i] ^= 1;
    EXPECT_FALSE(village.join(dag, dags, changed, std::nullopt)) << "byte " << i;
  }
  EXPECT_TRUE(village.join(dag, dags, welcomes[0].message, std::nullopt));
}

// A member that makes Welcomes may lie inside them.
TEST_F(GroupOfThree, IsNotJoinedByAWelcomeThatLies) {
  Device dag = village.new_device("dag");
  const KeyPackageBundle dags = village.new_key_package(dag);
  CommitPlan plan{.sender = MemberSender{anna.leaf()},
                  .proposals = {Proposal{Add{dags.key_package}}},
                  .force_path = true,
                  .identity = anna.identity,
                  .authenticated_data = {}};
  const SecretBytes init_secret = village.random().secret(32);
  const MadeCommit made = make_commit(anna.group->public_group(), std::move(plan), init_secret.view(),
                                      *anna.signature_key, village.services(), village.random())
                              .value();
  const MAC& tag = made.content.auth.confirmation_tag;
  const SecretBytes welcome_secret =
      derive_welcome_secret(village.suite(), made.joiner_secret.view(), made.psk_secret.view());
  const WelcomeSecrets secrets{village.suite(), made.joiner_secret.view(), welcome_secret.view(), {}};
  const SecretBytes& path_secret = made.path->path_secrets.back();
  const RatchetTreeNodes tree = made.staged.tree.nodes();

  const auto join = [&](const MAC& claimed_tag, BytesView claimed_path_secret, const KeyPair& signer) {
    const GroupInfo info = make_welcome_group_info({made.staged.context, claimed_tag, anna.leaf()}, {}, village.suite(),
                                                   signer.private_key.view());
    const auto welcome =
        make_welcome(secrets, seal_group_info(secrets, info), {dags.key_package, claimed_path_secret}, village.random())
            .value();
    return village.join(dag, dags, encode_mls_message(welcome), tree);
  };
  MAC other_tag = tag;
  other_tag[0] ^= 1;
  const SecretBytes other_secret = village.random().secret(32);
  EXPECT_EQ(join(other_tag, path_secret.view(), *anna.signature_key).error(),
            JoinRefusal{JoinError::confirmation_tag_mismatch});
  EXPECT_EQ(join(tag, other_secret.view(), *anna.signature_key).error(), JoinRefusal{JoinError::path_key_mismatch});
  EXPECT_EQ(join(tag, path_secret.view(), *bjorn.signature_key).error(), JoinRefusal{GroupError::invalid_signature});
  EXPECT_TRUE(join(tag, path_secret.view(), *anna.signature_key));
}

}  // namespace
}  // namespace samband::mls
