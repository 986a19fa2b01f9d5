// Messages of a group: application data, and handshake messages between content and wire.
// Source: RFC 9420 §6.2, §6.3, §9.2 (a key that was used is gone), §15.
#include "crypto/bytes/check.h"
#include "crypto/mls/group/group.h"

namespace samband::mls {
namespace {

std::optional<CommitError> judge_place(const GroupContext& context, BytesView group_id, Epoch epoch) {
  if (!equal(group_id, context.group_id)) return CommitError::wrong_group;
  if (epoch < context.epoch) return CommitError::stale_epoch;
  if (epoch > context.epoch) return CommitError::future_epoch;
  return std::nullopt;
}

}  // namespace

AuthenticatedContent Group::sign_own(Content content, BytesView authenticated_data, WireFormat format) const {
  AuthenticatedContent out{.wire_format = format,
                           .content = {context().group_id, epoch(), MemberSender{own_leaf_},
                                       copy_of(authenticated_data), std::move(content)},
                           .auth = {}};
  out.auth.signature =
      sign_framed_content(format, out.content, context(), public_.suite(), signature_key_->private_key.view());
  return out;
}

// The generation is spent before the message leaves, so that a message that is lost costs a key and not a secret.
std::expected<Bytes, MessageError> Group::seal(const AuthenticatedContent& content, std::size_t padding_bytes,
                                               RandomSource& random) {
  const RatchetKind kind = ratchet_kind(content_type(content.content.content));
  const Generation generation = state_->tree.next_generation(own_leaf_, kind);
  const auto key = state_->tree.derive(own_leaf_, kind, generation);
  if (!key) return std::unexpected(MessageError::ratchet_exhausted);
  state_->tree.consume(own_leaf_, kind, generation);
  return encode_mls_message(protect_private(epoch_view(), content, *key, generation, padding_bytes,
                                            state_->secrets.sender_data_secret.view(), random));
}

std::expected<Bytes, MessageError> Group::protect(BytesView application_data, BytesView authenticated_data,
                                                  std::size_t padding_bytes, RandomSource& random) {
  if (!is_member()) return std::unexpected(MessageError::not_a_member);
  if (public_.reinit()) return std::unexpected(MessageError::group_reinitialised);
  if (application_data.size() > application_data_bytes_max ||
      authenticated_data.size() > authenticated_data_bytes_max) {
    return std::unexpected(MessageError::too_large);
  }
  if (public_.waiting_proposals().size() > disregarded_.size()) {
    return std::unexpected(MessageError::proposals_waiting);
  }
  const AuthenticatedContent content =
      sign_own(ApplicationData{copy_of(application_data)}, authenticated_data, WireFormat::mls_private_message);
  return seal(content, padding_bytes, random);
}

std::expected<ApplicationMessage, MessageError> Group::unprotect(BytesView message) {
  if (!is_member()) return std::unexpected(MessageError::not_a_member);
  if (public_.reinit()) return std::unexpected(MessageError::group_reinitialised);
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
  auto opened = unprotect_private(epoch_view(), *sealed, state_->tree, state_->secrets.sender_data_secret.view(),
                                  signature_key_of);
  if (!opened) return std::unexpected(opened.error());
  state_->tree.consume(opened->sender, RatchetKind::application, opened->generation);
  return ApplicationMessage{opened->sender, std::move(opened->content.content.authenticated_data),
                            std::move(std::get<ApplicationData>(opened->content.content.content).data)};
}

std::expected<WireFormat, MemberError> Group::choose_format(const std::optional<WireFormat>& chosen) const {
  const WireFormat format = chosen.value_or(default_wire_format(handshake_format_));
  if (!allows(handshake_format_, format)) return std::unexpected(MemberError::wire_format_not_allowed);
  return format;
}

// An own Proposal or Commit, signed, as the MLSMessage that its wire format asks for.
std::expected<Bytes, MessageError> Group::send_handshake(const AuthenticatedContent& content, std::size_t padding_bytes,
                                                         RandomSource& random) {
  if (content.wire_format == WireFormat::mls_private_message) return seal(content, padding_bytes, random);
  const auto message = protect_public(epoch_view(), content, state_->secrets.membership_key.view());
  if (!message) return std::unexpected(message.error());
  return encode_mls_message(*message);
}

// The message is of this epoch and was made by somebody who holds its secrets, or claims to be no member. Its
// signature is for the PublicGroup to verify.
Group::Opened Group::open_handshake(BytesView message) const {
  if (!is_member()) return std::unexpected(MemberError::removed);
  auto parsed = parse_mls_message(message);
  if (!parsed) return std::unexpected(MemberError::malformed);
  if (auto* handshake = std::get_if<PublicMessage>(&*parsed)) return open_public_handshake(std::move(*handshake));
  if (const auto* sealed = std::get_if<PrivateMessage>(&*parsed)) return open_private_handshake(*sealed);
  return std::unexpected(MemberError::wrong_kind);
}

Group::Opened Group::open_public_handshake(PublicMessage message) const {
  if (const auto misplaced = judge_place(context(), message.content.group_id, message.content.epoch)) {
    return std::unexpected(*misplaced);
  }
  if (sender_type(message.content.sender) == SenderType::member) {
    if (!allows(handshake_format_, WireFormat::mls_public_message)) {
      return std::unexpected(MemberError::wire_format_not_allowed);
    }
    if (!verify_membership_tag(epoch_view(), message, state_->secrets.membership_key.view())) {
      return std::unexpected(MemberError::membership_tag_mismatch);
    }
  }
  return OpenedHandshake{to_authenticated_content(std::move(message)), std::nullopt};
}

Group::Opened Group::open_private_handshake(const PrivateMessage& message) const {
  if (message.content_type == ContentType::application) return std::unexpected(MemberError::wrong_kind);
  if (!allows(handshake_format_, WireFormat::mls_private_message)) {
    return std::unexpected(MemberError::wire_format_not_allowed);
  }
  if (const auto misplaced = judge_place(context(), message.group_id, message.epoch)) {
    return std::unexpected(*misplaced);
  }
  const auto sender = open_sender_data(epoch_view(), message, state_->secrets.sender_data_secret.view());
  if (!sender) return std::unexpected(sender.error());
  if (sender->leaf_index == own_leaf_) {
    return std::unexpected(message.content_type == ContentType::commit ? MemberError::own_commit
                                                                       : MemberError::own_proposal);
  }
  if (public_.tree().leaf(sender->leaf_index) == nullptr) return std::unexpected(MessageError::unknown_sender);
  auto content = open_private(epoch_view(), message, *sender, state_->tree);
  if (!content) return std::unexpected(content.error());
  return OpenedHandshake{std::move(*content), sender->generation};
}

}  // namespace samband::mls
