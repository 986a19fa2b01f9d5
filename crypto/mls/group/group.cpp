#include "crypto/mls/group/group.h"

#include "crypto/bytes/check.h"
#include "crypto/mls/group/welcome_secrets.h"

namespace samband::mls {

Group::Group(PublicGroup group, LeafIndex own_leaf, EpochState state, const KeyPair& signature_key)
    : public_{std::move(group)}, own_leaf_{own_leaf}, state_{std::move(state)}, signature_key_{&signature_key} {}

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

  EpochSecrets secrets = expand_epoch_secret(suite, random.secret(suite.hash_bytes()).view());
  group.set_initial_confirmation_tag(
      compute_confirmation_tag(suite, secrets.confirmation_key.view(), group.context().confirmed_transcript_hash));
  PrivatePath path{own_leaf, std::move(own.encryption_private_key)};
  EpochState state = enter_epoch(suite, std::move(secrets), std::move(path), group.tree().leaf_count());
  return Group{std::move(group), own_leaf, std::move(state), signature_key};
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

Bytes Group::group_info() const {
  SAMBAND_CHECK(is_member());
  const CipherSuite suite = public_.suite();
  const KeyPair external = derive_external_key_pair(suite, state_->secrets.external_secret.view());
  const MAC tag = compute_confirmation_tag(suite, state_->secrets.confirmation_key.view(),
                                           public_.context().confirmed_transcript_hash);
  return encode_mls_message(make_published_group_info({public_.context(), tag, own_leaf_}, external.public_key, suite,
                                                      signature_key_->private_key.view()));
}

std::expected<Bytes, MessageError> Group::protect(BytesView application_data, BytesView authenticated_data,
                                                  std::size_t padding_bytes, RandomSource& random) {
  if (!is_member()) return std::unexpected(MessageError::not_a_member);
  if (application_data.size() > application_data_bytes_max ||
      authenticated_data.size() > authenticated_data_bytes_max) {
    return std::unexpected(MessageError::too_large);
  }
  if (!public_.waiting_proposals().empty()) return std::unexpected(MessageError::proposals_waiting);
  const Generation generation = state_->tree.next_generation(own_leaf_, RatchetKind::application);
  const auto key = state_->tree.derive(own_leaf_, RatchetKind::application, generation);
  if (!key) return std::unexpected(MessageError::ratchet_exhausted);
  state_->tree.consume(own_leaf_, RatchetKind::application, generation);

  AuthenticatedContent content{
      .wire_format = WireFormat::mls_private_message,
      .content = {context().group_id, epoch(), MemberSender{own_leaf_}, copy_of(authenticated_data),
                  ApplicationData{copy_of(application_data)}},
      .auth = {},
  };
  content.auth.signature = sign_framed_content(content.wire_format, content.content, context(), public_.suite(),
                                               signature_key_->private_key.view());
  return encode_mls_message(protect_private({public_.suite(), context()}, content, *key, generation, padding_bytes,
                                            state_->secrets.sender_data_secret.view(), random));
}

std::expected<ApplicationMessage, MessageError> Group::unprotect(BytesView message) {
  if (!is_member()) return std::unexpected(MessageError::not_a_member);
  const auto parsed = parse_mls_message(message);
  if (!parsed) return std::unexpected(MessageError::malformed);
  const auto* sealed = std::get_if<PrivateMessage>(&*parsed);
  if (sealed == nullptr || sealed->content_type != ContentType::application) {
    return std::unexpected(MessageError::wrong_kind);
  }
  const auto signature_key_of = [this](LeafIndex leaf) -> std::optional<BytesView> {
    const LeafNode* node = public_.tree().leaf(leaf);
    if (node == nullptr) return std::nullopt;
    return BytesView{node->signature_key};
  };
  auto opened = unprotect_private({public_.suite(), context()}, *sealed, state_->tree,
                                  state_->secrets.sender_data_secret.view(), signature_key_of);
  if (!opened) return std::unexpected(opened.error());
  state_->tree.consume(opened->sender, RatchetKind::application, opened->generation);
  return ApplicationMessage{opened->sender, std::move(opened->content.content.authenticated_data),
                            std::move(std::get<ApplicationData>(opened->content.content.content).data)};
}

}  // namespace samband::mls
