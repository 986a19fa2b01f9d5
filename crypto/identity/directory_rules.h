// What each kind of leaf must satisfy before the directory takes it in. Judges, and changes nothing.
// Private to Directory.
#pragma once

#include "crypto/identity/directory.h"

namespace samband::identity {

class Directory::Rules {
 public:
  // What is wrong; nullopt when the leaf may enter.
  using Fault = std::optional<DirectoryError>;

  Rules(const Directory& directory, WallTime at, Signatures signatures)
      : directory_{directory}, at_{at}, signatures_{signatures} {}

  [[nodiscard]] Fault operator()(const PartnerAdded& added) const;
  [[nodiscard]] Fault operator()(const PartnerRenamed& renamed) const;
  [[nodiscard]] Fault operator()(const PartnerRenumbered& renumbered) const;
  [[nodiscard]] Fault operator()(const PartnerMerged& merged) const;
  [[nodiscard]] Fault operator()(const PartnerRemoved& removed) const;
  [[nodiscard]] Fault operator()(const OperatorInvitation& invitation) const;
  [[nodiscard]] Fault operator()(const OperatorInvitationRevoked& revoked) const;
  [[nodiscard]] Fault operator()(const SignedPartnerKeyClaim& claim) const;
  [[nodiscard]] Fault operator()(const SignedAdministratorGrant& grant) const;
  [[nodiscard]] Fault operator()(const SignedDelegation& delegation) const;
  [[nodiscard]] Fault operator()(const SignedDeviceCertificate& certificate) const;
  [[nodiscard]] Fault operator()(const SignedRevocation& revocation) const;
  [[nodiscard]] Fault operator()(const GuidancePublished& guidance) const;

 private:
  // There and not removed.
  [[nodiscard]] Fault fault_in_partner(PartnerId id) const;
  // And may take in new people: not merged into another.
  [[nodiscard]] Fault fault_in_inviting_partner(PartnerId id) const;
  // The grant exists, is this partner's, and may sign now.
  [[nodiscard]] Fault fault_in_administrator(AdministratorHash hash, PartnerId partner) const;
  // Not another partner's and not revoked; a staff id that nobody has used is fine.
  [[nodiscard]] Fault fault_in_staff(StaffId id, PartnerId partner) const;
  // Where a grant says that its key is kept.
  [[nodiscard]] Fault fault_in_keeper(const AdministratorGrant& grant) const;
  [[nodiscard]] Fault fault_in_staff_name(const DeviceCertificate& certificate, const Delegation& delegation) const;
  [[nodiscard]] Fault fault_in_dates(const DeviceCertificate& certificate, const Delegation& delegation) const;
  [[nodiscard]] Fault fault_in_subject(const RevocationSubject& subject, PartnerId partner) const;
  [[nodiscard]] bool is_name_taken(const std::string& name, const std::string& community, PartnerId except) const;
  [[nodiscard]] bool has_key(PartnerId partner) const;
  [[nodiscard]] bool is_key_used(const Ed25519PublicKey& key) const { return directory_.keys_.contains(key); }

  template <class Verify>
  [[nodiscard]] Fault fault_in_signature(Verify&& verify_signature) const {
    if (signatures_ == Signatures::verified_before || verify_signature()) return std::nullopt;
    return DirectoryError::bad_signature;
  }

  const Directory& directory_;
  WallTime at_;  // the leaf's time
  Signatures signatures_;
};

}  // namespace samband::identity
