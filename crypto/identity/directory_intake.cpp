#include "crypto/identity/directory_intake.h"

namespace samband::identity {

void Directory::Intake::enter(const DirectoryLeaf& leaf) {
  place_ = directory_.size();
  at_ = leaf.at;
  std::visit([this](const auto& body) { add(body); }, leaf.body);
  directory_.times_.push_back(leaf.at);
}

void Directory::Intake::retract(const DirectoryLeaf& leaf) {
  directory_.times_.pop_back();
  place_ = directory_.size();
  at_ = leaf.at;
  std::visit([this](const auto& body) { take_back(body); }, leaf.body);
}

// --- partners

void Directory::Intake::index_name(const PartnerRecord& partner) {
  directory_.by_name_.emplace(partner.profile().name, partner.id);
}

void Directory::Intake::forget_name(const PartnerRecord& partner) {
  const auto [first, last] = directory_.by_name_.equal_range(partner.profile().name);
  directory_.by_name_.erase(std::find_if(first, last, [&](const auto& named) { return named.second == partner.id; }));
}

void Directory::Intake::add(const PartnerAdded& added) {
  PartnerRecord record;
  record.id = added.partner;
  record.kind = added.kind;
  record.place = place_;
  record.profiles.push_back({place_, added.number, added.name, added.community, added.language_form});
  index_name(directory_.partners_.emplace(added.partner, std::move(record)).first->second);
  directory_.by_number_.emplace(added.number.text(), added.partner);
  directory_.partner_order_.push_back(added.partner);
}

void Directory::Intake::take_back(const PartnerAdded& added) {
  directory_.partner_order_.pop_back();
  directory_.by_number_.erase(added.number.text());
  forget_name(partner(added.partner));
  directory_.partners_.erase(added.partner);
}

void Directory::Intake::add(const PartnerRenamed& renamed) {
  PartnerRecord& record = partner(renamed.partner);
  forget_name(record);
  PartnerProfile next{place_, record.profile().number, renamed.name, renamed.community, renamed.language_form};
  record.profiles.push_back(std::move(next));
  index_name(record);
}

void Directory::Intake::take_back(const PartnerRenamed& renamed) {
  PartnerRecord& record = partner(renamed.partner);
  forget_name(record);
  record.profiles.pop_back();
  index_name(record);
}

void Directory::Intake::add(const PartnerRenumbered& renumbered) {
  PartnerRecord& record = partner(renumbered.partner);
  directory_.by_number_.erase(record.profile().number.text());
  PartnerProfile next = record.profile();
  next.since = place_;
  next.number = renumbered.number;
  record.profiles.push_back(std::move(next));
  directory_.by_number_.emplace(renumbered.number.text(), record.id);
}

void Directory::Intake::take_back(const PartnerRenumbered& renumbered) {
  PartnerRecord& record = partner(renumbered.partner);
  directory_.by_number_.erase(renumbered.number.text());
  record.profiles.pop_back();
  directory_.by_number_.emplace(record.profile().number.text(), record.id);
}

void Directory::Intake::add(const PartnerMerged& merged) {
  partner(merged.from).merged = Merger{place_, merged.into};
}
void Directory::Intake::take_back(const PartnerMerged& merged) {
  partner(merged.from).merged.reset();
}

void Directory::Intake::add(const PartnerRemoved& removed) {
  PartnerRecord& record = partner(removed.partner);
  record.removed = place_;
  directory_.by_number_.erase(record.profile().number.text());
  forget_name(record);
  for (DeviceId id : record.devices) revoke(record, id);
}

void Directory::Intake::take_back(const PartnerRemoved& removed) {
  PartnerRecord& record = partner(removed.partner);
  restore(record);
  index_name(record);
  directory_.by_number_.emplace(record.profile().number.text(), record.id);
  record.removed.reset();
}

// --- operator invitations, guidance

void Directory::Intake::add(const OperatorInvitation& invitation) {
  directory_.invitations_.emplace(invitation.token_hash, OperatorInvitationRecord{.partner = invitation.partner,
                                                                                  .place = place_,
                                                                                  .expires_at = invitation.expires_at,
                                                                                  .reinvite = invitation.reinvite,
                                                                                  .used = std::nullopt,
                                                                                  .revoked = std::nullopt});
}

void Directory::Intake::take_back(const OperatorInvitation& invitation) {
  directory_.invitations_.erase(invitation.token_hash);
}

void Directory::Intake::add(const OperatorInvitationRevoked& revoked) {
  directory_.invitations_.at(revoked.token_hash).revoked = place_;
}

void Directory::Intake::take_back(const OperatorInvitationRevoked& revoked) {
  directory_.invitations_.at(revoked.token_hash).revoked.reset();
}

void Directory::Intake::add(const GuidancePublished& guidance) {
  directory_.guidances_.emplace(guidance.guidance, GuidanceRecord{guidance, place_});
}

void Directory::Intake::take_back(const GuidancePublished& guidance) {
  directory_.guidances_.erase(guidance.guidance);
}

// --- the chain, from the partner key to the device

void Directory::Intake::bind_staff(StaffId id, PartnerRecord& partner) {
  if (directory_.staff_.contains(id)) return;
  StaffRecord record;
  record.id = id;
  record.partner = partner.id;
  record.place = place_;
  directory_.staff_.emplace(id, std::move(record));
  partner.staff.push_back(id);
}

void Directory::Intake::unbind_staff(StaffId id, PartnerRecord& partner) {
  if (directory_.staff_.at(id).place != place_) return;
  partner.staff.pop_back();
  directory_.staff_.erase(id);
}

void Directory::Intake::add(const SignedPartnerKeyClaim& claim) {
  OperatorInvitationRecord& invitation = directory_.invitations_.at(claim.body.token_hash);
  invitation.used = place_;
  const WallTime in_force_from{invitation.reinvite ? at_.ms + reinvited_key_delay_ms : at_.ms};
  partner(claim.body.partner)
      .keys.push_back({claim.body.key, partner_key_fingerprint(claim.body.key), place_, in_force_from, std::nullopt});
  directory_.keys_.emplace(claim.body.key, place_);
}

void Directory::Intake::take_back(const SignedPartnerKeyClaim& claim) {
  directory_.keys_.erase(claim.body.key);
  partner(claim.body.partner).keys.pop_back();
  directory_.invitations_.at(claim.body.token_hash).used.reset();
}

void Directory::Intake::add(const SignedAdministratorGrant& grant) {
  const AdministratorHash hash = hash_of(grant.body);
  PartnerRecord& record = partner(grant.body.partner);
  AdministratorRecord administrator;
  administrator.grant = grant.body;
  administrator.partner_key_fingerprint = partner_key_fingerprint(grant.body.partner_key);
  administrator.place = place_;
  directory_.administrators_.emplace(hash, std::move(administrator));
  directory_.keys_.emplace(grant.body.administrator_key, place_);
  record.administrators.push_back(hash);
  if (grant.body.staff) bind_staff(*grant.body.staff, record);
}

void Directory::Intake::take_back(const SignedAdministratorGrant& grant) {
  PartnerRecord& record = partner(grant.body.partner);
  if (grant.body.staff) unbind_staff(*grant.body.staff, record);
  record.administrators.pop_back();
  directory_.keys_.erase(grant.body.administrator_key);
  directory_.administrators_.erase(hash_of(grant.body));
}

void Directory::Intake::add(const SignedDelegation& delegation) {
  const DelegationHash hash = hash_of(delegation.body);
  directory_.delegations_.emplace(hash, DelegationRecord{.delegation = delegation.body, .place = place_});
  directory_.keys_.emplace(delegation.body.enrolment_key, place_);
  directory_.administrators_.at(delegation.body.administrator).delegations.push_back(hash);
  bind_staff(delegation.body.staff, partner(delegation.body.partner));
}

void Directory::Intake::take_back(const SignedDelegation& delegation) {
  unbind_staff(delegation.body.staff, partner(delegation.body.partner));
  directory_.administrators_.at(delegation.body.administrator).delegations.pop_back();
  directory_.keys_.erase(delegation.body.enrolment_key);
  directory_.delegations_.erase(hash_of(delegation.body));
}

void Directory::Intake::add(const SignedDeviceCertificate& certificate) {
  const DeviceCertificate& body = certificate.body;
  DelegationRecord& delegation = directory_.delegations_.at(body.delegation);
  ++delegation.used;
  DeviceRecord device;
  device.certificate = body;
  device.certificate_hash = hash_of(certificate);
  device.duties = delegation.delegation.duties;
  device.partner_key_fingerprint = directory_.administrators_.at(body.administrator).partner_key_fingerprint;
  device.place = place_;
  directory_.devices_.emplace(body.device, std::move(device));
  directory_.keys_.emplace(body.signature_key, place_);
  partner(body.partner).devices.push_back(body.device);
  StaffRecord& staff = directory_.staff_.at(body.staff);
  staff.devices.push_back(body.device);
  staff.name = body.staff_name;
}

void Directory::Intake::take_back(const SignedDeviceCertificate& certificate) {
  const DeviceCertificate& body = certificate.body;
  StaffRecord& staff = directory_.staff_.at(body.staff);
  staff.devices.pop_back();
  staff.name =
      staff.devices.empty() ? std::string{} : directory_.devices_.at(staff.devices.back()).certificate.staff_name;
  partner(body.partner).devices.pop_back();
  directory_.keys_.erase(body.signature_key);
  directory_.devices_.erase(body.device);
  --directory_.delegations_.at(body.delegation).used;
}

// --- the end of it

void Directory::Intake::add(const SignedRevocation& revocation) {
  PartnerRecord& owner = partner(revocation.body.partner);
  std::visit([&](const auto& subject) { revoke(owner, subject); }, revocation.body.subject);
}

void Directory::Intake::take_back(const SignedRevocation& revocation) {
  restore(partner(revocation.body.partner));
}

void Directory::Intake::revoke(PartnerRecord& owner, DeviceId id) {
  DeviceRecord& device = directory_.devices_.at(id);
  if (device.revoked) return;
  device.revoked = place_;
  // Whoever has the device has the administrator key that is kept on it.
  for (AdministratorHash hash : owner.administrators) {
    if (directory_.administrators_.at(hash).grant.device == id) revoke(owner, hash);
  }
}

void Directory::Intake::revoke(PartnerRecord& owner, StaffId id) {
  StaffRecord& staff = directory_.staff_.at(id);
  staff.revoked = place_;
  for (DeviceId device : staff.devices) revoke(owner, device);
  for (AdministratorHash hash : owner.administrators) {
    if (directory_.administrators_.at(hash).grant.staff == id) revoke(owner, hash);
  }
}

void Directory::Intake::revoke(PartnerRecord&, DelegationHash hash) {
  directory_.delegations_.at(hash).revoked = place_;
}

void Directory::Intake::revoke(PartnerRecord&, AdministratorHash hash) {
  auto& revoked = directory_.administrators_.at(hash).revoked;
  if (!revoked) revoked = place_;
}

void Directory::Intake::revoke(PartnerRecord& owner, const PendingPartnerKey& key) {
  std::ranges::find(owner.keys, key.fingerprint, &PartnerKeyRecord::fingerprint)->vetoed = place_;
}

void Directory::Intake::restore(PartnerRecord& owner) {
  const auto clear = [this](std::optional<LeafPlace>& mark) {
    if (mark == place_) mark.reset();
  };
  for (PartnerKeyRecord& key : owner.keys) clear(key.vetoed);
  for (StaffId id : owner.staff) clear(directory_.staff_.at(id).revoked);
  for (DeviceId id : owner.devices) clear(directory_.devices_.at(id).revoked);
  for (AdministratorHash hash : owner.administrators) {
    AdministratorRecord& administrator = directory_.administrators_.at(hash);
    clear(administrator.revoked);
    for (DelegationHash delegation : administrator.delegations) clear(directory_.delegations_.at(delegation).revoked);
  }
}

}  // namespace samband::identity
