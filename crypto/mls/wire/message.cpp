#include "crypto/mls/wire/message.h"

#include <algorithm>

namespace samband::mls {
namespace {

// Content, authentication and padding, sealed.
constexpr std::size_t ciphertext_bytes_max = structure_bytes_max;
constexpr std::size_t sender_data_bytes = 4 + 4 + 4;

static_assert(std::variant_size_v<MLSMessage> == 5, "wire_format() relies on the order of the registry");

void write_header(Writer& out, WireFormat format) {
  out.u16(static_cast<std::uint16_t>(ProtocolVersion::mls10));
  out.u16(static_cast<std::uint16_t>(format));
}

template <class Body>
Bytes encode_message(WireFormat format, const Body& body) {
  Writer out;
  write_header(out, format);
  write(out, body);
  return out.take();
}

void write_epoch_and_type(Writer& out, const PrivateMessage& message) {
  out.bytes(message.group_id);
  out.u64(message.epoch.value);
  out.u8(static_cast<std::uint8_t>(message.content_type));
}

}  // namespace

PublicMessage read_public_message(Reader& in) {
  PublicMessage out{.content = read_framed_content(in), .auth = {}, .membership_tag = {}};
  out.auth = read_auth_data(in, content_type(out.content.content));
  if (sender_type(out.content.sender) == SenderType::member) out.membership_tag = in.bytes_owned(hash_bytes_max);
  return out;
}

std::expected<PublicMessage, ParseError> parse_public_message(BytesView wire) {
  return parse_whole(wire, read_public_message);
}

void write(Writer& out, const PublicMessage& message) {
  write(out, message.content);
  write_auth_data(out, message.auth, content_type(message.content.content));
  if (sender_type(message.content.sender) == SenderType::member) out.bytes(message.membership_tag);
}

AuthenticatedContent to_authenticated_content(PublicMessage message) {
  return {.wire_format = WireFormat::mls_public_message,
          .content = std::move(message.content),
          .auth = std::move(message.auth)};
}

PrivateMessage read_private_message(Reader& in) {
  return {.group_id = in.bytes_owned(group_id_bytes_max),
          .epoch = Epoch{in.u64()},
          .content_type = read_content_type(in),
          .authenticated_data = in.bytes_owned(authenticated_data_bytes_max),
          .encrypted_sender_data = in.bytes_owned(sender_data_bytes + aead_tag_bytes_max),
          .ciphertext = in.bytes_owned(ciphertext_bytes_max)};
}

std::expected<PrivateMessage, ParseError> parse_private_message(BytesView wire) {
  return parse_whole(wire, read_private_message);
}

void write(Writer& out, const PrivateMessage& message) {
  write_epoch_and_type(out, message);
  out.bytes(message.authenticated_data);
  out.bytes(message.encrypted_sender_data);
  out.bytes(message.ciphertext);
}

Bytes private_content_aad(const PrivateMessage& message) {
  Writer out;
  write_epoch_and_type(out, message);
  out.bytes(message.authenticated_data);
  return out.take();
}

Bytes sender_data_aad(const PrivateMessage& message) {
  Writer out;
  write_epoch_and_type(out, message);
  return out.take();
}

std::expected<PrivateMessageContent, ParseError> parse_private_message_content(BytesView wire, ContentType type) {
  Reader in{wire};
  PrivateMessageContent out{.content = read_content(in, type), .auth = read_auth_data(in, type)};
  const BytesView padding = in.fixed(in.remaining());
  if (std::ranges::any_of(padding, [](std::uint8_t byte) { return byte != 0; })) in.fail(ParseError::malformed);
  if (const auto error = in.finish()) return std::unexpected(*error);
  out.padding_bytes = padding.size();
  return out;
}

void write(Writer& out, const PrivateMessageContent& content) {
  write(out, content.content);
  write_auth_data(out, content.auth, content_type(content.content));
  out.fixed(Bytes(content.padding_bytes));
}

std::expected<SenderData, ParseError> parse_sender_data(BytesView wire) {
  Reader in{wire};
  SenderData out{.leaf_index = LeafIndex{in.u32()}, .generation = Generation{in.u32()}};
  const BytesView guard = in.fixed(out.reuse_guard.size());
  if (const auto error = in.finish()) return std::unexpected(*error);
  std::ranges::copy(guard, out.reuse_guard.begin());
  return out;
}

void write(Writer& out, const SenderData& sender) {
  out.u32(sender.leaf_index.value);
  out.u32(sender.generation.value);
  out.fixed(sender.reuse_guard);
}

WireFormat wire_format(const MLSMessage& message) {
  return static_cast<WireFormat>(message.index() + 1);
}

MLSMessage read_mls_message(Reader& in) {
  (void)read_version(in);
  switch (static_cast<WireFormat>(in.u16())) {
    case WireFormat::mls_public_message: return read_public_message(in);
    case WireFormat::mls_private_message: return read_private_message(in);
    case WireFormat::mls_welcome: return read_welcome(in);
    case WireFormat::mls_group_info: return read_group_info(in);
    case WireFormat::mls_key_package: return read_key_package(in);
  }
  in.fail(ParseError::unknown_value);
  return PrivateMessage{};
}

std::expected<MLSMessage, ParseError> parse_mls_message(BytesView wire) {
  return parse_whole(wire, read_mls_message);
}

void write(Writer& out, const MLSMessage& message) {
  write_header(out, wire_format(message));
  std::visit([&](const auto& body) { write(out, body); }, message);
}

Bytes encode_mls_message(const PublicMessage& message) {
  return encode_message(WireFormat::mls_public_message, message);
}
Bytes encode_mls_message(const PrivateMessage& message) {
  return encode_message(WireFormat::mls_private_message, message);
}
Bytes encode_mls_message(const Welcome& message) {
  return encode_message(WireFormat::mls_welcome, message);
}
Bytes encode_mls_message(const GroupInfo& message) {
  return encode_message(WireFormat::mls_group_info, message);
}
Bytes encode_mls_message(const KeyPackage& message) {
  return encode_message(WireFormat::mls_key_package, message);
}

}  // namespace samband::mls
