// A client's profile: families, and the scope and order under which each thing is kept.
// A sealed store hides the scope (which channel, which partner) behind a keyed hash. An order is a number, and stays
// readable, so that ranges are scans; or an id, and is hashed as well: such things are listed in no particular order,
// and their values tell their ids.
#pragma once

#include <cstdint>
#include <string_view>

#include "crypto/identity/ids.h"
#include "storage/store.h"

namespace samband::storage::profile_store {

// The order of `layout().families`. Never renumber.
inline constexpr Family identity{0};   // this device: certificate, signature key, key packages
inline constexpr Family groups{1};     // channel: private group state, ratchets, library keys
inline constexpr Family channels{2};   // what is known of each channel: cursor, chain head, policy
inline constexpr Family entries{3};    // channel, seq: raw entries, kept for 30 days
inline constexpr Family content{4};    // channel, seq: what was decrypted
inline constexpr Family outbox{5};     // n: what waits to be sent
inline constexpr Family directory{6};  // index: leaves followed so far
inline constexpr Family documents{7};  // channel, document, version
inline constexpr Family settings{8};   // name
inline constexpr Family trust{9};      // partner: compared fingerprints; heads of the log

[[nodiscard]] StoreLayout layout();

// `order` is empty for a thing that is alone in its scope.
struct Place {
  Family family;
  Bytes scope;
  Bytes order;
  bool order_is_id = false;
  bool operator==(const Place&) const = default;
};

// One of a kind, by name: settings, the identity, the newest head.
[[nodiscard]] Place named(Family family, std::string_view name);
// One for each channel (groups, channels), in parts that the owner numbers.
[[nodiscard]] Place of_channel(Family family, const ChannelId& channel, std::uint8_t part = 0);
// One for each entry (entries, content).
[[nodiscard]] Place of_entry(Family family, const ChannelId& channel, std::uint64_t seq);
// The n-th of the family's one list: outbox, directory; channels known, in the order they came.
[[nodiscard]] Place numbered(Family family, std::uint64_t n);
[[nodiscard]] Place of_document(const ChannelId& channel, const DocumentId& document, std::uint64_t version);
// The n-th document of a channel, in the order they came: how a library is listed.
[[nodiscard]] Place document_list(const ChannelId& channel, std::uint64_t n);
[[nodiscard]] Place of_partner(const PartnerId& partner);

// A range for a sealed store's scan: the numbers `from` up to, not including, `until`.
struct PlaceRange {
  Family family;
  Bytes scope;
  KeyRange orders;
  bool operator==(const PlaceRange&) const = default;
};
[[nodiscard]] PlaceRange numbers(const Place& first, std::uint64_t until);
[[nodiscard]] PlaceRange numbers_from(const Place& first);

}  // namespace samband::storage::profile_store
