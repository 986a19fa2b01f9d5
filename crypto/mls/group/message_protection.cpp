#include "crypto/mls/group/message_protection.h"

#include <algorithm>

#include "crypto/bytes/check.h"

namespace samband::mls {
namespace {

using ReuseGuard = decltype(SenderData::reuse_guard);

SecretBytes guarded_nonce(const SecretBytes& nonce, const ReuseGuard& guard) {
  SecretBytes guarded = nonce.duplicate();
  const auto octets = guarded.writable();
  for (std::size_t i = 0; i < guard.size(); ++i) octets[i] ^= guard[i];
  return guarded;
}

SecretBytes encode_private_content(const AuthenticatedContent& content, std::size_t padding_bytes) {
  Writer out;
  write(out, content.content.content);
  write_auth_data(out, content.auth, content_type(content.content.content));
  out.fixed(Bytes(padding_bytes));
  return out.take_secret();
}

MessageError to_message_error(RatchetError error) {
  switch (error) {
    case RatchetError::consumed: return MessageError::key_consumed;
    case RatchetError::too_far_ahead: return MessageError::too_far_ahead;
    case RatchetError::exhausted: return MessageError::ratchet_exhausted;
  }
  std::abort();  // every enumerator returns above
}

std::optional<MessageError> check_place(EpochView epoch, BytesView group_id, Epoch of_message) {
  if (!equal(group_id, epoch.context.group_id)) return MessageError::wrong_group;
  if (of_message != epoch.context.epoch) return MessageError::wrong_epoch;
  return std::nullopt;
}

std::expected<PrivateMessageContent, MessageError> open_content(EpochView epoch, const PrivateMessage& message,
                                                                const SenderData& sender,
                                                                const MessageKey& message_key) {
  const SecretBytes nonce = guarded_nonce(message_key.nonce, sender.reuse_guard);
  const auto opened =
      epoch.suite.open(message_key.key.view(), nonce.view(), private_content_aad(message), message.ciphertext);
  if (!opened) return std::unexpected(MessageError::decryption_failed);
  auto content = parse_private_message_content(opened->view(), message.content_type);
  if (!content) return std::unexpected(MessageError::malformed);
  return std::move(*content);
}

}  // namespace

std::expected<PublicMessage, MessageError> protect_public(EpochView epoch, AuthenticatedContent content,
                                                          BytesView membership_key) {
  SAMBAND_CHECK(sender_type(content.content.sender) == SenderType::member);
  if (content_type(content.content.content) == ContentType::application) {
    return std::unexpected(MessageError::application_not_private);
  }
  Bytes tag = epoch.suite.mac(membership_key, authenticated_content_tbm(content.content, content.auth, epoch.context));
  return PublicMessage{std::move(content.content), std::move(content.auth), std::move(tag)};
}

bool verify_membership_tag(EpochView epoch, const PublicMessage& message, BytesView membership_key) {
  const Bytes expected =
      epoch.suite.mac(membership_key, authenticated_content_tbm(message.content, message.auth, epoch.context));
  return equal_in_constant_time(expected, message.membership_tag);
}

std::expected<AuthenticatedContent, MessageError> unprotect_public(EpochView epoch, const PublicMessage& message,
                                                                   BytesView membership_key,
                                                                   const SignatureKeyOf& signature_key_of) {
  if (auto misplaced = check_place(epoch, message.content.group_id, message.content.epoch)) {
    return std::unexpected(*misplaced);
  }
  if (content_type(message.content.content) == ContentType::application) {
    return std::unexpected(MessageError::application_not_private);
  }
  const auto* member = std::get_if<MemberSender>(&message.content.sender);
  if (member == nullptr) return std::unexpected(MessageError::unknown_sender);
  const auto signature_key = signature_key_of(member->leaf_index);
  if (!signature_key) return std::unexpected(MessageError::unknown_sender);
  if (!verify_membership_tag(epoch, message, membership_key)) {
    return std::unexpected(MessageError::membership_tag_mismatch);
  }
  AuthenticatedContent content = to_authenticated_content(message);
  if (!verify_framed_content_signature(content, epoch.context, epoch.suite, *signature_key)) {
    return std::unexpected(MessageError::invalid_signature);
  }
  return content;
}

RatchetKind ratchet_kind(ContentType type) {
  return type == ContentType::application ? RatchetKind::application : RatchetKind::handshake;
}

MessageKey derive_sender_data_key(CipherSuite suite, BytesView sender_data_secret, BytesView ciphertext) {
  const BytesView sample = ciphertext.first(std::min(ciphertext.size(), suite.hash_bytes()));
  return {
      .key = suite.expand_with_label(sender_data_secret, "key", sample, suite.aead_key_bytes()),
      .nonce = suite.expand_with_label(sender_data_secret, "nonce", sample, suite.aead_nonce_bytes()),
  };
}

PrivateMessage protect_private(EpochView epoch, const AuthenticatedContent& content, const MessageKey& message_key,
                               Generation generation, std::size_t padding_bytes, BytesView sender_data_secret,
                               RandomSource& random) {
  SAMBAND_CHECK(content.wire_format == WireFormat::mls_private_message);
  SenderData sender{std::get<MemberSender>(content.content.sender).leaf_index, generation, {}};
  random.fill(sender.reuse_guard);

  PrivateMessage message{
      .group_id = content.content.group_id,
      .epoch = content.content.epoch,
      .content_type = content_type(content.content.content),
      .authenticated_data = content.content.authenticated_data,
      .encrypted_sender_data = {},
      .ciphertext = {},
  };
  const SecretBytes plaintext = encode_private_content(content, padding_bytes);
  const SecretBytes nonce = guarded_nonce(message_key.nonce, sender.reuse_guard);
  message.ciphertext =
      epoch.suite.seal(message_key.key.view(), nonce.view(), private_content_aad(message), plaintext.view());

  const MessageKey sender_key = derive_sender_data_key(epoch.suite, sender_data_secret, message.ciphertext);
  message.encrypted_sender_data =
      epoch.suite.seal(sender_key.key.view(), sender_key.nonce.view(), sender_data_aad(message), encode(sender));
  return message;
}

std::expected<SenderData, MessageError> open_sender_data(EpochView epoch, const PrivateMessage& message,
                                                         BytesView sender_data_secret) {
  if (auto misplaced = check_place(epoch, message.group_id, message.epoch)) return std::unexpected(*misplaced);
  const MessageKey key = derive_sender_data_key(epoch.suite, sender_data_secret, message.ciphertext);
  const auto opened =
      epoch.suite.open(key.key.view(), key.nonce.view(), sender_data_aad(message), message.encrypted_sender_data);
  if (!opened) return std::unexpected(MessageError::decryption_failed);
  const auto sender = parse_sender_data(opened->view());
  if (!sender) return std::unexpected(MessageError::malformed);
  return *sender;
}

std::expected<AuthenticatedContent, MessageError> open_private(EpochView epoch, const PrivateMessage& message,
                                                               const SenderData& sender, const SecretTree& tree) {
  const auto message_key = tree.derive(sender.leaf_index, ratchet_kind(message.content_type), sender.generation);
  if (!message_key) return std::unexpected(to_message_error(message_key.error()));
  auto opened = open_content(epoch, message, sender, *message_key);
  if (!opened) return std::unexpected(opened.error());
  return AuthenticatedContent{
      .wire_format = WireFormat::mls_private_message,
      .content = {message.group_id, message.epoch, MemberSender{sender.leaf_index}, message.authenticated_data,
                  std::move(opened->content)},
      .auth = std::move(opened->auth),
  };
}

std::expected<UnprotectedPrivate, MessageError> unprotect_private(EpochView epoch, const PrivateMessage& message,
                                                                  const SecretTree& tree, BytesView sender_data_secret,
                                                                  const SignatureKeyOf& signature_key_of) {
  const auto sender = open_sender_data(epoch, message, sender_data_secret);
  if (!sender) return std::unexpected(sender.error());
  const auto signature_key = signature_key_of(sender->leaf_index);
  if (!signature_key) return std::unexpected(MessageError::unknown_sender);
  auto content = open_private(epoch, message, *sender, tree);
  if (!content) return std::unexpected(content.error());
  if (!verify_framed_content_signature(*content, epoch.context, epoch.suite, *signature_key)) {
    return std::unexpected(MessageError::invalid_signature);
  }
  return UnprotectedPrivate{std::move(*content), sender->leaf_index, sender->generation};
}

}  // namespace samband::mls
