// The names of things in samband. All are random (16 bytes) or hashes (32 bytes), never counted, so that
// they can be chosen anywhere without asking.
#pragma once

#include "crypto/bytes/fixed_id.h"

namespace samband {

using PartnerId = FixedId<struct PartnerIdTag, 16>;
using StaffId = FixedId<struct StaffIdTag, 16>;
using DeviceId = FixedId<struct DeviceIdTag, 16>;
using ChannelId = FixedId<struct ChannelIdTag, 16>;
using GuidanceId = FixedId<struct GuidanceIdTag, 16>;
using DocumentId = FixedId<struct DocumentIdTag, 16>;
using BlobId = FixedId<struct BlobIdTag, 32>;

// What a delegation or an administrator grant is called by: the hash of its body.
using AdministratorHash = FixedId<struct AdministratorHashTag, 32>;
using DelegationHash = FixedId<struct DelegationHashTag, 32>;

using Ed25519PublicKey = FixedId<struct Ed25519PublicKeyTag, 32>;
using Ed25519Signature = FixedId<struct Ed25519SignatureTag, 64>;

}  // namespace samband
