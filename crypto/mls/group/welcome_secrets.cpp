#include "crypto/mls/group/welcome_secrets.h"

#include <algorithm>

#include "crypto/bytes/check.h"
#include "crypto/mls/group/key_schedule.h"
#include "crypto/mls/group/sender_ratchet.h"

namespace samband::mls {
namespace {

MessageKey derive_welcome_key(CipherSuite suite, BytesView welcome_secret) {
  return {
      .key = suite.expand_with_label(welcome_secret, "key", {}, suite.aead_key_bytes()),
      .nonce = suite.expand_with_label(welcome_secret, "nonce", {}, suite.aead_nonce_bytes()),
  };
}

GroupInfo signed_group_info(const GroupInfoBase& base, Extensions extensions, CipherSuite suite,
                            BytesView signature_private_key) {
  GroupInfo info{base.context, std::move(extensions), base.confirmation_tag, base.signer, {}};
  sign_group_info(info, suite, signature_private_key);
  return info;
}

// §12.4.3.1: one PSK at most says that the group continues another, and that is the one it should.
std::expected<void, WelcomeError> verify_continuation_psk(std::span<const PreSharedKeyID> psks,
                                                          const Continuation* continues) {
  const auto count = std::ranges::count_if(psks, is_continuation);
  if (count == 0 && continues == nullptr) return {};
  if (count == 0) return std::unexpected(WelcomeError::continuation_missing);
  if (continues == nullptr) return std::unexpected(WelcomeError::unexpected_continuation);
  if (count > 1) return std::unexpected(WelcomeError::several_continuations);
  const auto& found = std::get<ResumptionPSK>(std::ranges::find_if(psks, is_continuation)->psk);
  const ResumptionPSK& wanted = continues->id;
  if (found.usage != wanted.usage) return std::unexpected(WelcomeError::continuation_of_another_usage);
  if (found.psk_group_id != wanted.psk_group_id) return std::unexpected(WelcomeError::continuation_of_another_group);
  if (found.psk_epoch != wanted.psk_epoch) return std::unexpected(WelcomeError::continuation_of_another_epoch);
  return {};
}

std::expected<GroupSecrets, WelcomeError> open_group_secrets(CipherSuite suite, const Welcome& welcome,
                                                             const KeyPackageBundle& bundle) {
  const KeyPackageRef own_ref = make_key_package_ref(bundle.key_package, suite);
  const auto own = std::ranges::find(welcome.secrets, own_ref, &EncryptedGroupSecrets::new_member);
  if (own == welcome.secrets.end()) return std::unexpected(WelcomeError::not_for_this_key_package);
  const auto opened = suite.decrypt_with_label(bundle.init_private_key.view(), bundle.key_package.init_key, "Welcome",
                                               welcome.encrypted_group_info, own->encrypted_group_secrets);
  if (!opened) return std::unexpected(WelcomeError::undecryptable);
  auto secrets = parse_group_secrets(opened->view());
  if (!secrets || secrets->joiner_secret.size() != suite.hash_bytes()) return std::unexpected(WelcomeError::malformed);
  if (secrets->path_secret && secrets->path_secret->size() != suite.hash_bytes()) {
    return std::unexpected(WelcomeError::malformed);
  }
  const bool have_nonces = std::ranges::all_of(
      secrets->psks, [&](const PreSharedKeyID& id) { return id.psk_nonce.size() == suite.hash_bytes(); });
  if (!have_nonces) return std::unexpected(WelcomeError::invalid_psk);
  return std::move(*secrets);
}

}  // namespace

Extension ratchet_tree_extension(const RatchetTree& tree) {
  return {ExtensionType::ratchet_tree, encode_ratchet_tree(tree.nodes())};
}

GroupInfo make_published_group_info(const GroupInfoBase& base, const HPKEPublicKey& external_pub, CipherSuite suite,
                                    BytesView signature_private_key, const RatchetTree* tree) {
  Extensions extensions{{ExtensionType::external_pub, encode(ExternalPub{external_pub})}};
  if (tree != nullptr) extensions.push_back(ratchet_tree_extension(*tree));
  return signed_group_info(base, std::move(extensions), suite, signature_private_key);
}

GroupInfo make_welcome_group_info(const GroupInfoBase& base, Extensions extensions, CipherSuite suite,
                                  BytesView signature_private_key) {
  return signed_group_info(base, std::move(extensions), suite, signature_private_key);
}

Bytes seal_group_info(const WelcomeSecrets& secrets, const GroupInfo& info) {
  const MessageKey key = derive_welcome_key(secrets.suite, secrets.welcome_secret);
  Writer plaintext;
  write(plaintext, info);
  return secrets.suite.seal(key.key.view(), key.nonce.view(), {}, plaintext.take_secret().view());
}

std::expected<Welcome, CryptoError> make_welcome(const WelcomeSecrets& secrets, const Bytes& encrypted_group_info,
                                                 const Joiner& joiner, RandomSource& random) {
  GroupSecrets group_secrets{
      SecretBytes{secrets.joiner_secret}, std::nullopt, {secrets.psks.begin(), secrets.psks.end()}};
  if (joiner.path_secret) group_secrets.path_secret.emplace(*joiner.path_secret);
  auto sealed = secrets.suite.encrypt_with_label(joiner.key_package.init_key, "Welcome", encrypted_group_info,
                                                 encode_group_secrets(group_secrets).view(), random);
  if (!sealed) return std::unexpected(sealed.error());
  KeyPackageRef ref = make_key_package_ref(joiner.key_package, secrets.suite);
  return Welcome{
      static_cast<std::uint16_t>(secrets.suite.id()), {{std::move(ref), std::move(*sealed)}}, encrypted_group_info};
}

std::expected<OpenedWelcome, WelcomeError> open_welcome(const Welcome& welcome, const KeyPackageBundle& bundle,
                                                        const PreSharedKeySource& psks, const Continuation* continues) {
  const auto suite = CipherSuite::of(welcome.cipher_suite);
  if (!suite || welcome.cipher_suite != bundle.key_package.cipher_suite) {
    return std::unexpected(WelcomeError::not_for_this_key_package);
  }
  auto group_secrets = open_group_secrets(*suite, welcome, bundle);
  if (!group_secrets) return std::unexpected(group_secrets.error());
  if (const auto verdict = verify_continuation_psk(group_secrets->psks, continues); !verdict) {
    return std::unexpected(verdict.error());
  }
  auto psk_secret = derive_psk_secret(*suite, group_secrets->psks, ContinuationPsks{psks, continues});
  if (!psk_secret) return std::unexpected(WelcomeError::missing_psk);

  const SecretBytes welcome_secret =
      derive_welcome_secret(*suite, group_secrets->joiner_secret.view(), psk_secret->view());
  const MessageKey key = derive_welcome_key(*suite, welcome_secret.view());
  const auto opened = suite->open(key.key.view(), key.nonce.view(), {}, welcome.encrypted_group_info);
  if (!opened) return std::unexpected(WelcomeError::undecryptable);
  auto info = parse_group_info(opened->view());
  if (!info || info->group_context.cipher_suite != welcome.cipher_suite) {
    return std::unexpected(WelcomeError::malformed);
  }
  return OpenedWelcome{*suite, std::move(*group_secrets), std::move(*psk_secret), std::move(*info)};
}

}  // namespace samband::mls
