// Takes leaves that the rules let through into the directory's records, and the newest of them back out.
// Private to Directory. `enter` and `retract` mirror each other line by line.
#pragma once

#include "crypto/identity/directory.h"

namespace samband::identity {

class Directory::Intake {
 public:
  explicit Intake(Directory& directory) : directory_{directory} {}

  void enter(const DirectoryLeaf& leaf);
  // `leaf` is the newest one: the directory becomes what it was before it.
  void retract(const DirectoryLeaf& leaf);

 private:
  void add(const PartnerAdded& added);
  void add(const PartnerRenamed& renamed);
  void add(const PartnerRenumbered& renumbered);
  void add(const PartnerMerged& merged);
  void add(const PartnerRemoved& removed);
  void add(const OperatorInvitation& invitation);
  void add(const OperatorInvitationRevoked& revoked);
  void add(const SignedPartnerKeyClaim& claim);
  void add(const SignedAdministratorGrant& grant);
  void add(const SignedDelegation& delegation);
  void add(const SignedDeviceCertificate& certificate);
  void add(const SignedRevocation& revocation);
  void add(const GuidancePublished& guidance);

  void take_back(const PartnerAdded& added);
  void take_back(const PartnerRenamed& renamed);
  void take_back(const PartnerRenumbered& renumbered);
  void take_back(const PartnerMerged& merged);
  void take_back(const PartnerRemoved& removed);
  void take_back(const OperatorInvitation& invitation);
  void take_back(const OperatorInvitationRevoked& revoked);
  void take_back(const SignedPartnerKeyClaim& claim);
  void take_back(const SignedAdministratorGrant& grant);
  void take_back(const SignedDelegation& delegation);
  void take_back(const SignedDeviceCertificate& certificate);
  void take_back(const SignedRevocation& revocation);
  void take_back(const GuidancePublished& guidance);

  [[nodiscard]] PartnerRecord& partner(PartnerId id) { return directory_.partners_.at(id); }
  void index_name(const PartnerRecord& partner);
  void forget_name(const PartnerRecord& partner);
  // The first mention of a staff id makes it this partner's.
  void bind_staff(StaffId id, PartnerRecord& partner);
  void unbind_staff(StaffId id, PartnerRecord& partner);

  void revoke(PartnerRecord& owner, DeviceId id);
  void revoke(PartnerRecord& owner, StaffId id);
  void revoke(PartnerRecord& owner, DelegationHash hash);
  void revoke(PartnerRecord& owner, AdministratorHash hash);
  void revoke(PartnerRecord& owner, const PendingPartnerKey& key);
  // Undoes whatever this leaf revoked among the partner's devices, people, keys and delegations.
  void restore(PartnerRecord& owner);

  Directory& directory_;
  LeafPlace place_ = 0;  // of the leaf in hand
  WallTime at_;
};

}  // namespace samband::identity
