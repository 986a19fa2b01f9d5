#include "crypto/identity/directory.h"

#include <algorithm>
#include <iterator>

#include "crypto/identity/directory_intake.h"
#include "crypto/identity/directory_rules.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

namespace {

template <class Map, class Id>
const typename Map::mapped_type* find_in(const Map& map, const Id& id) {
  const auto found = map.find(id);
  return found == map.end() ? nullptr : &found->second;
}

// Whether a leaf at `place` is among the first `size`.
bool counts(LeafPlace place, std::uint64_t size) {
  return place < size;
}
bool counts(const std::optional<LeafPlace>& place, std::uint64_t size) {
  return place && *place < size;
}

// What can't be read back must not get in: nobody could follow the log past it.
bool can_be_read_back(const DirectoryLeaf& leaf) {
  const auto parsed = parse_directory_leaf(encode(leaf));
  return parsed && *parsed == leaf;
}

}  // namespace

// --- building it

std::expected<void, DirectoryError> Directory::apply(const DirectoryLeaf& leaf, Signatures signatures) {
  if (!times_.empty() && leaf.at < times_.back()) return std::unexpected(DirectoryError::time_goes_back);
  if (!can_be_read_back(leaf)) return std::unexpected(DirectoryError::malformed);
  if (auto fault = std::visit(Rules{*this, leaf.at, signatures}, leaf.body)) return std::unexpected(*fault);
  Intake{*this}.enter(leaf);
  return {};
}

std::expected<void, DirectoryError> Directory::apply(const DirectoryLeaf& leaf) {
  return apply(leaf, Signatures::verify);
}

std::expected<void, DirectoryError> Directory::apply_stored(const DirectoryLeaf& leaf) {
  return apply(leaf, Signatures::verified_before);
}

std::expected<void, RefusedLeaf> Directory::apply_all(std::span<const DirectoryLeaf> leaves) {
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const auto applied = apply(leaves[i]);
    if (applied) continue;
    for (std::size_t entered = i; entered-- > 0;) Intake{*this}.retract(leaves[entered]);
    return std::unexpected(RefusedLeaf{i, applied.error()});
  }
  return {};
}

WallTime Directory::time_at(std::uint64_t size) const {
  const std::uint64_t known = std::min(size, this->size());
  return known == 0 ? WallTime{} : times_[known - 1];
}

// --- partners

const PartnerRecord* Directory::partner(PartnerId id) const {
  return find_in(partners_, id);
}

const PartnerRecord* Directory::partner_by_number(std::string_view number) const {
  const PartnerId* id = find_in(by_number_, number);
  return id == nullptr ? nullptr : partner(*id);
}

std::vector<PartnerId> Directory::partners_by_name(std::string_view name) const {
  const auto [first, last] = by_name_.equal_range(name);
  std::vector<PartnerId> found;
  std::transform(first, last, std::back_inserter(found), [](const auto& named) { return named.second; });
  return found;
}

std::vector<PartnerId> Directory::partners() const {
  return partner_order_;
}

std::vector<PartnerId> Directory::partners_of_community(std::string_view community) const {
  std::vector<PartnerId> found;
  std::ranges::copy_if(partner_order_, std::back_inserter(found), [&](PartnerId id) {
    const PartnerRecord& record = partners_.at(id);
    return !record.removed && record.profile().community == community;
  });
  return found;
}

const PartnerProfile* Directory::profile_at(PartnerId id, std::uint64_t size) const {
  const PartnerRecord* record = partner(id);
  if (record == nullptr) return nullptr;
  const auto newest = std::find_if(record->profiles.rbegin(), record->profiles.rend(),
                                   [&](const PartnerProfile& profile) { return counts(profile.since, size); });
  return newest == record->profiles.rend() ? nullptr : &*newest;
}

bool Directory::partner_in_force(PartnerId id, std::uint64_t size) const {
  const PartnerRecord* record = partner(id);
  return record != nullptr && counts(record->place, size) && !counts(record->removed, size);
}

const PartnerKeyRecord* Directory::key_in_force(const PartnerRecord& partner, std::uint64_t size, WallTime at) {
  const auto newest = std::find_if(partner.keys.rbegin(), partner.keys.rend(), [&](const PartnerKeyRecord& key) {
    return counts(key.place, size) && !counts(key.vetoed, size) && key.in_force_from <= at;
  });
  return newest == partner.keys.rend() ? nullptr : &*newest;
}

const PartnerKeyRecord* Directory::key_pending(const PartnerRecord& partner, std::uint64_t size, WallTime at) {
  const auto pending = std::ranges::find_if(partner.keys, [&](const PartnerKeyRecord& key) {
    return counts(key.place, size) && !counts(key.vetoed, size) && key.in_force_from > at;
  });
  return pending == partner.keys.end() ? nullptr : &*pending;
}

const PartnerKeyRecord* Directory::partner_key(PartnerId id, std::uint64_t size) const {
  const PartnerRecord* record = partner(id);
  return record == nullptr ? nullptr : key_in_force(*record, size, time_at(size));
}

const PartnerKeyRecord* Directory::pending_partner_key(PartnerId id, std::uint64_t size) const {
  const PartnerRecord* record = partner(id);
  return record == nullptr ? nullptr : key_pending(*record, size, time_at(size));
}

// --- devices and staff

const DeviceRecord* Directory::device(DeviceId id) const {
  return find_in(devices_, id);
}

bool Directory::in_force(DeviceId id, std::uint64_t size) const {
  const DeviceRecord* record = device(id);
  return record != nullptr && counts(record->place, size) && !counts(record->revoked, size);
}

Duties Directory::duties_of(DeviceId id, std::uint64_t size) const {
  return in_force(id, size) ? device(id)->duties : Duties{};
}

std::vector<DeviceId> Directory::devices_of(PartnerId id, std::uint64_t size) const {
  std::vector<DeviceId> found;
  if (const PartnerRecord* record = partner(id)) {
    std::ranges::copy_if(record->devices, std::back_inserter(found), [&](DeviceId d) { return in_force(d, size); });
  }
  return found;
}

std::vector<DeviceId> Directory::devices_of(StaffId id, std::uint64_t size) const {
  std::vector<DeviceId> found;
  if (const StaffRecord* record = staff(id)) {
    std::ranges::copy_if(record->devices, std::back_inserter(found), [&](DeviceId d) { return in_force(d, size); });
  }
  return found;
}

std::vector<DeviceId> Directory::devices() const {
  std::vector<DeviceId> all;
  all.reserve(devices_.size());
  for (const auto& [id, record] : devices_) all.push_back(id);
  return all;
}

const StaffRecord* Directory::staff(StaffId id) const {
  return find_in(staff_, id);
}

std::vector<StaffId> Directory::staff_of(PartnerId id, std::uint64_t size) const {
  std::vector<StaffId> found;
  if (const PartnerRecord* record = partner(id)) {
    std::ranges::copy_if(record->staff, std::back_inserter(found), [&](StaffId staff_id) {
      return std::ranges::any_of(staff_.at(staff_id).devices, [&](DeviceId device) { return in_force(device, size); });
    });
  }
  return found;
}

std::expected<DeviceId, CredentialError> Directory::recognise_credential(BytesView identity, BytesView signature_key,
                                                                         std::uint64_t size) const {
  const auto certificate = parse_signed_device_certificate(identity);
  if (!certificate) return std::unexpected(CredentialError::malformed);
  const DeviceRecord* record = device(certificate->body.device);
  if (record == nullptr || !counts(record->place, size)) return std::unexpected(CredentialError::unknown_device);
  if (record->certificate_hash != hash_of(*certificate)) {
    return std::unexpected(CredentialError::different_certificate);
  }
  if (!equal(record->certificate.signature_key.view(), signature_key)) {
    return std::unexpected(CredentialError::different_key);
  }
  return certificate->body.device;
}

std::expected<DeviceId, CredentialError> Directory::check_credential(BytesView identity, BytesView signature_key,
                                                                     std::uint64_t size, WallTime at) const {
  const auto id = recognise_credential(identity, signature_key, size);
  if (!id) return id;
  if (!in_force(*id, size)) return std::unexpected(CredentialError::revoked);
  const DeviceCertificate& certificate = device(*id)->certificate;
  const bool not_yet = certificate.not_before > at && certificate.not_before.ms - at.ms > clock_skew_ms_max;
  if (not_yet || at >= certificate.not_after) return std::unexpected(CredentialError::outside_validity);
  return id;
}

// --- invitations and administrators

const AdministratorRecord* Directory::administrator(AdministratorHash hash) const {
  return find_in(administrators_, hash);
}

bool Directory::administrator_in_force(AdministratorHash hash, WallTime at) const {
  const AdministratorRecord* record = administrator(hash);
  if (record == nullptr || record->revoked) return false;
  const PartnerRecord& partner = partners_.at(record->grant.partner);
  const PartnerKeyRecord* key = key_in_force(partner, size(), at);
  return !partner.removed && key != nullptr && key->fingerprint == record->partner_key_fingerprint;
}

const DelegationRecord* Directory::delegation(DelegationHash hash) const {
  return find_in(delegations_, hash);
}

std::vector<DelegationHash> Directory::open_delegations(PartnerId id, WallTime at) const {
  std::vector<DelegationHash> open;
  const PartnerRecord* record = partner(id);
  if (record == nullptr || record->merged) return open;
  for (AdministratorHash issuer : record->administrators) {
    if (!administrator_in_force(issuer, at)) continue;
    std::ranges::copy_if(administrators_.at(issuer).delegations, std::back_inserter(open), [&](DelegationHash hash) {
      const DelegationRecord& made = delegations_.at(hash);
      return !made.revoked && made.uses_left() > 0 && made.delegation.expires_at > at &&
             !staff_.at(made.delegation.staff).revoked;
    });
  }
  return open;
}

const OperatorInvitationRecord* Directory::operator_invitation(Hash token_hash) const {
  return find_in(invitations_, token_hash);
}

bool Directory::is_open(const OperatorInvitationRecord& invitation, WallTime at) {
  return !invitation.used && !invitation.revoked && invitation.expires_at > at;
}

const GuidanceRecord* Directory::guidance(GuidanceId id) const {
  return find_in(guidances_, id);
}

}  // namespace samband::identity
