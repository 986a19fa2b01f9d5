#include "server/core/administration.h"

#include "crypto/identity/name.h"
#include "server/core/audit.h"
#include "server/core/refusals.h"

namespace samband::server {
namespace {

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

protocol::PartnerListed listed(const identity::Directory& directory, const identity::PartnerRecord& partner) {
  const identity::PartnerKeyRecord* key = directory.partner_key(partner.id, directory.size());
  return {.id = partner.id,
          .kind = partner.kind,
          .number = partner.profile().number.text(),
          .name = partner.profile().name,
          .community = partner.profile().community,
          .language_form = partner.profile().language_form,
          .enrolled = key != nullptr,
          .devices = static_cast<std::uint32_t>(directory.devices_of(partner.id, directory.size()).size()),
          .key_fingerprint = key != nullptr ? key->fingerprint : Hash{}};
}

// Rows are tried on a copy, so that every fault is found and none of them leaves a trace.
AdminReply add_partners(Turn& turn, DirectoryLog& log, const protocol::AddPartners& request) {
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
      added.partners.push_back(listed(log.directory(), *record));
    }
  }
  return added;
}

AdminReply append(Turn& turn, DirectoryLog& log, const identity::DirectoryLeafBody& body) {
  const auto placed = log.append(turn, body);
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

struct Administer {
  Turn& turn;
  DirectoryLog& log;
  const ChannelFigures& figures;

  AdminReply operator()(const protocol::AddPartners& request) const { return add_partners(turn, log, request); }
  AdminReply operator()(const protocol::ListPartners&) const {
    protocol::PartnersListed all;
    for (const PartnerId& id : log.directory().partners()) {
      if (!log.directory().partner_in_force(id, log.directory().size())) continue;
      all.partners.push_back(listed(log.directory(), *log.directory().partner(id)));
    }
    return all;
  }
  AdminReply operator()(const protocol::RenamePartner& request) const {
    const identity::PartnerRecord* partner = log.directory().partner(request.partner);
    if (partner == nullptr) return refused("there is no such partner");
    if (!identity::is_valid_name(request.name)) return refused("that is no name");
    return append(turn, log,
                  identity::PartnerRenamed{request.partner, request.name, partner->profile().community,
                                           partner->profile().language_form});
  }
  AdminReply operator()(const protocol::RenumberPartner& request) const {
    const identity::PartnerRecord* partner = log.directory().partner(request.partner);
    if (partner == nullptr) return refused("there is no such partner");
    const auto number = identity::parse_partner_number(request.number, partner->kind);
    if (!number) return refused(fault_of(number.error()));
    return append(turn, log, identity::PartnerRenumbered{request.partner, partner->kind, *number});
  }
  AdminReply operator()(const protocol::MergePartners& request) const {
    return append(turn, log, identity::PartnerMerged{request.from, request.into});
  }
  AdminReply operator()(const protocol::RemovePartner& request) const {
    return append(turn, log, identity::PartnerRemoved{request.partner});
  }
  AdminReply operator()(const protocol::ReinvitePartner& request) const {
    // Replacing a key is said so in the log; who never had one is only invited again.
    const bool replaces = log.directory().partner_key(request.partner, log.directory().size()) != nullptr;
    return append(turn, log,
                  identity::OperatorInvitation{request.partner, request.token, request.expires_at, replaces});
  }
  AdminReply operator()(const protocol::ListInvitations&) const { return list_invitations(turn, log.directory()); }
  AdminReply operator()(const protocol::RevokeInvitation& request) const {
    return append(turn, log, identity::OperatorInvitationRevoked{request.token});
  }
  AdminReply operator()(const protocol::ListDevices& request) const { return list_devices(log.directory(), request); }
  AdminReply operator()(const protocol::GetStatus&) const {
    protocol::ServerStatus status;
    status.directory_size = log.directory().size();
    status.partners = log.directory().partners().size();
    status.devices = log.directory().devices().size();
    status.channels = figures.channels;
    status.entries = figures.entries;
    status.incarnation = turn.incarnation;
    return status;
  }
  AdminReply operator()(const protocol::ListAudit& request) const { return audit(turn, log.directory(), request); }
  AdminReply operator()(const protocol::GetServerIdentity&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::Backup&) const { return refused("asked of the core"); }
  AdminReply operator()(const protocol::CheckStore&) const { return refused("asked of the core"); }
};

}  // namespace

AdminReply administer(Turn& turn, DirectoryLog& log, const ChannelFigures& figures,
                      const protocol::AdminRequest& request) {
  return std::visit(Administer{turn, log, figures}, request);
}

}  // namespace samband::server
