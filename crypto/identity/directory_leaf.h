// One line of the directory log. Source of the shape: RFC 9162 §4.5 (TransItem: a versioned type, then a body
// that begins with a timestamp). The log's leaf hash is SHA-256(0x00 || encode(leaf)) (§2.1.1).
#pragma once

#include <expected>
#include <string>
#include <variant>

#include "crypto/identity/administrator_grant.h"
#include "crypto/identity/delegation.h"
#include "crypto/identity/device_certificate.h"
#include "crypto/identity/partner.h"
#include "crypto/identity/partner_key.h"
#include "crypto/identity/revocation.h"

namespace samband::identity {

inline constexpr std::size_t directory_leaf_bytes_max = 4096;

// What the operator says. Each says so openly, in the log; none of it makes a key or a device.
struct PartnerAdded {
  PartnerId partner;
  PartnerKind kind = PartnerKind::municipality;
  PartnerNumber number;
  std::string name;
  std::string community;  // may be empty
  LanguageForm language_form = LanguageForm::neutral;
  bool operator==(const PartnerAdded&) const = default;
};
struct PartnerRenamed {  // the whole new profile, changed or not
  PartnerId partner;
  std::string name;
  std::string community;
  LanguageForm language_form = LanguageForm::neutral;
  bool operator==(const PartnerRenamed&) const = default;
};
struct PartnerRenumbered {
  PartnerId partner;
  PartnerKind kind = PartnerKind::municipality;  // must be the partner's own
  PartnerNumber number;
  bool operator==(const PartnerRenumbered&) const = default;
};
// `from` goes on with what it has until it is removed, but invites nobody more.
struct PartnerMerged {
  PartnerId from;
  PartnerId into;
  bool operator==(const PartnerMerged&) const = default;
};
// Its devices are out of force from here; its number is free again.
struct PartnerRemoved {
  PartnerId partner;
  bool operator==(const PartnerRemoved&) const = default;
};
struct OperatorInvitation {
  PartnerId partner;
  Hash token_hash;
  WallTime expires_at;
  bool reinvite = false;  // to replace a partner key that was lost
  bool operator==(const OperatorInvitation&) const = default;
};
struct OperatorInvitationRevoked {
  Hash token_hash;
  bool operator==(const OperatorInvitationRevoked&) const = default;
};
struct GuidancePublished {
  ChannelId channel;
  GuidanceId guidance;
  Hash notice_hash;  // of the signed notice
  bool operator==(const GuidancePublished&) const = default;
};

// `versioned_type` on the wire is 1 + the place in this list: add at the end, never renumber.
using DirectoryLeafBody =
    std::variant<PartnerAdded, PartnerRenamed, PartnerRenumbered, PartnerMerged, PartnerRemoved, OperatorInvitation,
                 OperatorInvitationRevoked, SignedPartnerKeyClaim, SignedAdministratorGrant, SignedDelegation,
                 SignedDeviceCertificate, SignedRevocation, GuidancePublished>;

struct DirectoryLeaf {
  WallTime at;  // the server's time when it was appended
  DirectoryLeafBody body;
  bool operator==(const DirectoryLeaf&) const = default;
};

[[nodiscard]] std::expected<DirectoryLeaf, ParseError> parse_directory_leaf(BytesView wire);
[[nodiscard]] Bytes encode(const DirectoryLeaf& leaf);

}  // namespace samband::identity
