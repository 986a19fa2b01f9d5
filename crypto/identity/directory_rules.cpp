#include "crypto/identity/directory_rules.h"

namespace samband::identity {

namespace {

using enum DirectoryError;

// `later` - `earlier`; 0 where they are the other way about.
std::uint64_t span_ms(WallTime earlier, WallTime later) {
  return later > earlier ? later.ms - earlier.ms : 0;
}

}  // namespace

// --- what the rules have in common

Directory::Rules::Fault Directory::Rules::fault_in_partner(PartnerId id) const {
  const PartnerRecord* partner = directory_.partner(id);
  if (partner == nullptr) return unknown_partner;
  if (partner->removed) return partner_gone;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::fault_in_inviting_partner(PartnerId id) const {
  if (auto fault = fault_in_partner(id)) return fault;
  if (directory_.partner(id)->merged) return partner_gone;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::fault_in_administrator(AdministratorHash hash, PartnerId partner) const {
  const AdministratorRecord* administrator = directory_.administrator(hash);
  if (administrator == nullptr) return unknown_administrator;
  if (administrator->grant.partner != partner) return wrong_partner;
  if (administrator->revoked) return revoked;
  if (!directory_.administrator_in_force(hash, at_)) return partner_key_not_in_force;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::fault_in_staff(StaffId id, PartnerId partner) const {
  const StaffRecord* staff = directory_.staff(id);
  if (staff == nullptr) return std::nullopt;
  if (staff->partner != partner) return wrong_partner;
  if (staff->revoked) return revoked;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::fault_in_keeper(const AdministratorGrant& grant) const {
  if (grant.staff) {
    if (auto fault = fault_in_staff(*grant.staff, grant.partner)) return fault;
  }
  const DeviceRecord* device = grant.device ? directory_.device(*grant.device) : nullptr;
  if (device == nullptr) return std::nullopt;
  if (device->certificate.partner != grant.partner) return wrong_partner;
  if (device->revoked) return revoked;
  if (grant.staff && device->certificate.staff != *grant.staff) return wrong_staff;
  return std::nullopt;
}

bool Directory::Rules::is_name_taken(const std::string& name, const std::string& community, PartnerId except) const {
  if (community.empty()) return false;  // across the country names do repeat
  const auto [first, last] = directory_.by_name_.equal_range(name);
  return std::any_of(first, last, [&](const auto& named) {
    return named.second != except && directory_.partner(named.second)->profile().community == community;
  });
}

bool Directory::Rules::has_key(PartnerId partner) const {
  return Directory::key_in_force(*directory_.partner(partner), directory_.size(), at_) != nullptr;
}

// --- what the operator says

Directory::Rules::Fault Directory::Rules::operator()(const PartnerAdded& added) const {
  if (directory_.partner(added.partner) != nullptr) return already_there;
  if (directory_.by_number_.contains(added.number.text())) return number_taken;
  if (is_name_taken(added.name, added.community, added.partner)) return name_taken;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const PartnerRenamed& renamed) const {
  if (auto fault = fault_in_partner(renamed.partner)) return fault;
  if (is_name_taken(renamed.name, renamed.community, renamed.partner)) return name_taken;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const PartnerRenumbered& renumbered) const {
  if (auto fault = fault_in_partner(renumbered.partner)) return fault;
  if (directory_.partner(renumbered.partner)->kind != renumbered.kind) return wrong_kind;
  if (directory_.by_number_.contains(renumbered.number.text())) return number_taken;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const PartnerMerged& merged) const {
  if (auto fault = fault_in_inviting_partner(merged.from)) return fault;
  if (auto fault = fault_in_inviting_partner(merged.into)) return fault;
  if (merged.from == merged.into) return wrong_partner;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const PartnerRemoved& removed) const {
  return fault_in_partner(removed.partner);
}

Directory::Rules::Fault Directory::Rules::operator()(const OperatorInvitation& invitation) const {
  if (auto fault = fault_in_inviting_partner(invitation.partner)) return fault;
  if (directory_.operator_invitation(invitation.token_hash) != nullptr) return already_there;
  if (invitation.expires_at <= at_) return expired;
  if (span_ms(at_, invitation.expires_at) > operator_invitation_lifetime_ms_max) return lifetime_too_long;
  if (invitation.reinvite && !has_key(invitation.partner)) return no_partner_key;
  if (!invitation.reinvite && has_key(invitation.partner)) return partner_key_exists;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const OperatorInvitationRevoked& withdrawn) const {
  const OperatorInvitationRecord* invitation = directory_.operator_invitation(withdrawn.token_hash);
  if (invitation == nullptr) return unknown_invitation;
  if (invitation->used) return invitation_used;
  if (invitation->revoked) return already_there;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::operator()(const GuidancePublished& guidance) const {
  if (directory_.guidance(guidance.guidance) != nullptr) return already_there;
  return std::nullopt;
}

// --- the chain, from the partner key to the device

Directory::Rules::Fault Directory::Rules::operator()(const SignedPartnerKeyClaim& claim) const {
  const PartnerKeyClaim& body = claim.body;
  if (auto fault = fault_in_inviting_partner(body.partner)) return fault;
  const OperatorInvitationRecord* invitation = directory_.operator_invitation(body.token_hash);
  if (invitation == nullptr) return unknown_invitation;
  if (invitation->partner != body.partner) return wrong_partner;
  if (invitation->used) return invitation_used;
  if (invitation->revoked) return revoked;
  if (invitation->expires_at <= at_) return expired;
  if (!invitation->reinvite && has_key(body.partner)) return partner_key_exists;
  if (Directory::key_pending(*directory_.partner(body.partner), directory_.size(), at_) != nullptr) {
    return partner_key_pending;
  }
  if (is_key_used(body.key)) return key_reused;
  return fault_in_signature([&] { return verify(claim); });
}

Directory::Rules::Fault Directory::Rules::operator()(const SignedAdministratorGrant& grant) const {
  const AdministratorGrant& body = grant.body;
  if (auto fault = fault_in_inviting_partner(body.partner)) return fault;
  if (directory_.administrator(hash_of(body)) != nullptr) return already_there;
  const PartnerKeyRecord* key = Directory::key_in_force(*directory_.partner(body.partner), directory_.size(), at_);
  if (key == nullptr) return no_partner_key;
  if (key->key != body.partner_key) return partner_key_not_in_force;
  if (auto fault = fault_in_keeper(body)) return fault;
  if (is_key_used(body.administrator_key)) return key_reused;
  return fault_in_signature([&] { return verify(grant); });
}

Directory::Rules::Fault Directory::Rules::operator()(const SignedDelegation& delegation) const {
  const Delegation& body = delegation.body;
  if (auto fault = fault_in_inviting_partner(body.partner)) return fault;
  if (directory_.delegation(hash_of(body)) != nullptr) return already_there;
  if (auto fault = fault_in_administrator(body.administrator, body.partner)) return fault;
  if (auto fault = fault_in_staff(body.staff, body.partner)) return fault;
  if (body.uses == 0) return no_uses;
  if (body.expires_at <= at_) return expired;
  if (body.issued_at >= body.expires_at) return dates_out_of_order;
  if (span_ms(at_, body.expires_at) > delegation_lifetime_ms_max) return lifetime_too_long;
  if (body.certificate_validity_ms > certificate_validity_ms_max) return lifetime_too_long;
  if (is_key_used(body.enrolment_key)) return key_reused;
  return fault_in_signature(
      [&] { return verify(delegation, directory_.administrator(body.administrator)->grant.administrator_key); });
}

Directory::Rules::Fault Directory::Rules::operator()(const SignedDeviceCertificate& certificate) const {
  const DeviceCertificate& body = certificate.body;
  if (auto fault = fault_in_inviting_partner(body.partner)) return fault;
  if (directory_.device(body.device) != nullptr) return already_there;
  const DelegationRecord* record = directory_.delegation(body.delegation);
  if (record == nullptr) return unknown_delegation;
  const Delegation& delegation = record->delegation;
  if (delegation.administrator != body.administrator) return wrong_administrator;
  if (delegation.staff != body.staff) return wrong_staff;
  if (auto fault = fault_in_staff_name(body, delegation)) return fault;
  // Every link above must count at this moment, not only when it was made; and be this partner's, for a
  // delegation is never of another partner than its administrator.
  if (record->revoked) return revoked;
  if (auto fault = fault_in_administrator(delegation.administrator, body.partner)) return fault;
  if (auto fault = fault_in_staff(body.staff, body.partner)) return fault;
  if (delegation.expires_at <= at_) return expired;
  if (record->uses_left() == 0) return no_uses_left;
  if (auto fault = fault_in_dates(body, delegation)) return fault;
  if (is_key_used(body.signature_key)) return key_reused;
  return fault_in_signature([&] { return verify(certificate, delegation.enrolment_key); });
}

Directory::Rules::Fault Directory::Rules::fault_in_staff_name(const DeviceCertificate& certificate,
                                                              const Delegation& delegation) const {
  // Where the delegation names nobody, the person's first device says the name, and later ones keep it.
  const StaffRecord* staff = directory_.staff(delegation.staff);
  const std::string& expected = delegation.staff_name.empty() && staff != nullptr ? staff->name : delegation.staff_name;
  if (!expected.empty() && certificate.staff_name != expected) return wrong_name;
  return std::nullopt;
}

Directory::Rules::Fault Directory::Rules::fault_in_dates(const DeviceCertificate& certificate,
                                                         const Delegation& delegation) const {
  if (certificate.not_before >= certificate.not_after) return dates_out_of_order;
  // A certificate for years to come would outlive what the delegation allows.
  if (span_ms(at_, certificate.not_before) > clock_skew_ms_max) return dates_out_of_order;
  if (certificate.not_after <= at_) return expired;
  if (span_ms(certificate.not_before, certificate.not_after) > delegation.certificate_validity_ms) {
    return lifetime_too_long;
  }
  return std::nullopt;
}

// --- the end of it

Directory::Rules::Fault Directory::Rules::operator()(const SignedRevocation& revocation) const {
  const Revocation& body = revocation.body;
  if (auto fault = fault_in_partner(body.partner)) return fault;
  if (auto fault = fault_in_administrator(body.administrator, body.partner)) return fault;
  if (auto fault = fault_in_subject(body.subject, body.partner)) return fault;
  return fault_in_signature(
      [&] { return verify(revocation, directory_.administrator(body.administrator)->grant.administrator_key); });
}

Directory::Rules::Fault Directory::Rules::fault_in_subject(const RevocationSubject& subject, PartnerId partner) const {
  // What belongs to another partner is, to this one, not there.
  const auto judge = [&](const auto* record, PartnerId owner) -> Fault {
    if (record == nullptr || owner != partner) return unknown_subject;
    if (record->revoked) return already_there;
    return std::nullopt;
  };
  struct Find {
    const Directory& directory;
    const decltype(judge)& judged;
    PartnerId partner;
    WallTime at;

    Fault operator()(DeviceId id) const {
      const DeviceRecord* record = directory.device(id);
      return judged(record, record ? record->certificate.partner : PartnerId{});
    }
    Fault operator()(StaffId id) const {
      const StaffRecord* record = directory.staff(id);
      return judged(record, record ? record->partner : PartnerId{});
    }
    Fault operator()(DelegationHash hash) const {
      const DelegationRecord* record = directory.delegation(hash);
      return judged(record, record ? record->delegation.partner : PartnerId{});
    }
    Fault operator()(AdministratorHash hash) const {
      const AdministratorRecord* record = directory.administrator(hash);
      return judged(record, record ? record->grant.partner : PartnerId{});
    }
    Fault operator()(const PendingPartnerKey& key) const {
      const PartnerKeyRecord* pending = Directory::key_pending(*directory.partner(partner), directory.size(), at);
      if (pending == nullptr || pending->fingerprint != key.fingerprint) return unknown_subject;
      return std::nullopt;
    }
  };
  return std::visit(Find{directory_, judge, partner, at_}, subject);
}

}  // namespace samband::identity
