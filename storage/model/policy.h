// A channel's policy: what it is and who may do what in it. It travels as a GroupContext extension, so every
// member signs for it with each epoch; MLS sees opaque bytes.
// Pure values: no I/O, clock or locks. storage/FORMAT.md has the grammar.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/codec/reader.h"
#include "crypto/identity/duties.h"
#include "crypto/identity/ids.h"

namespace samband::storage {

// The extension's type, of the private-use range (RFC 9420 §17.3). Never renumber.
inline constexpr std::uint16_t policy_extension_type = 0xF0A0;

inline constexpr std::size_t roster_items_max = 1024;
inline constexpr std::size_t roster_staff_max = 256;  // staff named by one item
inline constexpr std::size_t policy_bytes_max = std::size_t{512} << 10U;

// Never renumber.
enum class ChannelKind : std::uint8_t {
  discussion = 1,  // everybody on the roster writes
  guidance = 2,    // publishers write, partners acknowledge
};

// Never renumber.
enum class History : std::uint8_t {
  from_joining = 1,  // who joins later can't read what was before
  shared = 2,        // the library key opens the archive to later joiners
};

// Each role includes those before it. Never renumber.
enum class Role : std::uint8_t { member = 1, publisher = 2, moderator = 3 };

// Who of a partner a roster item means.
struct AllStaff {
  bool operator==(const AllStaff&) const = default;
};
struct StaffWithDuty {
  identity::Duties any_of;  // not empty
  bool operator==(const StaffWithDuty&) const = default;
};
struct NamedStaff {
  std::vector<StaffId> staff;  // 1..roster_staff_max, ascending, no repetition
  bool operator==(const NamedStaff&) const = default;
};
using Who = std::variant<AllStaff, StaffWithDuty, NamedStaff>;

struct RosterItem {
  PartnerId partner;
  Hash partner_key;  // fingerprint; devices under another key are not meant until a moderator says so
  Role role = Role::member;
  Who who;
  bool operator==(const RosterItem&) const = default;
};

struct ChannelPolicy {
  static constexpr std::uint8_t version = 1;

  ChannelId channel;
  std::string name;  // as `is_valid_name` of crypto/identity/name.h has it
  ChannelKind kind = ChannelKind::discussion;
  History history = History::from_joining;
  // Changing the policy takes moderators of two partners. No Commit can carry the second consent yet, so
  // the policy of such a channel stands as it is.
  bool two_sided = false;
  WallTime created_at;
  std::vector<RosterItem> items;       // 1..roster_items_max; at least one moderator
  std::optional<PartnerId> successor;  // on the roster; see permission.h
  bool operator==(const ChannelPolicy&) const = default;
};

[[nodiscard]] Bytes encode(const ChannelPolicy& policy);
[[nodiscard]] std::expected<ChannelPolicy, ParseError> parse_channel_policy(BytesView wire);

// One partner moderates and no successor is named: if it goes, nobody can change the policy. Members are told.
[[nodiscard]] bool rests_on_one_partner(const ChannelPolicy& policy);

}  // namespace samband::storage
