// A small vocabulary for the tests of this folder: channels of the two municipalities of the identity tests.
#pragma once

#include "crypto/identity/identity_fixture.h"
#include "storage/model/policy.h"

namespace samband::storage::testing {

using identity::asker;
using identity::drammen;
using identity::Duties;
using identity::Duty;
using identity::id_of;
using identity::Municipality;

inline Hash fingerprint_of(const Municipality& partner, std::uint8_t generation = 0) {
  return identity::partner_key_fingerprint(identity::public_of(partner.partner_key(generation)));
}

inline RosterItem item(const Municipality& partner, Role role, Who who = AllStaff{}) {
  return {.partner = partner.id(), .partner_key = fingerprint_of(partner), .role = role, .who = std::move(who)};
}

// Asker moderates, Drammen is a member.
inline ChannelPolicy discussion() {
  return {
      .channel = id_of<ChannelId>(9),
      .name = "Utskrivningsklare",
      .kind = ChannelKind::discussion,
      .history = History::shared,
      .two_sided = false,
      .created_at = identity::noon,
      .items = {item(asker, Role::moderator), item(drammen, Role::member)},
      .successor = {},
  };
}

// Asker moderates and publishes, Drammen acknowledges.
inline ChannelPolicy guidance() {
  ChannelPolicy policy = discussion();
  policy.kind = ChannelKind::guidance;
  return policy;
}

}  // namespace samband::storage::testing
