// Frames as bytes, in the presentation language of RFC 9420 §2.1.
// A frame is {uint8 kind, body}. Kinds of a client: 1 Login, 2 Request; of a server: 1 Hello, 2 LoginAccepted,
// 3 Reply, 4 EntryEvent, 5 InboxEvent, 6 DirectoryEvent, 7 ChannelEvent, 8 Closing. A Request is {uint32 tag,
// uint64 counter, uint8 type, body}, a Reply {uint32 tag, uint8 type, body}; the types count from 1 in the
// order of RequestBody and ReplyBody. Never renumber.
// Pure computation. Whatever parses, encodes to the same bytes; every length is bounded by messages.h.
#pragma once

#include <expected>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "server/protocol/messages.h"

namespace samband::protocol {

// A frame longer than frame_bytes_max is too_long. A Request whose counter does not fit its body (`is_counted`)
// is malformed.
[[nodiscard]] std::expected<ClientFrame, ParseError> parse_client_frame(BytesView wire);
[[nodiscard]] std::expected<ServerFrame, ParseError> parse_server_frame(BytesView wire);
[[nodiscard]] Bytes encode_client_frame(const ClientFrame& frame);
[[nodiscard]] Bytes encode_server_frame(const ServerFrame& frame);

// {uint8 type, body}: what the joined parts of a StagedRequest hold (up to staged_request_bytes_max), and what
// the server keeps of a reply.
inline constexpr std::size_t staged_request_bytes_max = staged_parts_max * staged_part_bytes_max;
[[nodiscard]] std::expected<RequestBody, ParseError> parse_request_body(BytesView wire);
[[nodiscard]] Bytes encode_request_body(const RequestBody& body);
[[nodiscard]] std::expected<ReplyBody, ParseError> parse_reply_body(BytesView wire);
[[nodiscard]] Bytes encode_reply_body(const ReplyBody& body);

// The frame of an EntryEvent without an Entry in between: what a fan-out sends a thousand times.
[[nodiscard]] Bytes encode_entry_event(BytesView entry);

}  // namespace samband::protocol
