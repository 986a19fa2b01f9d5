#include "client/core/names.h"

#include <algorithm>

#include "client/core/outcome.h"
#include "crypto/codec/hex.h"

namespace samband::client {

namespace {

std::unexpected<Failure> ambiguous(std::string_view text, std::vector<std::string> choices) {
  return std::unexpected<Failure>(
      Failure{.fault = Fault::ambiguous, .detail = std::string{text}, .choices = std::move(choices), .findings = {}});
}

bool is_hex_of(std::string_view text, BytesView id) {
  if (text.size() < id_prefix_digits_min) return false;
  return to_hex(id).starts_with(text);
}

void add_once(std::vector<PartnerId>& list, const PartnerId& partner) {
  if (std::ranges::find(list, partner) == list.end()) list.push_back(partner);
}

bool has_key(const identity::Directory& directory, const PartnerId& partner) {
  return directory.partner_key(partner, directory.size()) != nullptr;
}

std::expected<std::vector<PartnerId>, Failure> named(const identity::Directory& directory, const NamedPartners& names) {
  std::vector<PartnerId> found;
  for (const std::string& name : names.partners) {
    const auto partner = find_partner(directory, name);
    if (!partner) return std::unexpected(partner.error());
    if (!has_key(directory, *partner)) {
      return failure(Fault::partner_without_key, partner_label(directory, *partner));
    }
    add_once(found, *partner);
  }
  return found;
}

std::vector<PartnerId> reachable(const identity::Directory& directory, const std::vector<PartnerId>& partners) {
  std::vector<PartnerId> found;
  for (const PartnerId& partner : partners) {
    if (directory.partner_in_force(partner, directory.size()) && has_key(directory, partner)) {
      found.push_back(partner);
    }
  }
  return found;
}

}  // namespace

std::string partner_label(const identity::Directory& directory, const PartnerId& partner) {
  const identity::PartnerRecord* record = directory.partner(partner);
  if (record == nullptr) return to_hex(partner.view());
  return record->profile().number.text() + " " + record->profile().name;
}

std::expected<PartnerId, Failure> find_partner(const identity::Directory& directory, std::string_view text) {
  if (const identity::PartnerRecord* record = directory.partner_by_number(text)) return record->id;
  const std::vector<PartnerId> found = directory.partners_by_name(text);
  if (found.empty()) return failure(Fault::no_such_partner, std::string{text});
  if (found.size() == 1) return found.front();
  std::vector<std::string> choices;
  for (const PartnerId& partner : found) choices.push_back(partner_label(directory, partner));
  return ambiguous(text, std::move(choices));
}

std::expected<std::vector<PartnerId>, Failure> find_audience(const identity::Directory& directory,
                                                             const Audience& audience) {
  if (const auto* names = std::get_if<NamedPartners>(&audience)) {
    auto found = named(directory, *names);
    if (found && found->empty()) return failure(Fault::empty);
    return found;
  }
  const auto* community = std::get_if<OfCommunity>(&audience);
  const auto all = community != nullptr ? directory.partners_of_community(community->name) : directory.partners();
  if (community != nullptr && all.empty()) return failure(Fault::no_such_community, community->name);
  auto found = reachable(directory, all);
  if (found.empty()) return failure(Fault::empty);
  return found;
}

std::expected<StaffId, Failure> find_staff(const identity::Directory& directory, const std::vector<PartnerId>& partners,
                                           std::string_view text) {
  std::vector<StaffId> found;
  std::vector<std::string> choices;
  for (const PartnerId& partner : partners) {
    for (const StaffId& staff : directory.staff_of(partner, directory.size())) {
      const identity::StaffRecord* record = directory.staff(staff);
      if (record->name != text && !is_hex_of(text, staff.view())) continue;
      found.push_back(staff);
      choices.push_back(record->name + " (" + partner_label(directory, partner) + ", " + to_hex(staff.view()) + ")");
    }
  }
  if (found.empty()) return failure(Fault::no_such_staff, std::string{text});
  if (found.size() > 1) return ambiguous(text, std::move(choices));
  return found.front();
}

std::expected<storage::Who, Failure> find_who(const identity::Directory& directory,
                                              const std::vector<PartnerId>& partners, const Who& who) {
  if (std::holds_alternative<AllStaff>(who)) return storage::AllStaff{};
  if (const auto* duties = std::get_if<identity::Duties>(&who)) return storage::StaffWithDuty{*duties};
  storage::NamedStaff named_staff;
  for (const std::string& text : std::get<NamedStaff>(who).staff) {
    const auto staff = find_staff(directory, partners, text);
    if (!staff) return std::unexpected(staff.error());
    named_staff.staff.push_back(*staff);
  }
  if (named_staff.staff.empty()) return failure(Fault::empty);
  std::ranges::sort(named_staff.staff);
  const auto repeated = std::ranges::unique(named_staff.staff);
  named_staff.staff.erase(repeated.begin(), repeated.end());
  return named_staff;
}

std::expected<identity::RevocationSubject, Failure> find_revocable(const identity::Directory& directory,
                                                                   const PartnerId& partner, std::string_view text) {
  std::vector<identity::RevocationSubject> found;
  std::vector<std::string> choices;
  const identity::PartnerRecord* record = directory.partner(partner);
  if (record == nullptr) return failure(Fault::no_such_partner);
  for (const DeviceId& id : directory.devices_of(partner, directory.size())) {
    const identity::DeviceCertificate& device = directory.device(id)->certificate;
    if (device.device_label != text && !is_hex_of(text, id.view())) continue;
    found.emplace_back(id);
    choices.push_back("device " + to_hex(id.view()) + " (" + device.staff_name + ", " + device.device_label + ")");
  }
  for (const StaffId& id : record->staff) {
    const identity::StaffRecord* staff = directory.staff(id);
    if (staff->revoked || (staff->name != text && !is_hex_of(text, id.view()))) continue;
    found.emplace_back(id);
    choices.push_back("staff " + to_hex(id.view()) + " (" + staff->name + ")");
  }
  for (const AdministratorHash& administrator : record->administrators) {
    for (const DelegationHash& id : directory.administrator(administrator)->delegations) {
      if (directory.delegation(id)->revoked || !is_hex_of(text, id.view())) continue;
      found.emplace_back(id);
      choices.push_back("invitation " + to_hex(id.view()) + " (" + directory.delegation(id)->delegation.staff_name +
                        ")");
    }
  }
  if (found.empty()) return failure(Fault::no_such_device, std::string{text});
  if (found.size() > 1) return ambiguous(text, std::move(choices));
  return found.front();
}

}  // namespace samband::client
