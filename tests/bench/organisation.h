// One partner with as many devices as a benchmark wants: keys, certificates and the policy of its channels.
#pragma once

#include <memory>
#include <string>

#include "crypto/identity/administrator_grant.h"
#include "crypto/identity/delegation.h"
#include "crypto/identity/device_certificate.h"
#include "crypto/identity/invitation.h"
#include "crypto/identity/partner_key.h"
#include "crypto/mls/group/key_package_bundle.h"
#include "server/protocol/messages.h"
#include "storage/model/policy.h"

namespace samband::bench {

struct EnrolledDevice {
  DeviceId id;
  std::unique_ptr<KeyPair> signature_key;  // groups point to it
  identity::SignedDeviceCertificate certificate;

  [[nodiscard]] mls::LeafIdentity leaf_identity() const;
};

// All its devices are one person's, under one delegation: the shortest real chain.
class Organisation {
 public:
  // `devices_max`: how many it may come to have. `now`: the server's.
  Organisation(const identity::Invitation& invitation, std::uint16_t devices_max, WallTime now, RandomSource& random);

  [[nodiscard]] EnrolledDevice new_device();
  // Of the first device, with the chain above it.
  [[nodiscard]] protocol::EnrolFirst first_enrolment(const EnrolledDevice& device) const;
  [[nodiscard]] static protocol::EnrolInvited enrolment(const EnrolledDevice& device);

  // A discussion that all of its devices may join and moderate.
  [[nodiscard]] storage::ChannelPolicy new_policy(const std::string& name);
  [[nodiscard]] mls::Lifetime lifetime() const;

 private:
  RandomSource& random_;
  WallTime now_;
  PartnerId partner_;
  protocol::OperatorToken token_;
  Hash partner_key_fingerprint_;
  KeyPair enrolment_key_;
  identity::SignedPartnerKeyClaim claim_;
  identity::SignedAdministratorGrant grant_;
  identity::SignedDelegation delegation_;
};

}  // namespace samband::bench
