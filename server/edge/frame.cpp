#include "server/edge/frame.h"

#include <cstdlib>

#include "server/protocol/codec.h"

namespace samband::server::edge {
namespace {

constexpr std::uint8_t final_bit = 0x80;
enum class Opcode : std::uint8_t { binary = 2, close = 8, ping = 9 };

FramePtr frame(Opcode opcode, BytesView payload) {
  Bytes out;
  const std::size_t size = payload.size();
  out.reserve(size + 10);
  out.push_back(static_cast<std::uint8_t>(final_bit | static_cast<std::uint8_t>(opcode)));
  const auto push_length = [&](std::uint8_t marker, unsigned bytes) {
    out.push_back(marker);
    for (unsigned i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(size >> (8 * i)));
  };
  if (size < 126) {
    out.push_back(static_cast<std::uint8_t>(size));
  } else if (size <= 0xffff) {
    push_length(126, 2);
  } else {
    push_length(127, 8);
  }
  out.insert(out.end(), payload.begin(), payload.end());
  return std::make_shared<const Bytes>(std::move(out));
}

}  // namespace

FramePtr binary_frame(BytesView payload) {
  return frame(Opcode::binary, payload);
}

FramePtr ping_frame() {
  static const FramePtr shared = frame(Opcode::ping, {});
  return shared;
}

FramePtr close_frame(std::uint16_t code, std::string_view reason) {
  constexpr std::size_t reason_bytes_max = 123;
  Bytes payload{static_cast<std::uint8_t>(code >> 8U), static_cast<std::uint8_t>(code)};
  const BytesView text = view_of(reason.substr(0, reason_bytes_max));
  payload.insert(payload.end(), text.begin(), text.end());
  return frame(Opcode::close, payload);
}

FramePtr frame_of(const protocol::ServerFrame& content) {
  return binary_frame(protocol::encode_server_frame(content));
}

std::uint16_t close_code_of(protocol::Status status) {
  constexpr std::uint16_t going_away = 1001;
  constexpr std::uint16_t protocol_error = 1002;
  constexpr std::uint16_t policy_violation = 1008;
  constexpr std::uint16_t message_too_big = 1009;
  constexpr std::uint16_t try_again_later = 1013;  // IANA WebSocket Close Code Number Registry
  switch (status) {
    case protocol::Status::malformed:
    case protocol::Status::unsupported_version: return protocol_error;
    case protocol::Status::too_large: return message_too_big;
    case protocol::Status::shutting_down:
    case protocol::Status::idle: return going_away;
    case protocol::Status::too_slow:
    case protocol::Status::too_many:
    case protocol::Status::disk_reserve:
    case protocol::Status::maintenance:
    case protocol::Status::partner_limit: return try_again_later;
    case protocol::Status::not_logged_in:
    case protocol::Status::not_permitted:
    case protocol::Status::not_found:
    case protocol::Status::stale_epoch:
    case protocol::Status::invalid:
    case protocol::Status::invitation_unknown:
    case protocol::Status::invitation_expired:
    case protocol::Status::invitation_used_up:
    case protocol::Status::invitation_revoked:
    case protocol::Status::device_revoked:
    case protocol::Status::counter_out_of_order:
    case protocol::Status::conflict: return policy_violation;
  }
  std::abort();  // every enumerator returns above
}

std::string_view name_of(protocol::Status status) {
  switch (status) {
    case protocol::Status::malformed: return "malformed";
    case protocol::Status::not_logged_in: return "not_logged_in";
    case protocol::Status::not_permitted: return "not_permitted";
    case protocol::Status::not_found: return "not_found";
    case protocol::Status::stale_epoch: return "stale_epoch";
    case protocol::Status::invalid: return "invalid";
    case protocol::Status::too_large: return "too_large";
    case protocol::Status::too_many: return "too_many";
    case protocol::Status::invitation_unknown: return "invitation_unknown";
    case protocol::Status::invitation_expired: return "invitation_expired";
    case protocol::Status::invitation_used_up: return "invitation_used_up";
    case protocol::Status::invitation_revoked: return "invitation_revoked";
    case protocol::Status::device_revoked: return "device_revoked";
    case protocol::Status::counter_out_of_order: return "counter_out_of_order";
    case protocol::Status::disk_reserve: return "disk_reserve";
    case protocol::Status::unsupported_version: return "unsupported_version";
    case protocol::Status::shutting_down: return "shutting_down";
    case protocol::Status::too_slow: return "too_slow";
    case protocol::Status::idle: return "idle";
    case protocol::Status::conflict: return "conflict";
    case protocol::Status::maintenance: return "maintenance";
    case protocol::Status::partner_limit: return "partner_limit";
  }
  std::abort();  // every enumerator returns above
}

}  // namespace samband::server::edge
