// Messages as they travel.
// Source: RFC 9420 §6 (MLSMessage), §6.2 (PublicMessage), §6.3 (PrivateMessage, PrivateMessageContent, SenderData).
#pragma once

#include <array>
#include <variant>

#include "crypto/mls/wire/framing.h"
#include "crypto/mls/wire/group_info.h"
#include "crypto/mls/wire/welcome.h"

namespace samband::mls {

struct PublicMessage {
  FramedContent content;
  FramedContentAuthData auth;
  MAC membership_tag;  // on the wire for member senders only
  bool operator==(const PublicMessage&) const = default;
};
[[nodiscard]] PublicMessage read_public_message(Reader& in);
[[nodiscard]] std::expected<PublicMessage, ParseError> parse_public_message(BytesView wire);
void write(Writer& out, const PublicMessage& message);
// Nothing is verified by this; the membership tag is left behind.
[[nodiscard]] AuthenticatedContent to_authenticated_content(PublicMessage message);

struct PrivateMessage {
  Bytes group_id;
  Epoch epoch;
  ContentType content_type{};
  Bytes authenticated_data;
  Bytes encrypted_sender_data;
  Bytes ciphertext;
  bool operator==(const PrivateMessage&) const = default;
};
[[nodiscard]] PrivateMessage read_private_message(Reader& in);
[[nodiscard]] std::expected<PrivateMessage, ParseError> parse_private_message(BytesView wire);
void write(Writer& out, const PrivateMessage& message);
[[nodiscard]] Bytes private_content_aad(const PrivateMessage& message);
[[nodiscard]] Bytes sender_data_aad(const PrivateMessage& message);

// The plaintext of PrivateMessage.ciphertext.
struct PrivateMessageContent {
  Content content;
  FramedContentAuthData auth;
  std::size_t padding_bytes = 0;  // zeros; a parser refuses anything else as malformed
  bool operator==(const PrivateMessageContent&) const = default;
};
[[nodiscard]] std::expected<PrivateMessageContent, ParseError> parse_private_message_content(BytesView wire,
                                                                                             ContentType type);
void write(Writer& out, const PrivateMessageContent& content);

struct SenderData {
  LeafIndex leaf_index;
  Generation generation;
  std::array<std::uint8_t, 4> reuse_guard{};
  bool operator==(const SenderData&) const = default;
};
[[nodiscard]] std::expected<SenderData, ParseError> parse_sender_data(BytesView wire);
void write(Writer& out, const SenderData& sender);

using MLSMessage = std::variant<PublicMessage, PrivateMessage, Welcome, GroupInfo, KeyPackage>;
[[nodiscard]] WireFormat wire_format(const MLSMessage& message);
[[nodiscard]] MLSMessage read_mls_message(Reader& in);
[[nodiscard]] std::expected<MLSMessage, ParseError> parse_mls_message(BytesView wire);
void write(Writer& out, const MLSMessage& message);
// The same with one body, without moving it into an MLSMessage first.
[[nodiscard]] Bytes encode_mls_message(const PublicMessage& message);
[[nodiscard]] Bytes encode_mls_message(const PrivateMessage& message);
[[nodiscard]] Bytes encode_mls_message(const Welcome& message);
[[nodiscard]] Bytes encode_mls_message(const GroupInfo& message);
[[nodiscard]] Bytes encode_mls_message(const KeyPackage& message);

}  // namespace samband::mls
