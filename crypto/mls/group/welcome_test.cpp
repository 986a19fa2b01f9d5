#include <gtest/gtest.h>

#include "crypto/mls/group/group.h"
#include "crypto/mls/group/test_services.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

// --- Welcomes that a member could make and a joiner must not follow

class LyingWelcome : public ::testing::Test {
 protected:
  // What the joiner says to a Welcome with this fixture's secrets and GroupInfo.
  std::optional<WelcomeError> verdict(std::vector<PreSharedKeyID> named = {}, const Continuation* continues = nullptr) {
    const SecretBytes psk_secret = zero_secret(suite);
    const SecretBytes welcome_secret = derive_welcome_secret(suite, joiner_secret, psk_secret.view());
    const WelcomeSecrets secrets{suite, joiner_secret, welcome_secret.view(), named};
    const auto path = path_secret ? std::optional<BytesView>{*path_secret} : std::nullopt;
    const auto welcome = make_welcome(secrets, seal_group_info(secrets, info), {bundle.key_package, path}, random);
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
  std::optional<Bytes> path_secret;
};

TEST_F(LyingWelcome, IsOpenedWhenItDoesNotLie) {
  EXPECT_EQ(verdict(), std::nullopt);
}

TEST_F(LyingWelcome, IsRefusedWithAJoinerSecretOfAnotherLength) {
  joiner_secret.pop_back();
  EXPECT_EQ(verdict(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsRefusedWithAPathSecretOfAnotherLength) {
  path_secret = Bytes(suite.hash_bytes(), 4);
  EXPECT_EQ(verdict(), std::nullopt);
  path_secret->pop_back();
  EXPECT_EQ(verdict(), WelcomeError::malformed);
  path_secret->resize(suite.hash_bytes() + 1);
  EXPECT_EQ(verdict(), WelcomeError::malformed);
}

TEST_F(LyingWelcome, IsRefusedWithAPskNonceOfAnotherLength) {
  PreSharedKeyID longer = resumption(ResumptionPSKUsage::application);
  longer.psk_nonce.push_back(0);
  EXPECT_EQ(verdict({longer}), WelcomeError::invalid_psk);
  PreSharedKeyID shorter = resumption(ResumptionPSKUsage::application);
  shorter.psk_nonce.pop_back();
  EXPECT_EQ(verdict({resumption(ResumptionPSKUsage::application), shorter}), WelcomeError::invalid_psk);
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
