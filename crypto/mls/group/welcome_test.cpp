#include <gtest/gtest.h>

#include "crypto/mls/group/group.h"
#include "crypto/mls/group/official_vectors.h"
#include "crypto/mls/group/test_services.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

template <class Body>
std::optional<Body> message_field(const Json& test_case, const std::string& field) {
  auto message = parse_mls_message(hex_field(test_case, field));
  if (!message || !std::holds_alternative<Body>(*message)) return std::nullopt;
  return std::get<Body>(std::move(*message));
}

bool welcome_passes(const Json& test_case) {
  auto key_package = message_field<KeyPackage>(test_case, "key_package");
  const auto welcome = message_field<Welcome>(test_case, "welcome");
  if (!key_package || !welcome) return false;
  const KeyPackageBundle bundle{std::move(*key_package), SecretBytes{hex_field(test_case, "init_priv")}, {}};
  const auto opened = open_welcome(*welcome, bundle, NoPreSharedKeys{});
  if (!opened) return false;
  const GroupInfo& info = opened->group_info;
  if (!verify_group_info_signature(info, opened->suite, hex_field(test_case, "signer_pub"))) return false;
  const EpochSecrets secrets = derive_epoch_secrets(opened->suite, opened->group_secrets.joiner_secret.view(),
                                                    opened->psk_secret.view(), encode(info.group_context));
  return info.confirmation_tag == compute_confirmation_tag(opened->suite, secrets.confirmation_key.view(),
                                                           info.group_context.confirmed_transcript_hash);
}

TEST(Welcome, AgreesWithTheOfficialVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "welcome.json");
  expect_cases_pass(cases, welcome_passes);
}

TEST(Welcome, NoticesAChangedDigitInAnyFieldOfItsVectors) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "welcome.json");
  expect_flips_fail(cases, welcome_passes);
}

// --- passive clients: joining as a whole, with and without PSKs, the tree inside the Welcome or beside it

std::optional<KeyPackageBundle> bundle_of(const Json& test_case) {
  auto key_package = message_field<KeyPackage>(test_case, "key_package");
  if (!key_package) return std::nullopt;
  const std::size_t width = suite_of(test_case).kem_private_key_bytes();
  const KeyPackageBundle given{std::move(*key_package), SecretBytes{private_key_field(test_case, "init_priv", width)},
                               SecretBytes{private_key_field(test_case, "encryption_priv", width)}};
  auto checked = KeyPackageBundle::parse(given.encode().view());  // also: the private keys match
  if (!checked) return std::nullopt;
  return std::move(*checked);
}

std::optional<KeyPair> signature_key_of(const Json& test_case, const KeyPackage& key_package) {
  const CipherSuite suite = suite_of(test_case);
  auto pair =
      suite.signature_key_pair(private_key_field(test_case, "signature_priv", suite.signature_private_key_bytes()));
  if (!pair || pair->public_key != key_package.leaf_node.signature_key) return std::nullopt;
  return std::move(*pair);
}

bool passive_client_passes(const Json& test_case) {
  const auto bundle = bundle_of(test_case);
  if (!bundle) return false;
  const auto signature_key = signature_key_of(test_case, bundle->key_package);
  if (!signature_key) return false;
  std::optional<RatchetTreeNodes> tree;
  if (!test_case.at("ratchet_tree").is_null()) {
    auto nodes = parse_ratchet_tree(hex_field(test_case, "ratchet_tree"));
    if (!nodes) return false;
    tree = std::move(*nodes);
  }
  ExternalPsks psks;
  for (const Json& psk : test_case.at("external_psks")) psks.add(hex_field(psk, "psk_id"), hex_field(psk, "psk"));
  const TrustingService authentication;
  const auto joined =
      Group::join(hex_field(test_case, "welcome"), *bundle, tree, *signature_key, {authentication, psks, std::nullopt});
  return joined &&
         equal(joined->group.epoch_authenticator().view(), hex_field(test_case, "initial_epoch_authenticator"));
}

TEST(Group, JoinsByEveryOfficialPassiveClientWelcome) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "passive-client-welcome.json");
  expect_cases_pass(cases, passive_client_passes);
}

TEST(Group, NoticesAChangedDigitInAnyFieldOfThePassiveClientWelcomes) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "passive-client-welcome.json");
  for (const Json& test_case : cases) {
    const bool has_all_fields = !test_case.at("ratchet_tree").is_null() && !test_case.at("external_psks").empty();
    if (!has_all_fields || test_case.at("cipher_suite") != 3) continue;
    vectors::expect_each_flip_is_noticed(test_case, passive_client_passes);
    return;
  }
  ADD_FAILURE() << "no case of suite 3 has a tree and a PSK";
}

// --- Welcomes that a member could make and a joiner must not follow

class LyingWelcome : public ::testing::Test {
 protected:
  // What the joiner says to a Welcome with this fixture's secrets and GroupInfo.
  std::optional<WelcomeError> verdict(std::vector<PreSharedKeyID> named = {}, const Continuation* continues = nullptr) {
    const SecretBytes psk_secret = zero_secret(suite);
    const SecretBytes welcome_secret = derive_welcome_secret(suite, joiner_secret, psk_secret.view());
    const WelcomeSecrets secrets{suite, joiner_secret, welcome_secret.view(), named};
    const auto welcome =
        make_welcome(secrets, seal_group_info(secrets, info), {bundle.key_package, std::nullopt}, random);
    const auto opened = open_welcome(*welcome, bundle, NoPreSharedKeys{}, continues);
    return opened ? std::nullopt : std::optional{opened.error()};
  }
  [[nodiscard]] PreSharedKeyID resumption(ResumptionPSKUsage usage) const {
    return {ResumptionPSK{usage, {1}, Epoch{1}}, Bytes(suite.hash_bytes(), 2)};
  }

  CipherSuite suite = *CipherSuite::of(samband_suite);
  SeededRandom random{1};
  KeyPair signature_key = suite.generate_signature_key_pair(random);
  KeyPackageBundle bundle = make_key_package(suite, {BasicCredential{{1}}, {}, {}}, signature_key, {}, random);
  GroupInfo info{.group_context = {.cipher_suite = static_cast<std::uint16_t>(samband_suite)}};
  Bytes joiner_secret = Bytes(suite.hash_bytes(), 3);
};

TEST_F(LyingWelcome, IsOpenedWhenItDoesNotLie) {
  EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(LyingWelcome, IsRefusedWithAJoinerSecretOfAnotherLength) {
  joiner_secret.pop_back();
  EXPECT_EQ(verdict(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsRefusedWhenItsGroupHasAnotherSuite) {
  info.group_context.cipher_suite = 1;
  EXPECT_EQ(verdict(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsRefusedWhenItContinuesAnotherGroupOrNamesAPskThatIsNotHeld) {
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::reinit)}), WelcomeError::unexpected_continuation);
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::branch)}), WelcomeError::unexpected_continuation);
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::application)}), WelcomeError::missing_psk);
}

TEST_F(LyingWelcome, IsRefusedWhenItContinuesAnotherGroupThanItShould) {
  const auto refusal = [&](ResumptionPSK wanted) {
    const Continuation continues{.id = std::move(wanted), .resumption_psk = SecretBytes{Bytes(32)}};
    return verdict({resumption(ResumptionPSKUsage::reinit)}, &continues);
  };
  EXPECT_EQ(refusal({ResumptionPSKUsage::branch, {1}, Epoch{1}}), WelcomeError::continuation_of_another_usage);
  EXPECT_EQ(refusal({ResumptionPSKUsage::reinit, {2}, Epoch{1}}), WelcomeError::continuation_of_another_group);
  EXPECT_EQ(refusal({ResumptionPSKUsage::reinit, {1}, Epoch{2}}), WelcomeError::continuation_of_another_epoch);
  // The one that is wanted: opened with its PSK, which this Welcome was not made with.
  EXPECT_EQ(refusal({ResumptionPSKUsage::reinit, {1}, Epoch{1}}), WelcomeError::undecryptable);
}

TEST_F(LyingWelcome, IsRefusedWhenItContinuesNoGroupOrTwo) {
  const Continuation continues{.id = {ResumptionPSKUsage::reinit, {1}, Epoch{1}},
                               .resumption_psk = SecretBytes{Bytes(32)}};
  EXPECT_EQ(verdict({}, &continues), WelcomeError::continuation_missing);
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::application)}, &continues), WelcomeError::continuation_missing);
  PreSharedKeyID again = resumption(ResumptionPSKUsage::reinit);
  again.psk_nonce[0] ^= 1;
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::reinit), again}, &continues), WelcomeError::several_continuations);
}

TEST_F(LyingWelcome, IsRefusedForAKeyPackageOfAnotherSuite) {
  const KeyPackageRef ref = make_key_package_ref(bundle.key_package, suite);  // suite 1 has the same hash
  Welcome welcome{.cipher_suite = 1, .secrets = {{ref, {}}}, .encrypted_group_info = {}};
  EXPECT_EQ(open_welcome(welcome, bundle, NoPreSharedKeys{}).error(), WelcomeError::not_for_this_key_package);
  bundle.key_package.cipher_suite = 0x7777;
  welcome.cipher_suite = 0x7777;
  EXPECT_EQ(open_welcome(welcome, bundle, NoPreSharedKeys{}).error(), WelcomeError::not_for_this_key_package);
}

TEST_F(LyingWelcome, IsRefusedWithSecretsThatAreNone) {
  const Bytes sealed_info(100, 1);
  auto sealed = suite.encrypt_with_label(bundle.key_package.init_key, "Welcome", sealed_info, Bytes{1, 2, 3}, random);
  const Welcome welcome{.cipher_suite = static_cast<std::uint16_t>(samband_suite),
                        .secrets = {{make_key_package_ref(bundle.key_package, suite), std::move(*sealed)}},
                        .encrypted_group_info = sealed_info};
  EXPECT_EQ(open_welcome(welcome, bundle, NoPreSharedKeys{}).error(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsRefusedWithAGroupInfoThatIsNone) {
  const SecretBytes psk_secret = zero_secret(suite);
  const SecretBytes welcome_secret = derive_welcome_secret(suite, joiner_secret, psk_secret.view());
  const WelcomeSecrets secrets{suite, joiner_secret, welcome_secret.view(), {}};
  const SecretBytes key = suite.expand_with_label(welcome_secret.view(), "key", {}, suite.aead_key_bytes());
  const SecretBytes nonce = suite.expand_with_label(welcome_secret.view(), "nonce", {}, suite.aead_nonce_bytes());
  const Bytes no_info = suite.seal(key.view(), nonce.view(), {}, Bytes{1, 2, 3});
  const auto welcome = make_welcome(secrets, no_info, {bundle.key_package, std::nullopt}, random);
  EXPECT_EQ(open_welcome(*welcome, bundle, NoPreSharedKeys{}).error(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsNotMadeForAnInitKeyThatIsNone) {
  bundle.key_package.init_key = Bytes(31, 1);
  const WelcomeSecrets secrets{suite, joiner_secret, joiner_secret, {}};
  EXPECT_EQ(make_welcome(secrets, {}, {bundle.key_package, std::nullopt}, random).error(), CryptoError::invalid_key);
}

}  // namespace
}  // namespace samband::mls
