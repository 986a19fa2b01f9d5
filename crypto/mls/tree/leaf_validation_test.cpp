#include "crypto/mls/tree/leaf_validation.h"

#include <functional>
#include <gtest/gtest.h>

#include "crypto/mls/tree/test_leaves.h"

namespace samband::mls {
namespace {

using testing::error_of;
using testing::suite;

constexpr ExtensionType private_extension{0xf001};
constexpr ProposalType private_proposal{0xf001};

class LeafValidation : public ::testing::Test {
 protected:
  LeafNode leaf_changed_by(const std::function<void(LeafNode&)>& change, LeafIndex index = LeafIndex{}) {
    LeafNode leaf = testing::unsigned_leaf("anna", signature, suite().generate_kem_key_pair(random));
    change(leaf);
    sign_leaf_node(leaf, suite(), signature.private_key.view(), group.group_id, index);
    return leaf;
  }
  // The verdict on a leaf that was changed before it was signed.
  std::optional<LeafError> refusal(const std::function<void(LeafNode&)>& change) {
    return error_of(verify_leaf_node(leaf_changed_by(change), LeafIndex{}, group, authentication));
  }
  KeyPackage key_package_changed_by(const std::function<void(KeyPackage&)>& change) {
    KeyPackage out{.cipher_suite = static_cast<std::uint16_t>(samband_suite),
                   .init_key = suite().generate_kem_key_pair(random).public_key,
                   .leaf_node = leaf_changed_by([](LeafNode&) {}),
                   .extensions = {},
                   .signature = {}};
    change(out);
    sign_key_package(out, suite(), signature.private_key.view());
    return out;
  }
  std::optional<LeafError> package_refusal(const std::function<void(KeyPackage&)>& change) {
    return error_of(verify_key_package(key_package_changed_by(change), group, authentication));
  }

  SeededRandom random{1};
  KeyPair signature = suite().generate_signature_key_pair(random);
  testing::NamedCredentials authentication;
  LeafRequirements group{
      .suite = suite(), .group_id = {1, 2, 3}, .extension_types = {}, .required = {}, .now = WallTime{1'000'000}};
};

TEST_F(LeafValidation, AcceptsALeafThatFits) {
  EXPECT_EQ(refusal([](LeafNode&) {}), std::nullopt);
}

TEST_F(LeafValidation, NeedsKeysOfTheSuite) {
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.encryption_key.push_back(0); }), LeafError::invalid_key);
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.signature_key.pop_back(); }), LeafError::invalid_key);
}

TEST_F(LeafValidation, NeedsTheLeafsOwnSignature) {
  LeafNode leaf = leaf_changed_by([](LeafNode&) {});
  leaf.capabilities.versions.push_back(ProtocolVersion{0x0a0a});
  EXPECT_EQ(error_of(verify_leaf_node(leaf, LeafIndex{}, group, authentication)), LeafError::invalid_signature);
}

TEST_F(LeafValidation, BindsLeavesOfCommitsToTheirGroupAndPlace) {
  const LeafNode leaf = leaf_changed_by([](LeafNode& node) { node.source = CommitSource{}; }, LeafIndex{3});
  EXPECT_TRUE(verify_leaf_node(leaf, LeafIndex{3}, group, authentication));
  EXPECT_EQ(error_of(verify_leaf_node(leaf, LeafIndex{4}, group, authentication)), LeafError::invalid_signature);
  group.group_id.push_back(4);
  EXPECT_EQ(error_of(verify_leaf_node(leaf, LeafIndex{3}, group, authentication)), LeafError::invalid_signature);
}

TEST_F(LeafValidation, AsksTheAuthenticationService) {
  const auto refused = [](LeafNode& leaf) { leaf.credential = BasicCredential{copy_of(view_of("refused"))}; };
  EXPECT_EQ(refusal(refused), LeafError::invalid_credential);
}

TEST_F(LeafValidation, GivesAnApplicationIdNoWeight) {
  const auto refused_under_another_name = [](LeafNode& leaf) {
    leaf.credential = BasicCredential{copy_of(view_of("refused"))};
    leaf.extensions = {{ExtensionType::application_id, copy_of(view_of("anna"))}};
  };
  EXPECT_EQ(refusal(refused_under_another_name), LeafError::invalid_credential);
}

TEST_F(LeafValidation, IgnoresCapabilitiesAndExtensionsItDoesNotKnow) {
  const ExtensionType grease_extension{0x2a2a};
  EXPECT_EQ(refusal([&](LeafNode& leaf) {
              leaf.capabilities.versions.push_back(ProtocolVersion{0x0a0a});
              leaf.capabilities.cipher_suites.push_back(0x1a1a);
              leaf.capabilities.extensions = {grease_extension};
              leaf.capabilities.proposals = {ProposalType{0x3a3a}};
              leaf.capabilities.credentials.push_back(CredentialType{0x4a4a});
              leaf.extensions = {{grease_extension, {1, 2, 3}}};
            }),
            std::nullopt);
  const LeafNode leaf = leaf_changed_by([&](LeafNode& node) { node.capabilities.extensions = {grease_extension}; });
  EXPECT_EQ(package_refusal([&](KeyPackage& package) {
              package.leaf_node = leaf;
              package.extensions = {{grease_extension, {4, 5}}};
            }),
            std::nullopt);
}

TEST_F(LeafValidation, NeedsTheVersionAndTheSuiteOfTheGroup) {
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.capabilities.versions = {ProtocolVersion{2}}; }),
            LeafError::version_or_suite_unsupported);
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.capabilities.cipher_suites = {1}; }),
            LeafError::version_or_suite_unsupported);
}

TEST_F(LeafValidation, NeedsWhatTheGroupRequires) {
  group.required = {.extension_types = {private_extension},
                    .proposal_types = {private_proposal, ProposalType::add},
                    .credential_types = {CredentialType::basic}};
  const auto support = [](bool extension, bool proposal) {
    return [=](LeafNode& leaf) {
      if (extension) leaf.capabilities.extensions = {private_extension};
      if (proposal) leaf.capabilities.proposals = {private_proposal};
    };
  };
  EXPECT_EQ(refusal(support(true, true)), std::nullopt);
  EXPECT_EQ(refusal(support(false, true)), LeafError::required_capability_missing);
  EXPECT_EQ(refusal(support(true, false)), LeafError::required_capability_missing);
  group.required.credential_types = {CredentialType::x509};
  EXPECT_EQ(refusal(support(true, true)), LeafError::required_capability_missing);
}

TEST_F(LeafValidation, NeedsEveryExtensionOfTheGroupContext) {
  group.extension_types = {private_extension, ExtensionType::external_senders};
  EXPECT_EQ(refusal([](LeafNode&) {}), LeafError::required_capability_missing);
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.capabilities.extensions = {private_extension}; }), std::nullopt);
}

TEST_F(LeafValidation, NeedsALeafToListWhatItUses) {
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.extensions = {{private_extension, {}}}; }),
            LeafError::extension_unsupported);
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.extensions = {{ExtensionType::application_id, {}}}; }), std::nullopt);
  EXPECT_EQ(refusal([](LeafNode& leaf) { leaf.capabilities.credentials = {CredentialType::x509}; }),
            LeafError::credential_type_unsupported);
}

TEST_F(LeafValidation, StandsOnBothSidesOfALifetime) {
  const auto lasting = [](std::uint64_t from, std::uint64_t to) {
    return [=](LeafNode& leaf) { leaf.source = KeyPackageSource{{.not_before = from, .not_after = to}}; };
  };
  EXPECT_EQ(refusal(lasting(1000, 1000)), std::nullopt);
  EXPECT_EQ(refusal(lasting(1001, 2000)), LeafError::outside_lifetime);
  EXPECT_EQ(refusal(lasting(0, 999)), LeafError::outside_lifetime);
  EXPECT_EQ(refusal(lasting(1000, 1000 + lifetime_seconds_max)), std::nullopt);
  EXPECT_EQ(refusal(lasting(1000, 1001 + lifetime_seconds_max)), LeafError::outside_lifetime);
  EXPECT_EQ(refusal(lasting(2000, 1000)), LeafError::outside_lifetime);
  group.now = std::nullopt;
  EXPECT_EQ(refusal(lasting(1001, 2000)), std::nullopt);
}

TEST_F(LeafValidation, BoundsALifetimeWhateverTheTimeIs) {
  const auto lasting = [](std::uint64_t from, std::uint64_t to) {
    return [=](LeafNode& leaf) { leaf.source = KeyPackageSource{{.not_before = from, .not_after = to}}; };
  };
  group.now = std::nullopt;
  EXPECT_EQ(refusal(lasting(5, 5 + lifetime_seconds_max)), std::nullopt);
  EXPECT_EQ(refusal(lasting(5, 6 + lifetime_seconds_max)), LeafError::outside_lifetime);
  EXPECT_EQ(refusal(lasting(6, 5)), LeafError::outside_lifetime);
  group.lifetime_max = any_lifetime;
  EXPECT_EQ(refusal(lasting(5, 6 + lifetime_seconds_max)), std::nullopt);
}

TEST_F(LeafValidation, AcceptsAKeyPackageThatFits) {
  EXPECT_EQ(package_refusal([](KeyPackage&) {}), std::nullopt);
}

TEST_F(LeafValidation, NeedsAKeyPackageOfTheGroupsSuite) {
  EXPECT_EQ(package_refusal([](KeyPackage& package) { package.cipher_suite = 1; }),
            LeafError::version_or_suite_unsupported);
}

TEST_F(LeafValidation, NeedsAKeyPackageWithALeafMadeForIt) {
  const LeafNode leaf = leaf_changed_by([](LeafNode& node) { node.source = UpdateSource{}; });
  EXPECT_EQ(package_refusal([&](KeyPackage& package) { package.leaf_node = leaf; }), LeafError::wrong_source);
}

TEST_F(LeafValidation, NeedsAnInitKeyThatIsAKeyOfItsOwn) {
  EXPECT_EQ(package_refusal([](KeyPackage& package) { package.init_key.pop_back(); }), LeafError::invalid_key);
  EXPECT_EQ(package_refusal([](KeyPackage& package) { package.init_key = package.leaf_node.encryption_key; }),
            LeafError::encryption_key_reused);
}

TEST_F(LeafValidation, NeedsAKeyPackageToListWhatItUses) {
  EXPECT_EQ(package_refusal([](KeyPackage& package) { package.extensions = {{private_extension, {}}}; }),
            LeafError::extension_unsupported);
}

TEST_F(LeafValidation, NeedsTheKeyPackagesSignature) {
  KeyPackage package = key_package_changed_by([](KeyPackage&) {});
  package.init_key = suite().generate_kem_key_pair(random).public_key;
  EXPECT_EQ(error_of(verify_key_package(package, group, authentication)), LeafError::invalid_signature);
}

TEST_F(LeafValidation, GathersWhatAGroupAsksFromItsContext) {
  const RequiredCapabilities required{
      .extension_types = {private_extension}, .proposal_types = {}, .credential_types = {CredentialType::basic}};
  GroupContext context{.group_id = {9}, .extensions = {{ExtensionType::required_capabilities, encode(required)}}};
  const auto gathered = leaf_requirements(context, suite(), WallTime{5});
  ASSERT_TRUE(gathered);
  EXPECT_EQ(gathered->group_id, Bytes{9});
  EXPECT_EQ(gathered->required, required);
  EXPECT_EQ(gathered->extension_types, std::vector{ExtensionType::required_capabilities});
  EXPECT_EQ(gathered->lifetime_max, lifetime_seconds_max);
  EXPECT_EQ(leaf_requirements(context, suite(), std::nullopt)->lifetime_max, any_lifetime);
  context.extensions.front().extension_data.pop_back();
  EXPECT_FALSE(leaf_requirements(context, suite(), WallTime{5}));
}

}  // namespace
}  // namespace samband::mls
