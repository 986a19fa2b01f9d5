#include "crypto/mls/group/group.h"

#include "crypto/bytes/check.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {
namespace {

std::expected<void, GroupError> verify_senders(const GroupParameters& parameters) {
  if (!find_extension(parameters.extensions, ExtensionType::external_senders)) return {};
  if (!parameters.authentication) return std::unexpected(GroupError::invalid_external_sender);
  return verify_group_senders(parameters.extensions, *parameters.authentication);
}

}  // namespace

Group::Group(PublicGroup group, LeafIndex own_leaf, EpochState state, const KeyPair& signature_key,
             HandshakeFormat handshake_format)
    : public_{std::move(group)},
      own_leaf_{own_leaf},
      state_{std::move(state)},
      signature_key_{&signature_key},
      handshake_format_{handshake_format} {}

std::expected<Group, GroupError> Group::create(const GroupParameters& parameters, const KeyPair& signature_key,
                                               RandomSource& random) {
  if (has_duplicate_type(parameters.extensions)) return std::unexpected(GroupError::malformed_extensions);
  const CipherSuite suite = parameters.suite;
  const KeyPackageOptions options{.lifetime = parameters.lifetime};
  KeyPackageBundle own = make_key_package(suite, parameters.creator, signature_key, options, random);
  PublicGroup group =
      PublicGroup::create(suite, parameters.group_id, std::move(own.key_package.leaf_node), parameters.extensions);

  const LeafIndex own_leaf{0};
  const auto requirements = leaf_requirements(group.context(), suite, std::nullopt);
  if (!requirements) return std::unexpected(GroupError::malformed_extensions);
  if (!verify_capabilities(*group.tree().leaf(own_leaf), *requirements)) {
    return std::unexpected(GroupError::invalid_leaf);
  }
  if (const auto verdict = verify_senders(parameters); !verdict) return std::unexpected(verdict.error());

  EpochSecrets secrets = expand_epoch_secret(suite, random.secret(suite.hash_bytes()).view());
  group.set_initial_confirmation_tag(
      compute_confirmation_tag(suite, secrets.confirmation_key.view(), group.context().confirmed_transcript_hash));
  PrivatePath path{own_leaf, std::move(own.encryption_private_key)};
  EpochState state = enter_epoch(suite, std::move(secrets), std::move(path), group.tree().leaf_count());
  return Group{std::move(group), own_leaf, std::move(state), signature_key, parameters.handshake_format};
}

SecretBytes Group::export_secret(std::string_view label, BytesView context, std::size_t length) const {
  SAMBAND_CHECK(is_member());
  return mls::export_secret(public_.suite(), state_->secrets.exporter_secret.view(), label, context, length);
}

SecretBytes Group::epoch_authenticator() const {
  SAMBAND_CHECK(is_member());
  return state_->secrets.epoch_authenticator.duplicate();
}

SecretBytes Group::resumption_psk() const {
  SAMBAND_CHECK(is_member());
  return state_->secrets.resumption_psk.duplicate();
}

Bytes Group::group_info(TreeDelivery delivery) const {
  SAMBAND_CHECK(is_member());
  const CipherSuite suite = public_.suite();
  const KeyPair external = derive_external_key_pair(suite, state_->secrets.external_secret.view());
  const MAC tag = compute_confirmation_tag(suite, state_->secrets.confirmation_key.view(),
                                           public_.context().confirmed_transcript_hash);
  const RatchetTree* tree = delivery == TreeDelivery::in_group_info ? &public_.tree() : nullptr;
  return encode_mls_message(make_published_group_info({public_.context(), tag, own_leaf_}, external.public_key, suite,
                                                      signature_key_->private_key.view(), tree));
}

}  // namespace samband::mls
