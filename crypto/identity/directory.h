// The directory: who is who, rebuilt from its log, leaf by leaf, by the same rules everywhere. The server asks
// it before it appends; clients ask it again as they follow, so that a lying server is refused by each of them.
//
// Chain: partner key -> administrator grant -> delegation -> device certificate. All of it must be in force at
// the leaf's own time, which never goes back; no clock is read, so whoever follows a log also refuses a leaf whose time
// is ahead of theirs. What a leaf may do is judged by the leaves before it.
// Pure computation. One owner at a time may apply; any number may read in between. Copyable, for snapshots.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/identity/directory_records.h"

namespace samband::identity {

// How far a client's clock may be ahead of the server's in the dates of a certificate.
inline constexpr std::uint64_t clock_skew_ms_max = 60ULL * 60 * 1000;
inline constexpr std::uint64_t operator_invitation_lifetime_ms_max = 400ULL * 24 * 60 * 60 * 1000;

// Why a leaf is refused. The directory is unchanged then.
enum class DirectoryError : std::uint8_t {
  malformed,       // its encoding could not be read again, such as a name with a line break
  time_goes_back,  // the leaf is older than the one before it
  unknown_partner,
  partner_gone,   // removed; or merged, and so inviting nobody
  already_there,  // the same id, statement or guidance stands in the log
  number_taken,
  name_taken,          // by another partner of the same community
  wrong_kind,          // a number of another kind of partner
  unknown_invitation,  // no operator invitation with that token hash
  invitation_used,
  expired,                   // the invitation, delegation or certificate, at the leaf's time
  revoked,                   // a link of the chain was revoked before
  key_reused,                // a public key that stands in the directory already
  partner_key_exists,        // and the invitation does not replace it
  no_partner_key,            // nothing to replace
  partner_key_pending,       // a replacing key waits already
  partner_key_not_in_force,  // replaced, vetoed, or still within its 72 hours
  wrong_partner,             // a link of the chain belongs to another partner
  wrong_administrator,       // another grant than the delegation's
  wrong_staff,               // a staff id other than the delegation's
  wrong_name,                // a staff name other than the delegation's, or than the person's own where it names nobody
  unknown_administrator,
  unknown_delegation,
  unknown_subject,  // a revocation of what this partner does not have
  no_uses_left,
  no_uses,             // a delegation that allows none
  lifetime_too_long,   // of an invitation, a delegation, or a certificate under its delegation
  dates_out_of_order,  // not_before after not_after, issued after expiry, or valid only in the future
  bad_signature,
};

struct RefusedLeaf {
  std::size_t position;  // within the leaves given
  DirectoryError error;
  bool operator==(const RefusedLeaf&) const = default;
};

enum class CredentialError : std::uint8_t {
  malformed,              // the identity is not a device certificate
  unknown_device,         // not in the directory at that size
  different_certificate,  // another certificate than the one in force
  different_key,          // the leaf's signature key is not the certificate's
  revoked,
  outside_validity,  // `at` is before not_before or not before not_after
};

class Directory {
 public:
  // --- building it

  // Checks a leaf against everything before it, signatures included, and takes it in.
  std::expected<void, DirectoryError> apply(const DirectoryLeaf& leaf);
  // All or none: a partner's first device arrives as four leaves that make no sense apart.
  std::expected<void, RefusedLeaf> apply_all(std::span<const DirectoryLeaf> leaves);
  // For leaves that this program verified before it stored them: every rule but the signatures.
  std::expected<void, DirectoryError> apply_stored(const DirectoryLeaf& leaf);

  [[nodiscard]] std::uint64_t size() const { return times_.size(); }
  // The time of the last of the first `size` leaves; 0 for none. `size` above size() counts as size().
  [[nodiscard]] WallTime time_at(std::uint64_t size) const;

  // --- partners. Pointers live until the next apply.

  [[nodiscard]] const PartnerRecord* partner(PartnerId id) const;
  [[nodiscard]] const PartnerRecord* partner_by_number(std::string_view number) const;  // not the removed
  // Every partner of that name that is not removed; one at most in a community.
  [[nodiscard]] std::vector<PartnerId> partners_by_name(std::string_view name) const;
  [[nodiscard]] std::vector<PartnerId> partners() const;  // in the order of the log, the removed too
  [[nodiscard]] std::vector<PartnerId> partners_of_community(std::string_view community) const;  // not the removed
  // The profile as it was at that size; nullptr before the partner was added.
  [[nodiscard]] const PartnerProfile* profile_at(PartnerId id, std::uint64_t size) const;
  // There, and not removed.
  [[nodiscard]] bool partner_in_force(PartnerId id, std::uint64_t size) const;
  // The key in force at that size: the newest that is neither vetoed nor waiting; nullptr for none.
  [[nodiscard]] const PartnerKeyRecord* partner_key(PartnerId id, std::uint64_t size) const;
  // A replacing key that waits out its 72 hours at that size.
  [[nodiscard]] const PartnerKeyRecord* pending_partner_key(PartnerId id, std::uint64_t size) const;

  // --- devices and staff

  [[nodiscard]] const DeviceRecord* device(DeviceId id) const;
  // Enrolled and not revoked at that size. Its certificate's dates are not asked: see check_credential.
  [[nodiscard]] bool in_force(DeviceId id, std::uint64_t size) const;
  // Empty unless in force.
  [[nodiscard]] Duties duties_of(DeviceId id, std::uint64_t size) const;
  [[nodiscard]] std::vector<DeviceId> devices_of(PartnerId id, std::uint64_t size) const;  // in force
  [[nodiscard]] std::vector<DeviceId> devices_of(StaffId id, std::uint64_t size) const;    // in force
  [[nodiscard]] std::vector<DeviceId> devices() const;  // every one that ever was, by id
  [[nodiscard]] const StaffRecord* staff(StaffId id) const;
  // Staff with a device in force.
  [[nodiscard]] std::vector<StaffId> staff_of(PartnerId id, std::uint64_t size) const;

  // MLS's authentication service (RFC 9420 §5.3.1): whose leaf is this, at that size and time? The identity of a
  // basic credential must be, byte for byte, the certificate that is in force for its device.
  [[nodiscard]] std::expected<DeviceId, CredentialError> check_credential(BytesView identity, BytesView signature_key,
                                                                          std::uint64_t size, WallTime at) const;
  // The same without asking for revocation or dates: whose signature an old message carries.
  [[nodiscard]] std::expected<DeviceId, CredentialError> recognise_credential(BytesView identity,
                                                                              BytesView signature_key,
                                                                              std::uint64_t size) const;

  // --- invitations and administrators

  [[nodiscard]] const AdministratorRecord* administrator(AdministratorHash hash) const;
  // Neither revoked nor left behind by a replaced partner key, now.
  [[nodiscard]] bool administrator_in_force(AdministratorHash hash, WallTime at) const;
  [[nodiscard]] const DelegationRecord* delegation(DelegationHash hash) const;
  // Delegations of the partner that can still make a certificate at that time.
  [[nodiscard]] std::vector<DelegationHash> open_delegations(PartnerId id, WallTime at) const;
  [[nodiscard]] const OperatorInvitationRecord* operator_invitation(Hash token_hash) const;
  [[nodiscard]] const std::map<Hash, OperatorInvitationRecord>& operator_invitations() const { return invitations_; }
  // Usable at that time: neither used, revoked nor expired.
  [[nodiscard]] static bool is_open(const OperatorInvitationRecord& invitation, WallTime at);

  [[nodiscard]] const GuidanceRecord* guidance(GuidanceId id) const;

  bool operator==(const Directory&) const = default;

 private:
  enum class Signatures : bool { verified_before, verify };
  class Rules;   // judges a leaf: directory_rules.h
  class Intake;  // takes one in, and back out again: directory_intake.h

  std::expected<void, DirectoryError> apply(const DirectoryLeaf& leaf, Signatures signatures);
  [[nodiscard]] static const PartnerKeyRecord* key_in_force(const PartnerRecord& partner, std::uint64_t size,
                                                            WallTime at);
  [[nodiscard]] static const PartnerKeyRecord* key_pending(const PartnerRecord& partner, std::uint64_t size,
                                                           WallTime at);

  // Ordered maps throughout: most of these keys are chosen by those who enrol, and a hash table can be flooded.
  std::vector<WallTime> times_;  // of each leaf
  std::map<PartnerId, PartnerRecord> partners_;
  std::vector<PartnerId> partner_order_;
  std::map<std::string, PartnerId, std::less<>> by_number_;     // not the removed
  std::multimap<std::string, PartnerId, std::less<>> by_name_;  // not the removed
  std::map<Hash, OperatorInvitationRecord> invitations_;
  std::map<AdministratorHash, AdministratorRecord> administrators_;
  std::map<DelegationHash, DelegationRecord> delegations_;
  std::map<StaffId, StaffRecord> staff_;
  std::map<DeviceId, DeviceRecord> devices_;
  std::map<Ed25519PublicKey, LeafPlace> keys_;  // every public key of any kind, and the leaf it came with
  std::map<GuidanceId, GuidanceRecord> guidances_;
};

}  // namespace samband::identity
