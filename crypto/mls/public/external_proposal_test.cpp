#include "crypto/mls/public/external_proposal.h"

#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"
#include "crypto/mls/wire/message.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

class ExternalProposal : public ::testing::Test {
 protected:
  // A group that listens to "other" and to the registry.
  ExternalProposal() {
    const Extensions extensions{
        {ExtensionType::external_senders, encode_external_senders({sender("other"), sender("registry")})}};
    g.accept(anna, g.path_commit(anna, {TestGroup::extensions(extensions)}));
  }
  ExternalSender sender(const std::string& name) {
    return {.signature_key = g.device(name).signature.public_key,
            .credential = BasicCredential{copy_of(view_of(name))}};
  }
  std::expected<Bytes, CommitError> made(Proposal proposal, const std::string& by = "registry") {
    return make_external_proposal(g.group.context(), std::move(proposal), {7}, g.device(by).signature);
  }
  std::expected<ProposalRef, CommitError> received(BytesView message) {
    auto parsed = std::get<PublicMessage>(parse_mls_message(message).value());
    return g.group.receive_proposal(to_authenticated_content(std::move(parsed)));
  }

  TestGroup g;
};

TEST_F(ExternalProposal, IsReceivedAndCommittedByAMember) {
  const auto message = made(Remove{bjorn});
  ASSERT_TRUE(message);
  const auto ref = received(*message);
  ASSERT_TRUE(ref);
  EXPECT_EQ(g.group.waiting_proposals().at(0).member, std::nullopt);
  g.accept(anna, g.path_commit(anna, {*ref}));
  EXPECT_EQ(g.group.tree().leaf(bjorn), nullptr);
}

TEST_F(ExternalProposal, MayBeOfEachKindButUpdateAndExternalInit) {
  EXPECT_TRUE(received(made(Add{g.key_package("new")}).value()));
  EXPECT_TRUE(received(made(PreSharedKey{TestGroup::psk_id(1)}).value()));
  EXPECT_TRUE(received(made(GroupContextExtensions{}).value()));
  EXPECT_TRUE(made(ReInit{{1}, ProtocolVersion::mls10, 3, {}}));
  EXPECT_EQ(error_of(made(Update{g.updated_leaf(bjorn)})), CommitError::unexpected_content);
  EXPECT_EQ(error_of(made(ExternalInit{Bytes(32)})), CommitError::unexpected_content);
}

TEST_F(ExternalProposal, IsNotMadeByASenderTheGroupDoesNotKnow) {
  EXPECT_EQ(error_of(made(Remove{bjorn}, "stranger")), CommitError::unknown_sender);
  TestGroup deaf;
  EXPECT_EQ(error_of(make_external_proposal(deaf.group.context(), Remove{bjorn}, {}, g.device("registry").signature)),
            CommitError::unknown_sender);
}

TEST_F(ExternalProposal, IsOfOneEpoch) {
  const Bytes message = made(Remove{bjorn}).value();
  g.accept(anna, g.path_commit(anna));
  EXPECT_EQ(error_of(received(message)), CommitError::stale_epoch);
}

TEST_F(ExternalProposal, CarriesNoMembershipTag) {
  const auto message = std::get<PublicMessage>(parse_mls_message(made(Remove{bjorn}).value()).value());
  EXPECT_TRUE(message.membership_tag.empty());
  EXPECT_EQ(message.content.authenticated_data, Bytes{7});
  EXPECT_EQ(message.content.sender, Sender{ExternalSenderIndex{1}});
}

class NewMemberAdd : public ExternalProposal {
 protected:
  std::expected<Bytes, CommitError> proposed(KeyPackage key_package) {
    return make_new_member_proposal(g.group.context(), std::move(key_package), {}, g.device("new").signature,
                                    g.judgement());
  }
};

TEST_F(NewMemberAdd, IsReceivedAndCommittedByAMember) {
  const auto message = proposed(g.key_package("new"));
  ASSERT_TRUE(message);
  const auto ref = received(*message);
  ASSERT_TRUE(ref);
  g.accept(bjorn, TestGroup::plain_commit({*ref}));
  EXPECT_EQ(g.group.tree().member_count(), 5U);
}

TEST_F(NewMemberAdd, IsNotMadeOfAKeyPackageThatDoesNotFitTheGroup) {
  KeyPackage other_suite = g.key_package("new");
  other_suite.cipher_suite = 1;
  EXPECT_EQ(error_of(proposed(other_suite)), CommitError::leaf_version_or_suite_unsupported);
  g.now = WallTime{(lifetime_seconds_max + 1) * 1000};
  EXPECT_EQ(error_of(proposed(g.key_package("new"))), CommitError::leaf_outside_lifetime);
}

TEST_F(NewMemberAdd, IsNotMadeForAGroupThatThisBuildDoesNotUnderstand) {
  const auto refusals = [&](const GroupContext& context) {
    return std::pair{error_of(make_external_proposal(context, Remove{bjorn}, {}, g.device("registry").signature)),
                     error_of(make_new_member_proposal(context, g.key_package("new"), {}, g.device("new").signature,
                                                       g.judgement()))};
  };
  GroupContext other_suite = g.group.context();
  other_suite.cipher_suite = 0x7777;
  EXPECT_EQ(refusals(other_suite), (std::pair{std::optional{CommitError::leaf_version_or_suite_unsupported},
                                              std::optional{CommitError::leaf_version_or_suite_unsupported}}));
  GroupContext malformed = g.group.context();
  malformed.extensions = {{ExtensionType::external_senders, {1}}, {ExtensionType::required_capabilities, {1}}};
  EXPECT_EQ(refusals(malformed), (std::pair{std::optional{CommitError::malformed_extensions},
                                            std::optional{CommitError::malformed_extensions}}));
}

}  // namespace
}  // namespace samband::mls
