// What is refused by its form alone. Everything that needs a living group is tested in server/core.
#include "server/protocol/verdict/verdict.h"

#include <gtest/gtest.h>

#include "crypto/mls/wire/message.h"
#include "server/protocol/messages.h"
#include "server/protocol/verdict/channel_group.h"
#include "server/protocol/verdict/directory_authentication.h"

namespace samband::protocol {
namespace {

mls::KeyPackage some_key_package() {
  return {.cipher_suite = static_cast<std::uint16_t>(samband_suite),
          .init_key = Bytes(32, 1),
          .leaf_node = {.encryption_key = Bytes(32, 2),
                        .signature_key = Bytes(32, 3),
                        .credential = mls::BasicCredential{Bytes(20, 4)},
                        .capabilities = leaf_capabilities(),
                        .source = mls::KeyPackageSource{{1, 2}},
                        .extensions = {},
                        .signature = Bytes(64, 5)},
          .extensions = {},
          .signature = Bytes(64, 6)};
}

Bytes handshake(mls::Content content) {
  mls::PublicMessage message{.content = {.group_id = Bytes(16, 1),
                                         .epoch = mls::Epoch{1},
                                         .sender = mls::MemberSender{mls::LeafIndex{0}},
                                         .authenticated_data = {},
                                         .content = std::move(content)},
                             .auth = {.signature = Bytes(64, 1), .confirmation_tag = {}},
                             .membership_tag = Bytes(32, 3)};
  if (std::holds_alternative<mls::Commit>(message.content.content)) message.auth.confirmation_tag = Bytes(32, 2);
  return mls::encode_mls_message(message);
}

Bytes commit_of(std::vector<mls::ProposalOrRef> proposals) {
  return handshake(mls::Commit{std::move(proposals), std::nullopt});
}

VerdictError fault_of(BytesView message) {
  const auto parsed = parse_commit(message);
  EXPECT_FALSE(parsed.has_value());
  return parsed ? VerdictError{} : parsed.error().error;
}

TEST(CommitForm, OfAddsAndRemovesIsAccepted) {
  EXPECT_TRUE(parse_commit(commit_of({mls::Proposal{mls::Add{some_key_package()}},
                                      mls::Proposal{mls::Remove{mls::LeafIndex{1}}}}))
                  .has_value());
}

TEST(CommitForm, WithAProposalByReferenceIsRefused) {
  EXPECT_EQ(fault_of(commit_of({mls::ProposalRef(32, 7)})), VerdictError::proposal_by_reference);
}

TEST(CommitForm, WithAPreSharedKeyOrANewGroupIsRefused) {
  const mls::PreSharedKey psk{{mls::ExternalPSK{Bytes(4, 1)}, Bytes(32, 2)}};
  EXPECT_EQ(fault_of(commit_of({mls::Proposal{psk}})), VerdictError::proposal_not_allowed);
  const mls::ReInit reinit{Bytes(16, 1), mls::ProtocolVersion::mls10, 3, {}};
  EXPECT_EQ(fault_of(commit_of({mls::Proposal{reinit}})), VerdictError::proposal_not_allowed);
}

// Also where the proposal came by another way than the bytes that `parse_commit` reads.
TEST(StagedCommitVerdict, EndsNoChannel) {
  const identity::Directory directory;
  const Circumstances around{.channel = {}, .sender = {}, .at = {}, .directory = directory};
  mls::StagedCommit staged{.changes = {}, .tree = mls::RatchetTree{*CipherSuite::of(samband_suite)}};
  EXPECT_EQ(judge_staged_commit({}, staged, {}, around).error().error, VerdictError::wrong_sender);
  staged.changes.reinit = mls::ReInit{Bytes(16, 1), mls::ProtocolVersion::mls10, 3, {}};
  EXPECT_EQ(judge_staged_commit({}, staged, {}, around).error().error, VerdictError::proposal_not_allowed);
}

TEST(CommitForm, MayAddAsManyAsTheProtocolSaysAndNotOneMore) {
  std::vector<mls::ProposalOrRef> adds(adds_per_commit_max, mls::Proposal{mls::Add{some_key_package()}});
  EXPECT_TRUE(parse_commit(commit_of(adds)).has_value());
  adds.push_back(mls::Proposal{mls::Add{some_key_package()}});
  EXPECT_EQ(fault_of(commit_of(adds)), VerdictError::too_many_adds);
}

TEST(CommitForm, MustBeACommitInAPublicMessage) {
  EXPECT_EQ(fault_of(handshake(mls::Proposal{mls::Remove{mls::LeafIndex{1}}})), VerdictError::wrong_form);
  const mls::PrivateMessage sealed{.group_id = Bytes(16, 1),
                                   .epoch = mls::Epoch{1},
                                   .content_type = mls::ContentType::commit,
                                   .authenticated_data = {},
                                   .encrypted_sender_data = Bytes(28, 1),
                                   .ciphertext = Bytes(90, 2)};
  EXPECT_EQ(fault_of(mls::encode_mls_message(sealed)), VerdictError::wrong_form);
  EXPECT_EQ(fault_of(Bytes{1, 2, 3}), VerdictError::malformed);
}

TEST(ChannelExtensions, AreExactlyThePolicyAndWhatItRequires) {
  const storage::ChannelPolicy policy{
      .channel = {}, .name = "Utskriving", .items = {{{}, {}, storage::Role::moderator, storage::AllStaff{}}}};
  const mls::Extensions extensions = group_extensions(policy);
  EXPECT_EQ(policy_of(extensions), policy);
  mls::Extensions with_more = extensions;
  with_more.push_back({mls::ExtensionType::external_senders, {}});
  EXPECT_EQ(policy_of(with_more), std::nullopt);
  EXPECT_EQ(policy_of({extensions[1]}), std::nullopt) << "without required_capabilities";
  EXPECT_EQ(policy_of({extensions[0]}), std::nullopt) << "without the policy";
}

TEST(DirectoryAuthentication, LetsALeafBeFollowedByTheSameDeviceOnly) {
  const identity::Directory directory;
  const DirectoryAuthentication service{directory, 0, WallTime{0}};
  const mls::Credential anna = mls::BasicCredential{Bytes(20, 1)};
  const mls::Credential bjorn = mls::BasicCredential{Bytes(20, 2)};
  EXPECT_TRUE(service.is_successor(anna, anna));
  EXPECT_FALSE(service.is_successor(anna, bjorn));
  EXPECT_FALSE(service.validates(anna, Bytes(32, 1))) << "nobody is in this directory";
}

TEST(DirectoryAuthentication, ValidatesNoCredentialButADevicesCertificate) {
  const identity::Directory directory;
  const DirectoryAuthentication service{directory, 0, WallTime{0}};
  EXPECT_FALSE(service.validates(mls::X509Credential{{Bytes(20, 1)}}, Bytes(32, 1)));
  EXPECT_FALSE(service.validates(mls::X509Credential{}, {}));
}

TEST(LeafCapabilities, ListWhatADeviceSupportsAndNothingThatEverybodyDoes) {
  const mls::Capabilities listed = leaf_capabilities();
  EXPECT_EQ(listed.versions, std::vector{mls::ProtocolVersion::mls10});
  EXPECT_EQ(listed.cipher_suites, std::vector{static_cast<std::uint16_t>(samband_suite)});
  EXPECT_EQ(listed.credentials, std::vector{mls::CredentialType::basic});
  for (const mls::ExtensionType type : listed.extensions) EXPECT_FALSE(mls::is_default(type));
  for (const mls::ProposalType type : listed.proposals) EXPECT_FALSE(mls::is_default(type));
  const storage::ChannelPolicy policy{.channel = {}, .name = "Utskriving", .items = {}};
  for (const mls::Extension& used : group_extensions(policy)) EXPECT_TRUE(listed.supports(used.extension_type));
}

TEST(KeyPackageLifetime, IsNinetyDaysAtMost) {
  mls::LeafNode leaf = some_key_package().leaf_node;
  leaf.source = mls::KeyPackageSource{{1000, 1000 + key_package_lifetime_seconds_max}};
  EXPECT_TRUE(is_lifetime_permitted(leaf));
  leaf.source = mls::KeyPackageSource{{1000, 1001 + key_package_lifetime_seconds_max}};
  EXPECT_FALSE(is_lifetime_permitted(leaf));
  leaf.source = mls::KeyPackageSource{{1000, 999}};
  EXPECT_FALSE(is_lifetime_permitted(leaf));
  leaf.source = mls::UpdateSource{};
  EXPECT_FALSE(is_lifetime_permitted(leaf));
}

}  // namespace
}  // namespace samband::protocol
