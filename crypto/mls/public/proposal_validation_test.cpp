// Whether a proposal is valid by itself: §12.1, §7.3.
#include "crypto/mls/public/proposal_validation.h"

#include <gtest/gtest.h>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::TestGroup;

std::optional<CommitError> refusal(TestGroup& g, const Proposal& proposal, std::optional<LeafIndex> member = bjorn) {
  return error_of(g.group.verify_proposal(proposal, member, g.judgement()));
}

TEST(ProposalValidity, OfAnUpdateNeedsAMemberThatMadeIt) {
  TestGroup g;
  const Proposal update = Update{g.updated_leaf(bjorn)};
  EXPECT_EQ(refusal(g, update), std::nullopt);
  EXPECT_EQ(refusal(g, update, std::nullopt), CommitError::unknown_sender);
  EXPECT_EQ(refusal(g, update, LeafIndex{4}), CommitError::unknown_sender);
}

TEST(ProposalValidity, OfAnUpdateNeedsACredentialThatTheOthersSupport) {
  TestGroup g;
  g.accept(anna, TestGroup::plain_commit({g.add("")}));  // certificates have no name, and may follow whoever has none
  const LeafIndex nameless{4};
  const auto update = [&](Credential credential) -> Proposal {
    return Update{g.updated_leaf(nameless, [&](LeafNode& leaf) {
      leaf.credential = std::move(credential);
      leaf.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
    })};
  };
  EXPECT_EQ(refusal(g, update(BasicCredential{}), nameless), std::nullopt);
  EXPECT_EQ(refusal(g, update(X509Credential{{Bytes{1}}}), nameless), CommitError::leaf_credential_type_unsupported);
}

TEST(ProposalValidity, OfAnAddNeedsAMemberThatSupportsTheCredentialsOfTheOthers) {
  TestGroup g{1};
  g.accept(anna, g.path_commit(anna, {}, [](LeafNode& leaf) {
    leaf.capabilities.credentials = {CredentialType::basic, CredentialType::x509};
  }));
  const auto add = [&](ValueList<CredentialType> supported) -> Proposal {
    LeafNode leaf = g.key_package_leaf("new");
    leaf.credential = X509Credential{{Bytes{1}}};
    leaf.capabilities.credentials = std::move(supported);
    return Add{g.sign(std::move(leaf), g.device("new"))};
  };
  EXPECT_EQ(refusal(g, add({CredentialType::basic, CredentialType::x509})), std::nullopt);
  EXPECT_EQ(refusal(g, add({CredentialType::x509})), CommitError::leaf_credential_type_unsupported);
}

// A group that its maker should not have made.
TEST(ProposalValidity, NeedsRequirementsThatCanBeRead) {
  TestGroup g{1, {{ExtensionType::required_capabilities, {1}}}};
  EXPECT_EQ(refusal(g, Add{g.key_package("new")}), CommitError::malformed_extensions);
  EXPECT_EQ(refusal(g, Update{g.updated_leaf(anna)}, anna), CommitError::malformed_extensions);
  TestGroup sound;
  EXPECT_EQ(refusal(sound, GroupContextExtensions{{{ExtensionType::required_capabilities, {1}}}}),
            CommitError::malformed_extensions);
}

TEST(ProposalValidity, OfAReInitNeedsAVersionThatIsNotOlderAndEachExtensionOnce) {
  TestGroup g;
  const auto reinit = [](std::uint16_t version, Extensions extensions) -> Proposal {
    return ReInit{{1}, ProtocolVersion{version}, 1, std::move(extensions)};
  };
  const Extension extension{ExtensionType{0xf0a1}, {}};
  EXPECT_EQ(refusal(g, reinit(1, {extension})), std::nullopt);
  EXPECT_EQ(refusal(g, reinit(2, {})), std::nullopt);
  EXPECT_EQ(refusal(g, reinit(0, {})), CommitError::reinit_version_older);
  EXPECT_EQ(refusal(g, reinit(1, {extension, extension})), CommitError::malformed_extensions);
}

TEST(ProposalValidity, OfAResumptionPskNeedsTheUsageForApplications) {
  TestGroup g;
  const auto psk = [](ResumptionPSKUsage usage) -> Proposal {
    return PreSharedKey{{ResumptionPSK{usage, {1}, Epoch{1}}, Bytes(testing::suite().hash_bytes())}};
  };
  EXPECT_EQ(refusal(g, psk(ResumptionPSKUsage::application)), std::nullopt);
  EXPECT_EQ(refusal(g, psk(ResumptionPSKUsage::reinit)), CommitError::invalid_psk);
  EXPECT_EQ(refusal(g, psk(ResumptionPSKUsage::branch)), CommitError::invalid_psk);
}

}  // namespace
}  // namespace samband::mls
