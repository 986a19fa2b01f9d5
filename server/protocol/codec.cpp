#include "server/protocol/codec.h"

#include "server/protocol/reply_fields.h"
#include "server/protocol/request_fields.h"

namespace samband::protocol {
namespace {

template <class T>
std::expected<T, ParseError> parse_bounded(BytesView wire, std::size_t bytes_max) {
  if (wire.size() > bytes_max) return std::unexpected(ParseError::too_long);
  return parse_fields<T>(wire);
}

constexpr std::uint8_t entry_event_kind = 4;
static_assert(std::is_same_v<std::variant_alternative_t<entry_event_kind - 1, ServerFrame>, EntryEvent>);

}  // namespace

std::expected<ClientFrame, ParseError> parse_client_frame(BytesView wire) {
  return parse_bounded<ClientFrame>(wire, frame_bytes_max);
}
std::expected<ServerFrame, ParseError> parse_server_frame(BytesView wire) {
  return parse_bounded<ServerFrame>(wire, frame_bytes_max);
}
Bytes encode_client_frame(const ClientFrame& frame) {
  return encode_fields(frame);
}
Bytes encode_server_frame(const ServerFrame& frame) {
  return encode_fields(frame);
}

std::expected<RequestBody, ParseError> parse_request_body(BytesView wire) {
  return parse_bounded<RequestBody>(wire, staged_request_bytes_max);
}
Bytes encode_request_body(const RequestBody& body) {
  return encode_fields(body);
}
std::expected<ReplyBody, ParseError> parse_reply_body(BytesView wire) {
  return parse_bounded<ReplyBody>(wire, frame_bytes_max);
}
Bytes encode_reply_body(const ReplyBody& body) {
  return encode_fields(body);
}

Bytes encode_entry_event(BytesView entry) {
  Writer out;
  out.reserve(entry.size() + 1 + sizeof(std::uint32_t));
  out.u8(entry_event_kind);
  out.bytes(entry);
  return out.take();
}

}  // namespace samband::protocol
