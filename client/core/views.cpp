#include "client/core/views.h"

#include <cstdlib>

#include "client/core/channels.h"
#include "client/core/guidance.h"
#include "client/core/names.h"
#include "client/core/reading.h"
#include "crypto/identity/partner_key.h"
#include "server/protocol/verdict/channel_group.h"
#include "storage/model/permission.h"

namespace samband::client {

namespace {

std::string fingerprint_of(const identity::Directory& directory, const PartnerId& partner) {
  const identity::PartnerKeyRecord* key = directory.partner_key(partner, directory.size());
  return key == nullptr ? std::string{} : identity::fingerprint_text(key->fingerprint);
}

Membership membership_of(Standing standing) {
  switch (standing) {
    case Standing::may_join:
    case Standing::joining: return Membership::may_join;
    case Standing::creating:
    case Standing::member:
    case Standing::halted: return Membership::member;
    case Standing::left: return Membership::left;
    case Standing::removed: return Membership::removed;
  }
  std::abort();  // every enumerator returns above
}

ChannelLine line_of(Parts& parts, const Channel& channel) {
  const storage::ChannelPolicy& policy = channel.record.policy;
  return {.channel = channel.id(),
          .name = policy.name,
          .kind = policy.kind == storage::ChannelKind::guidance ? ChannelKind::guidance : ChannelKind::discussion,
          .history = policy.history == storage::History::shared ? ChannelHistory::shared : ChannelHistory::from_joining,
          .membership = membership_of(channel.record.standing),
          .unread = unread_count(parts, channel),
          .last_seq = channel.record.head.next_seq == 0 ? 0 : channel.record.head.next_seq - 1,
          .only_one_moderator = storage::rests_on_one_partner(policy),
          .server_behind = channel.is_parted() ? channel.entries_ahead() : 0,
          .server_parted = channel.is_parted()};
}

std::string role_name(storage::Role role) {
  switch (role) {
    case storage::Role::member: return "member";
    case storage::Role::publisher: return "publisher";
    case storage::Role::moderator: return "moderator";
  }
  std::abort();  // every enumerator returns above
}

DeviceLine line_of(const Parts& parts, const identity::DeviceRecord& device) {
  const identity::Directory& directory = parts.directory.directory();
  const identity::DeviceCertificate& certificate = device.certificate;
  return {.partner = certificate.partner,
          .partner_name = directory.partner(certificate.partner)->profile().name,
          .staff = certificate.staff,
          .staff_name = certificate.staff_name,
          .device = certificate.device,
          .label = certificate.device_label,
          .duties = device.duties,
          .since = directory.time_at(device.place + 1),
          .revoked = device.revoked.has_value(),
          .is_this_device = certificate.device == parts.own->device().device};
}

}  // namespace

Outcome who_am_i(Parts& parts, OperationId operation) {
  const identity::Directory& directory = parts.directory.directory();
  const identity::DeviceCertificate& own = parts.own->device();
  SelfLine line{.partner = own.partner,
                .partner_name = {},
                .partner_number = {},
                .fingerprint = identity::fingerprint_text(parts.own->partner_key_fingerprint),
                .staff = own.staff,
                .staff_name = own.staff_name,
                .device = own.device,
                .device_label = own.device_label,
                .duties = directory.duties_of(own.device, directory.size()),
                .server_name = parts.own->server.name,
                .has_administrator_key = parts.own->administrator.has_value()};
  if (const identity::PartnerRecord* partner = directory.partner(own.partner)) {
    line.partner_name = partner->profile().name;
    line.partner_number = partner->profile().number.text();
  }
  if (const identity::DeviceRecord* device = directory.device(own.device)) line.revoked = device->revoked.has_value();
  parts.turn.tell(operation, std::move(line));
  return {};
}

Outcome list_partners(Parts& parts, OperationId operation) {
  const identity::Directory& directory = parts.directory.directory();
  for (const PartnerId& id : directory.partners()) {
    const identity::PartnerRecord* partner = directory.partner(id);
    if (partner->removed) continue;
    std::string fingerprint = fingerprint_of(directory, id);
    const bool enrolled = !fingerprint.empty();
    parts.turn.tell(operation, PartnerLine{id, partner->profile().number.text(), partner->profile().name,
                                           partner->profile().community, enrolled, std::move(fingerprint)});
  }
  return {};
}

Outcome list_devices(Parts& parts, OperationId operation, const ListDevices& command) {
  const identity::Directory& directory = parts.directory.directory();
  PartnerId partner = parts.own->device().partner;
  if (command.partner) {
    const auto found = find_partner(directory, *command.partner);
    if (!found) return std::unexpected(found.error());
    partner = *found;
  }
  const identity::PartnerRecord* record = directory.partner(partner);
  if (record == nullptr) return failure(Fault::no_such_partner);
  for (const DeviceId& device : record->devices) {
    parts.turn.tell(operation, line_of(parts, *directory.device(device)));
  }
  return {};
}

Outcome list_channels(Parts& parts, OperationId operation) {
  for (const Channel* channel : parts.channels.all()) parts.turn.tell(operation, line_of(parts, *channel));
  return {};
}

Outcome list_members(Parts& parts, OperationId operation, const ListMembers& command) {
  const auto found = parts.channels.find_joined(command.channel);
  if (!found) return std::unexpected(found.error());
  const identity::Directory& directory = parts.directory.directory();
  for (const DeviceId& id : (*found)->devices()) {
    const identity::DeviceRecord* device = directory.device(id);
    if (device == nullptr) continue;
    const auto role = storage::role_of((*found)->record.policy, directory, id, directory.size());
    const identity::PartnerKeyRecord* key = directory.partner_key(device->certificate.partner, directory.size());
    parts.turn.tell(
        operation,
        MemberLine{.partner = device->certificate.partner,
                   .partner_name = directory.partner(device->certificate.partner)->profile().name,
                   .from = device->certificate.staff_name,
                   .device = id,
                   .role = role ? role_name(*role) : "none",
                   .fingerprint_known = key != nullptr && key->fingerprint == device->partner_key_fingerprint});
  }
  return {};
}

Outcome show_overview(Parts& parts, OperationId operation) {
  bool empty = true;
  for (const Channel* channel : parts.channels.all()) {
    ChannelLine line = line_of(parts, *channel);
    if (line.unread == 0 && line.membership != Membership::may_join && !line.server_parted) continue;
    parts.turn.tell(operation, std::move(line));
    empty = false;
  }
  if (list_guidance_due(parts, operation) > 0) empty = false;
  if (empty) parts.turn.tell(operation, NothingWaits{});
  return {};
}

Task<Outcome> verify_log(Parts& parts, OperationId operation) {
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  const Later<bool> followed = parts.directory.until_current();
  co_await followed;
  if (parts.directory.is_broken() || !parts.directory.head()) co_return failure(Fault::server_contradicts_log);
  const transparency::TreeHead& head = parts.directory.head()->body;
  const identity::DeviceRecord* own = parts.directory.directory().device(parts.own->device().device);
  const bool own_found = own != nullptr && own->certificate == parts.own->device();
  parts.turn.tell(operation, VerifiedLine{head.tree_size, head.at, head.root, parts.directory.size(), own_found});
  co_return Outcome{};
}

}  // namespace samband::client
