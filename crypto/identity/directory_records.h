// What the directory remembers of each thing that its leaves named. A leaf index says from where on.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "crypto/identity/directory_leaf.h"

namespace samband::identity {

// A leaf's place in the log. With a `directory_size` of n, the leaves 0 .. n-1 count.
using LeafPlace = std::uint64_t;

struct PartnerProfile {
  LeafPlace since = 0;
  PartnerNumber number;
  std::string name;
  std::string community;
  LanguageForm language_form = LanguageForm::neutral;
  bool operator==(const PartnerProfile&) const = default;
};

struct PartnerKeyRecord {
  Ed25519PublicKey key;
  Hash fingerprint;
  LeafPlace place = 0;
  WallTime in_force_from;           // later than its leaf's time only for a reinvited key
  std::optional<LeafPlace> vetoed;  // by a revocation, while it was pending
  bool operator==(const PartnerKeyRecord&) const = default;
};

struct Merger {
  LeafPlace place = 0;
  PartnerId into;
  bool operator==(const Merger&) const = default;
};

struct PartnerRecord {
  PartnerId id;
  PartnerKind kind = PartnerKind::municipality;
  LeafPlace place = 0;
  std::vector<PartnerProfile> profiles;  // never empty; the newest last
  std::vector<PartnerKeyRecord> keys;    // the newest last
  std::vector<DeviceId> devices;         // every one that ever was, in the order of the log
  std::vector<AdministratorHash> administrators;
  std::vector<StaffId> staff;
  std::optional<Merger> merged;
  std::optional<LeafPlace> removed;
  [[nodiscard]] const PartnerProfile& profile() const { return profiles.back(); }
  bool operator==(const PartnerRecord&) const = default;
};

struct OperatorInvitationRecord {
  PartnerId partner;
  LeafPlace place = 0;
  WallTime expires_at;
  bool reinvite = false;
  std::optional<LeafPlace> used;
  std::optional<LeafPlace> revoked;
  bool operator==(const OperatorInvitationRecord&) const = default;
};

struct AdministratorRecord {
  AdministratorGrant grant;
  Hash partner_key_fingerprint;
  LeafPlace place = 0;
  std::optional<LeafPlace> revoked;
  std::vector<DelegationHash> delegations;
  bool operator==(const AdministratorRecord&) const = default;
};

struct DelegationRecord {
  Delegation delegation;
  LeafPlace place = 0;
  std::uint16_t used = 0;
  std::optional<LeafPlace> revoked;
  [[nodiscard]] unsigned uses_left() const { return delegation.uses - used; }
  bool operator==(const DelegationRecord&) const = default;
};

struct StaffRecord {
  StaffId id;
  PartnerId partner;
  LeafPlace place = 0;
  std::string name;               // as the newest certificate has it; empty before the first
  std::vector<DeviceId> devices;  // in the order of the log
  std::optional<LeafPlace> revoked;
  bool operator==(const StaffRecord&) const = default;
};

struct DeviceRecord {
  DeviceCertificate certificate;
  Hash certificate_hash;         // of the signed certificate, as credentials carry it
  Duties duties;                 // the delegation's
  Hash partner_key_fingerprint;  // the key at the root of its chain: what rosters pin
  LeafPlace place = 0;
  std::optional<LeafPlace> revoked;  // the leaf to cite when it is removed from a group
  bool operator==(const DeviceRecord&) const = default;
};

struct GuidanceRecord {
  GuidancePublished guidance;
  LeafPlace place = 0;
  bool operator==(const GuidanceRecord&) const = default;
};

}  // namespace samband::identity
