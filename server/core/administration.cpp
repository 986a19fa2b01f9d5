#include "server/core/administration.h"

#include "crypto/identity/name.h"
#include "server/core/audit.h"
#include "server/core/refusals.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::AdminDone;
using protocol::AdminRefused;
using protocol::AdminReply;

AdminRefused refused(std::string_view reason) {
  return {std::string{reason}, {}};
}

std::string_view fault_of(identity::NumberError error) {
  switch (error) {
    case identity::NumberError::leading_zero_missing: return "the number lacks its leading zero";
    case identity::NumberError::wrong_length: return "the number has the wrong length";
    case identity::NumberError::not_digits: return "the number has other characters than digits";
    case identity::NumberError::wrong_check_digit: return "the check digit of the number is wrong";
    case identity::NumberError::unassignable: return "no such number can exist";
  }
  std::abort();  // every enumerator returns above
}

// The next R-number that no partner in the directory has.
std::optional<identity::PartnerNumber> free_representative_number(const identity::Directory& directory) {
  for (unsigned ordinal = 1;; ++ordinal) {
    auto number = identity::representative_number(ordinal);
    if (!number || directory.partner_by_number(number->text()) == nullptr) return number;
  }
}

std::expected<identity::PartnerNumber, std::string> number_of(const identity::Directory& directory,
                                                              const protocol::NewPartner& row) {
  if (row.number.empty() && row.kind == identity::PartnerKind::representative) {
    auto number = free_representative_number(directory);
    if (!number) return std::unexpected("no R-number is left");
    return *number;
  }
  auto number = identity::parse_partner_number(row.number, row.kind);
  if (number) return *number;
  std::string fault{fault_of(number.error())};
  if (const auto meant = identity::number_suggestion(row.number, row.kind)) {
    fault += ": did you mean " + meant->text() + "?";
  }
  return std::unexpected(std::move(fault));
}

protocol::PartnerListed listed(const Administration& with, const identity::PartnerRecord& partner) {
  const identity::Directory& directory = with.log.directory();
  const identity::PartnerKeyRecord* key = directory.partner_key(partner.id, directory.size());
  return {.id = partner.id,
          .kind = partner.kind,
          .number = partner.profile().number.text(),
          .name = partner.profile().name,
          .community = partner.profile().community,
          .language_form = partner.profile().language_form,
          .enrolled = key != nullptr,
          .devices = static_cast<std::uint32_t>(directory.devices_of(partner.id, directory.size()).size()),
          .key_fingerprint = key != nullptr ? key->fingerprint : Hash{},
          .document_bytes = with.documents.bytes_of(partner.id),
          .document_bytes_max = with.documents.bytes_max_of(with.turn.limits, partner.id),
          .has_own_quota = with.documents.has_own_quota(partner.id)};
}

// Rows are tried on a copy, so that every fault is found and none of them leaves a trace.
AdminReply add_partners(Administration& with, const protocol::AddPartners& request) {
  Turn& turn = with.turn;
  DirectoryLog& log = with.log;
  identity::Directory trial = log.directory();
  std::vector<identity::DirectoryLeafBody> leaves;
  AdminRefused faults{"nothing was added", {}};
  for (std::uint32_t row = 0; row < request.partners.size(); ++row) {
    const protocol::NewPartner& partner = request.partners[row];
    const auto fault = [&](std::string_view text) { faults.rows.push_back({row, std::string{text}}); };
    const bool has_names = identity::is_valid_name(partner.name) &&
                           (partner.community.empty() || identity::is_valid_name(partner.community));
    if (!has_names) {
      fault("a name is empty, too long, or holds characters that names don't have");
      continue;
    }
    const auto number = number_of(trial, partner);
    if (!number) {
      fault(number.error());
      continue;
    }
    const identity::PartnerAdded added{partner.id,   partner.kind,      *number,
                                       partner.name, partner.community, partner.language_form};
    const identity::OperatorInvitation invitation{partner.id, partner.token, partner.expires_at, false};
    const std::vector<identity::DirectoryLeaf> pair{{turn.at, added}, {turn.at, invitation}};
    if (const auto applied = trial.apply_all(pair); !applied) {
      fault(describe(applied.error().error));
      continue;
    }
    leaves.emplace_back(added);
    leaves.emplace_back(invitation);
  }
  if (!faults.rows.empty()) return faults;
  if (leaves.empty()) return protocol::PartnersListed{};
  if (const auto placed = log.append(turn, leaves); !placed) return refused(describe(placed.error().error));

  protocol::PartnersListed added;
  for (const protocol::NewPartner& partner : request.partners) {
    if (const auto* record = log.directory().partner(partner.id)) {
      added.partners.push_back(listed(with, *record));
    }
  }
  return added;
}

AdminReply append(Administration& with, const identity::DirectoryLeafBody& body) {
  const auto placed = with.log.append(with.turn, body);
  if (!placed) return refused(describe(placed.error()));
  return AdminDone{"leaf " + std::to_string(placed->index)};
}

AdminReply list_invitations(const Turn& turn, const identity::Directory& directory) {
  protocol::InvitationsListed all;
  for (const auto& [token, invitation] : directory.operator_invitations()) {
    if (invitation.used || invitation.revoked) continue;
    all.invitations.push_back({.partner = invitation.partner,
                               .by_operator = true,
                               .id = token,
                               .name = {},
                               .expires_at = invitation.expires_at,
                               .uses_left = 1,
                               .revoked = false});
  }
  for (const PartnerId& partner : directory.partners()) {
    for (const DelegationHash& hash : directory.open_delegations(partner, turn.at)) {
      const identity::DelegationRecord* record = directory.delegation(hash);
      all.invitations.push_back({.partner = partner,
                                 .by_operator = false,
                                 .id = Hash{hash.bytes},
                                 .name = record->delegation.staff_name,
                                 .expires_at = record->delegation.expires_at,
                                 .uses_left = static_cast<std::uint16_t>(record->uses_left()),
                                 .revoked = false});
    }
  }
  return all;
}

AdminReply list_devices(const identity::Directory& directory, const protocol::ListDevices& request) {
  std::vector<DeviceId> devices;
  if (request.partner_number) {
    const identity::PartnerRecord* partner = directory.partner_by_number(*request.partner_number);
    if (partner == nullptr) return refused("there is no partner with that number: look at sambandctl partner list");
    devices = partner->devices;
  } else {
    devices = directory.devices();
  }
  protocol::DevicesListed all;
  for (const DeviceId& id : devices) {
    const identity::DeviceRecord* device = directory.device(id);
    all.devices.push_back({.partner = device->certificate.partner,
                           .staff = device->certificate.staff,
                           .device = id,
                           .staff_name = device->certificate.staff_name,
                           .label = device->certificate.device_label,
                           .in_force_since = directory.time_at(device->place + 1),
                           .revoked = !directory.in_force(id, directory.size())});
  }
  return all;
}

AdminReply set_maintenance(Administration& with, const protocol::SetMaintenance& request) {
  const auto tell = [&](std::string what) {
    with.turn.outgoing.emplace_back(MaintenanceChanged{with.maintenance});
    with.audit.append(with.turn.main, with.turn.at,
                      {.kind = storage::AuditAct::maintenance,
                       .who = with.who,
                       .partner = {},
                       .what = std::move(what),
                       .first_leaf = {}});
  };
  if (!request.on) {
    if (!with.maintenance) return AdminDone{"it was off already"};
    with.maintenance.reset();
    with.turn.main.remove(layout::meta, layout::maintenance_key());
    tell("maintenance ended");
    return AdminDone{"writes are taken again"};
  }
  const WallTime since = with.maintenance ? with.maintenance->since : with.turn.at;
  with.maintenance = storage::Maintenance{since, request.reason};
  with.turn.main.put(layout::meta, layout::maintenance_key(), storage::encode(*with.maintenance));
  tell(request.reason.empty() ? "maintenance began" : "maintenance began: " + request.reason);
  return AdminDone{"writes are refused"};
}

AdminReply set_quota(Administration& with, const protocol::SetPartnerQuota& request) {
  const identity::PartnerRecord* partner = with.log.directory().partner(request.partner);
  if (partner == nullptr) return refused("there is no such partner: look at sambandctl partner list");
  with.documents.set_quota(with.turn.main, request.partner, request.document_bytes_max);
  const std::string now = std::to_string(with.documents.bytes_max_of(with.turn.limits, request.partner)) + " bytes";
  const std::string what = request.document_bytes_max ? "may have documents of " + now
                                                      : "may have documents of as much as is configured, " + now;
  with.audit.append(with.turn.main, with.turn.at,
                    {.kind = storage::AuditAct::quota,
                     .who = with.who,
                     .partner = request.partner,
                     .what = "partner " + partner->profile().name + " " + what,
                     .first_leaf = {}});
  return AdminDone{now};
}

AdminReply status_of(const Administration& with) {
  const identity::Directory& directory = with.log.directory();
  protocol::ServerStatus status;
  status.directory_size = directory.size();
  for (const PartnerId& id : directory.partners()) {
    if (!directory.partner_in_force(id, directory.size())) continue;
    ++status.partners;
    if (directory.partner_key(id, directory.size()) != nullptr) ++status.partners_enrolled;
  }
  status.devices = directory.devices().size();
  status.channels = with.figures.channels;
  status.entries = with.figures.entries;
  status.incarnation = with.turn.incarnation;
  status.audit_records = with.audit.records();
  status.maintenance = with.maintenance.has_value();
  if (with.maintenance) {
    status.maintenance_since = with.maintenance->since;
    status.maintenance_reason = with.maintenance->reason;
  }
  return status;
}

struct Administer {
  Administration& with;
  const identity::Directory& directory = with.log.directory();

  AdminReply operator()(const protocol::AddPartners& request) const { return add_partners(with, request); }
  AdminReply operator()(const protocol::ListPartners&) const {
    protocol::PartnersListed all;
    for (const PartnerId& id : directory.partners()) {
      if (!directory.partner_in_force(id, directory.size())) continue;
      all.partners.push_back(listed(with, *directory.partner(id)));
    }
    return all;
  }
  AdminReply operator()(const protocol::RenamePartner& request) const {
    const identity::PartnerRecord* partner = directory.partner(request.partner);
    if (partner == nullptr) return refused("there is no such partner");
    if (!identity::is_valid_name(request.name)) return refused("that is no name");
    return append(with, identity::PartnerRenamed{request.partner, request.name, partner->profile().community,
                                                 partner->profile().language_form});
  }
  AdminReply operator()(const protocol::RenumberPartner& request) const {
    const identity::PartnerRecord* partner = directory.partner(request.partner);
    if (partner == nullptr) return refused("there is no such partner");
    const auto number = identity::parse_partner_number(request.number, partner->kind);
    if (!number) return refused(fault_of(number.error()));
    return append(with, identity::PartnerRenumbered{request.partner, partner->kind, *number});
  }
  AdminReply operator()(const protocol::MergePartners& request) const {
    return append(with, identity::PartnerMerged{request.from, request.into});
  }
  AdminReply operator()(const protocol::RemovePartner& request) const {
    return append(with, identity::PartnerRemoved{request.partner});
  }
  AdminReply operator()(const protocol::ReinvitePartner& request) const {
    // Replacing a key is said so in the log; who never had one is only invited again.
    const bool replaces = directory.partner_key(request.partner, directory.size()) != nullptr;
    return append(with, identity::OperatorInvitation{request.partner, request.token, request.expires_at, replaces});
  }
  AdminReply operator()(const protocol::ListInvitations&) const { return list_invitations(with.turn, directory); }
  AdminReply operator()(const protocol::RevokeInvitation& request) const {
    return append(with, identity::OperatorInvitationRevoked{request.token});
  }
  AdminReply operator()(const protocol::ListDevices& request) const { return list_devices(directory, request); }
  AdminReply operator()(const protocol::GetStatus&) const { return status_of(with); }
  AdminReply operator()(const protocol::ListAudit& request) const {
    return list_audit(with.turn.main, directory, request);
  }
  AdminReply operator()(const protocol::GetServerIdentity&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::HoldCheckpoint&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::LetCheckpointGo&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::CheckStore&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::VerifyAudit&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::SetMaintenance& request) const { return set_maintenance(with, request); }
  AdminReply operator()(const protocol::SetPartnerQuota& request) const { return set_quota(with, request); }
};

}  // namespace

AdminReply administer(Administration& with, const protocol::AdminRequest& request) {
  const std::uint64_t leaves = with.log.directory().size();
  AdminReply reply = std::visit(Administer{with}, request);
  if (with.log.directory().size() != leaves) {
    with.audit.append(with.turn.main, with.turn.at,
                      {.kind = storage::AuditAct::directory,
                       .who = with.who,
                       .partner = {},
                       .what = "changed the directory",
                       .first_leaf = leaves});
  }
  return reply;
}

}  // namespace samband::server
