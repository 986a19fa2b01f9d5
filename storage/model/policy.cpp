#include "storage/model/policy.h"

#include <algorithm>

#include "crypto/codec/writer.h"
#include "crypto/identity/name.h"

namespace samband::storage {
namespace {

// How a roster item says who it means. Never renumber.
enum class WhoKind : std::uint8_t { all_staff = 1, duty = 2, staff = 3 };

// An enumerator from 1 to `last`.
template <class Enum>
Enum read_enum(Reader& in, Enum last) {
  const std::uint8_t value = in.u8();
  if (value < 1 || value > static_cast<std::uint8_t>(last)) in.fail(ParseError::unknown_value);
  return static_cast<Enum>(value);
}

template <class Enum>
void write_enum(Writer& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}

void write(Writer& out, const Who& who) {
  if (std::holds_alternative<AllStaff>(who)) {
    write_enum(out, WhoKind::all_staff);
  } else if (const auto* duty = std::get_if<StaffWithDuty>(&who)) {
    write_enum(out, WhoKind::duty);
    identity::write(out, duty->any_of);
  } else {
    write_enum(out, WhoKind::staff);
    out.vector([&](Writer& list) {
      for (const StaffId& staff : std::get<NamedStaff>(who).staff) list.fixed(staff.view());
    });
  }
}

NamedStaff read_named_staff(Reader& in) {
  NamedStaff named;
  Reader list = in.vector(roster_staff_max * StaffId::size);
  while (!list.at_end()) named.staff.push_back(list.id<StaffId>());
  in.join(list);
  // Strictly ascending, so that one set of people has one encoding.
  const bool ascending = std::ranges::adjacent_find(named.staff, std::ranges::greater_equal{}) == named.staff.end();
  if (named.staff.empty() || !ascending) in.fail(ParseError::malformed);
  return named;
}

Who read_who(Reader& in) {
  switch (read_enum(in, WhoKind::staff)) {
    case WhoKind::all_staff: return AllStaff{};
    case WhoKind::duty: {
      const identity::Duties any_of = identity::read_duties(in);
      if (any_of.empty()) in.fail(ParseError::malformed);
      return StaffWithDuty{any_of};
    }
    case WhoKind::staff: return read_named_staff(in);
  }
  return AllStaff{};  // an unknown kind: the reader has failed
}

void write(Writer& out, const RosterItem& item) {
  out.fixed(item.partner.view());
  out.fixed(item.partner_key.view());
  write_enum(out, item.role);
  write(out, item.who);
}

std::vector<RosterItem> read_items(Reader& in) {
  std::vector<RosterItem> items;
  Reader list = in.vector(policy_bytes_max);
  while (!list.at_end()) {
    if (items.size() == roster_items_max) list.fail(ParseError::too_long);
    items.push_back({
        .partner = list.id<PartnerId>(),
        .partner_key = list.id<Hash>(),
        .role = read_enum(list, Role::moderator),
        .who = read_who(list),
    });
  }
  in.join(list);
  return items;
}

bool moderates(const RosterItem& item) {
  return item.role == Role::moderator;
}

}  // namespace

Bytes encode(const ChannelPolicy& policy) {
  Writer out;
  out.u8(ChannelPolicy::version);
  out.fixed(policy.channel.view());
  identity::write_text(out, policy.name);
  write_enum(out, policy.kind);
  write_enum(out, policy.history);
  out.presence(policy.two_sided);
  out.u64(policy.created_at.ms);
  out.vector([&](Writer& list) {
    for (const RosterItem& item : policy.items) write(list, item);
  });
  out.presence(policy.successor.has_value());
  if (policy.successor) out.fixed(policy.successor->view());
  return out.take();
}

std::expected<ChannelPolicy, ParseError> parse_channel_policy(BytesView wire) {
  Reader in{wire};
  if (in.u8() != ChannelPolicy::version) in.fail(ParseError::unknown_value);
  ChannelPolicy out{
      .channel = in.id<ChannelId>(),
      .name = identity::read_name(in),
      .kind = read_enum(in, ChannelKind::guidance),
      .history = read_enum(in, History::shared),
      .two_sided = in.presence(),
      .created_at = WallTime{in.u64()},
      .items = read_items(in),
      .successor = {},
  };
  if (in.presence()) out.successor = in.id<PartnerId>();
  // Without a moderator, or with a successor who has no seat, a channel could never be changed again.
  const bool has_moderator = std::ranges::any_of(out.items, moderates);
  const bool successor_sits =
      !out.successor || std::ranges::find(out.items, *out.successor, &RosterItem::partner) != out.items.end();
  if (!has_moderator || !successor_sits) in.fail(ParseError::malformed);
  if (auto error = in.finish()) return std::unexpected(*error);
  return out;
}

bool rests_on_one_partner(const ChannelPolicy& policy) {
  if (policy.successor) return false;
  const auto first = std::ranges::find_if(policy.items, moderates);
  return std::ranges::all_of(
      policy.items, [&](const RosterItem& item) { return !moderates(item) || item.partner == first->partner; });
}

}  // namespace samband::storage
