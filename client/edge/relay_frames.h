// The frames of the socket between a profile's owner and those who forward to it: u32 length, u8 kind, body.
// Both ends are of one build: there is no version to negotiate, and a frame that does not parse ends the peer.
#pragma once

#include <cstdint>
#include <optional>

#include "client/edge/invocation.h"
#include "crypto/bytes/bytes.h"

namespace samband::client {

enum class RelayFrame : std::uint8_t {
  invocation = 1,  // to the owner, once
  interrupt = 2,   // to the owner: end early; no body
  out = 3,
  err = 4,
  exit = 5,   // one octet: the exit status
  taken = 6,  // the owner has the invocation and begins; no body
};

inline constexpr std::size_t relay_header_bytes = 5;

[[nodiscard]] Bytes relay_frame(RelayFrame kind, BytesView body);
[[nodiscard]] Bytes encode(const Invocation& invocation);
[[nodiscard]] std::optional<Invocation> parse_invocation(BytesView body);

struct RelayHeader {
  RelayFrame kind{};
  std::size_t body_bytes = 0;
};
// nullopt for an unknown kind or a body over `relay_frame_bytes_max`. `header` is relay_header_bytes long.
[[nodiscard]] std::optional<RelayHeader> parse_relay_header(BytesView header);

}  // namespace samband::client
