// Which wire formats a group's members use for their Proposals and Commits.
// Source: RFC 9420 §6: handshake messages should be PrivateMessage, and may be PublicMessage where the Delivery
// Service has to examine them. What comes from outside the group is always a PublicMessage.
#pragma once

#include "crypto/mls/wire/types.h"

namespace samband::mls {

// Stored with the group; never renumber.
enum class HandshakeFormat : std::uint8_t {
  public_message = 1,
  private_message = 2,
  either = 3,
};

// Whether a member's handshake message may travel as `format`.
[[nodiscard]] constexpr bool allows(HandshakeFormat accepted, WireFormat format) {
  switch (format) {
    case WireFormat::mls_public_message: return accepted != HandshakeFormat::private_message;
    case WireFormat::mls_private_message: return accepted != HandshakeFormat::public_message;
    case WireFormat::mls_welcome:
    case WireFormat::mls_group_info:
    case WireFormat::mls_key_package: return false;
  }
  return false;
}

// What a sender uses that did not choose: encrypted where that is allowed.
[[nodiscard]] constexpr WireFormat default_wire_format(HandshakeFormat accepted) {
  return accepted == HandshakeFormat::public_message ? WireFormat::mls_public_message : WireFormat::mls_private_message;
}

}  // namespace samband::mls
