// WebSocket frames as a server writes them (RFC 6455 §5.2): final, unmasked, never compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "crypto/bytes/bytes.h"
#include "server/protocol/messages.h"

namespace samband::server::edge {

// Built once, shared by all who wait for it.
using FramePtr = std::shared_ptr<const Bytes>;

[[nodiscard]] FramePtr binary_frame(BytesView payload);
[[nodiscard]] FramePtr ping_frame();
// `reason` is cut to the 123 bytes that fit (§5.5).
[[nodiscard]] FramePtr close_frame(std::uint16_t code, std::string_view reason);

[[nodiscard]] FramePtr frame_of(const protocol::ServerFrame& frame);

// The status code of the close frame that follows a Closing (RFC 6455 §7.4.1).
[[nodiscard]] std::uint16_t close_code_of(protocol::Status status);
// A word for logs, metrics and close frames: "too_slow".
[[nodiscard]] std::string_view name_of(protocol::Status status);

}  // namespace samband::server::edge
