#include "storage/model/permission.h"

#include <algorithm>

namespace samband::storage {
namespace {

// The directory and the size everything is judged at.
struct Judgement {
  const ChannelPolicy& policy;
  const identity::Directory& directory;
  std::uint64_t size;
};

bool means(const Who& who, const identity::DeviceRecord& device) {
  if (std::holds_alternative<AllStaff>(who)) return true;
  if (const auto* duty = std::get_if<StaffWithDuty>(&who)) return device.duties.intersects(duty->any_of);
  return std::ranges::binary_search(std::get<NamedStaff>(who).staff, device.certificate.staff);
}

bool some_moderating_partner_is_left(const Judgement& at) {
  return std::ranges::any_of(at.policy.items, [&](const RosterItem& item) {
    return item.role == Role::moderator && at.directory.partner_in_force(item.partner, at.size);
  });
}

// What the item gives to those it means; a successor's seats rise when nobody else is left to moderate.
Role role_given(const Judgement& at, const RosterItem& item) {
  const bool succeeds = at.policy.successor == item.partner && !some_moderating_partner_is_left(at);
  return succeeds ? Role::moderator : item.role;
}

std::expected<const identity::DeviceRecord*, Refusal> device_in_force(const Judgement& at, const DeviceId& device) {
  if (!at.directory.in_force(device, at.size)) return std::unexpected(Refusal::device_not_in_force);
  const identity::DeviceRecord* record = at.directory.device(device);
  if (!at.directory.partner_in_force(record->certificate.partner, at.size)) {
    return std::unexpected(Refusal::device_not_in_force);
  }
  return record;
}

std::expected<Role, Refusal> role_of(const Judgement& at, const identity::DeviceRecord& device) {
  std::optional<Role> highest;
  bool other_key = false;
  for (const RosterItem& item : at.policy.items) {
    if (item.partner != device.certificate.partner || !means(item.who, device)) continue;
    if (item.partner_key != device.partner_key_fingerprint) {
      other_key = true;
      continue;
    }
    highest = std::max(highest.value_or(Role::member), role_given(at, item));
  }
  if (highest) return *highest;
  return std::unexpected(other_key ? Refusal::other_partner_key : Refusal::not_on_roster);
}

std::expected<void, Refusal> permitted(bool condition, Refusal otherwise) {
  if (!condition) return std::unexpected(otherwise);
  return {};
}

}  // namespace

std::expected<Role, Refusal> role_of(const ChannelPolicy& policy, const identity::Directory& directory,
                                     const DeviceId& device, std::uint64_t directory_size) {
  const Judgement at{policy, directory, directory_size};
  const auto record = device_in_force(at, device);
  if (!record) return std::unexpected(record.error());
  return role_of(at, **record);
}

std::expected<void, Refusal> may(const ChannelPolicy& policy, const identity::Directory& directory,
                                 const DeviceId& device, std::uint64_t directory_size, Action action) {
  const auto role = role_of(policy, directory, device, directory_size);
  if (!role) return std::unexpected(role.error());
  const bool moderates = *role == Role::moderator;
  switch (action) {
    case Action::join:
    case Action::add_member: return {};
    case Action::write:
      return permitted(policy.kind == ChannelKind::discussion || *role >= Role::publisher, Refusal::role_too_low);
    case Action::acknowledge:
      if (policy.kind != ChannelKind::guidance) return std::unexpected(Refusal::wrong_channel_kind);
      return permitted(directory.duties_of(device, directory_size).has(identity::Duty::acknowledger),
                       Refusal::lacks_duty);
    case Action::change_policy:
      if (policy.two_sided) return std::unexpected(Refusal::needs_two_partners);
      return permitted(moderates, Refusal::role_too_low);
    case Action::delete_any:
    case Action::restart: return permitted(moderates, Refusal::role_too_low);
  }
  std::abort();  // every enumerator returns above
}

std::expected<void, Refusal> may_post(const ChannelPolicy& policy, const identity::Directory& directory,
                                      const DeviceId& device, std::uint64_t directory_size) {
  auto written = may(policy, directory, device, directory_size, Action::write);
  if (written || written.error() != Refusal::role_too_low) return written;
  return may(policy, directory, device, directory_size, Action::acknowledge);
}

std::expected<void, Refusal> may_remove(const ChannelPolicy& policy, const identity::Directory& directory,
                                        const DeviceId& remover, const DeviceId& removed, std::uint64_t directory_size,
                                        bool leave_cited) {
  const auto role = role_of(policy, directory, remover, directory_size);
  if (!role) return std::unexpected(role.error());
  if (*role == Role::moderator || leave_cited) return {};
  return permitted(!role_of(policy, directory, removed, directory_size), Refusal::still_entitled);
}

std::expected<void, Refusal> may_change_policy(const ChannelPolicy& before, const ChannelPolicy& after,
                                               const identity::Directory& directory, const DeviceId& device,
                                               std::uint64_t directory_size) {
  const auto changes = may(before, directory, device, directory_size, Action::change_policy);
  if (!changes) return changes;
  return permitted(before.channel == after.channel && before.kind == after.kind && before.history == after.history &&
                       before.created_at == after.created_at,
                   Refusal::fixed_for_good);
}

}  // namespace samband::storage
