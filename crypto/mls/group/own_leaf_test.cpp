// The leaves and KeyPackages that a device makes of itself: §7.2, §10.
#include "crypto/mls/group/own_leaf.h"

#include <gtest/gtest.h>

#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/mls/tree/leaf_validation.h"

namespace samband::mls {
namespace {

constexpr ExtensionType of_the_leaf{0xf0a1};
constexpr ExtensionType of_the_key_package{0xf0a2};

class OwnLeaf : public ::testing::Test {
 protected:
  [[nodiscard]] LeafNode leaf() const { return make_own_leaf(identity, Bytes(32, 1), Bytes(32, 2), UpdateSource{}); }
  KeyPackage key_package(const KeyPackageOptions& options) {
    return make_key_package(suite, identity, signature_key, options, random).key_package;
  }

  CipherSuite suite = *CipherSuite::of(samband_suite);
  SeededRandom random{1};
  KeyPair signature_key = suite.generate_signature_key_pair(random);
  LeafIdentity identity{.credential = BasicCredential{{1}},
                        .capabilities = {.versions = {ProtocolVersion::mls10},
                                         .cipher_suites = {static_cast<std::uint16_t>(samband_suite)},
                                         .extensions = {},
                                         .proposals = {},
                                         .credentials = {}},
                        .extensions = {}};
};

TEST_F(OwnLeaf, ListsTheExtensionsAndTheCredentialThatItUses) {
  identity.extensions = {{of_the_leaf, {1}}, {ExtensionType::application_id, {2}}};
  identity.capabilities.credentials = {CredentialType::x509};
  EXPECT_EQ(leaf().capabilities.extensions, ValueList{of_the_leaf});
  EXPECT_EQ(leaf().capabilities.credentials, (ValueList{CredentialType::x509, CredentialType::basic}));
}

TEST_F(OwnLeaf, ListsNothingThatEverybodySupports) {
  identity.capabilities.extensions = {ExtensionType::application_id, of_the_leaf, ExtensionType::external_senders};
  identity.capabilities.proposals = {ProposalType::add, ProposalType{0xf001}, ProposalType::group_context_extensions};
  EXPECT_EQ(leaf().capabilities.extensions, ValueList{of_the_leaf});
  EXPECT_EQ(leaf().capabilities.proposals, ValueList{ProposalType{0xf001}});
}

TEST_F(OwnLeaf, ListsNothingTwice) {
  identity.capabilities = {.versions = {ProtocolVersion::mls10, ProtocolVersion::mls10},
                           .cipher_suites = {3, 1, 3},
                           .extensions = {of_the_leaf, of_the_leaf},
                           .proposals = {ProposalType{0xf001}, ProposalType{0xf002}, ProposalType{0xf001}},
                           .credentials = {CredentialType::basic, CredentialType::basic}};
  identity.extensions = {{of_the_leaf, {}}};
  const Capabilities once{.versions = {ProtocolVersion::mls10},
                          .cipher_suites = {3, 1},
                          .extensions = {of_the_leaf},
                          .proposals = {ProposalType{0xf001}, ProposalType{0xf002}},
                          .credentials = {CredentialType::basic}};
  EXPECT_EQ(leaf().capabilities, once);
}

TEST_F(OwnLeaf, ListsTheExtensionsOfTheKeyPackageAroundIt) {
  const KeyPackage made = key_package(
      {.lifetime = {0, 100}, .last_resort = true, .extensions = {{of_the_key_package, {}}, {of_the_leaf, {}}}});
  EXPECT_EQ(made.leaf_node.capabilities.extensions,
            (ValueList{of_the_key_package, of_the_leaf, last_resort_extension}));
  const LeafRequirements group{
      .suite = suite, .group_id = {}, .extension_types = {}, .required = {}, .now = WallTime{1000}};
  EXPECT_TRUE(verify_key_package_alone(made, group));
}

TEST_F(OwnLeaf, IsMarkedAsALastResortOnceAlsoWhereTheMarkIsThere) {
  const Extensions mark{{last_resort_extension, {}}};
  EXPECT_EQ(key_package({.lifetime = {}, .last_resort = true, .extensions = mark}).extensions, mark);
  EXPECT_EQ(key_package({.lifetime = {}, .last_resort = true}).extensions, mark);
  EXPECT_TRUE(key_package({.lifetime = {}}).extensions.empty());
}

}  // namespace
}  // namespace samband::mls
