// What a group is made with, and what its members say when they enter one.
// Source: RFC 9420 §11 (creation, continuation), §12.4.3 (joining).
#pragma once

#include <optional>
#include <vector>

#include "crypto/mls/group/continuation.h"
#include "crypto/mls/group/handshake_format.h"
#include "crypto/mls/group/key_package_bundle.h"
#include "crypto/mls/wire/psk.h"

namespace samband::mls {

struct GroupParameters {
  CipherSuite suite;
  Bytes group_id;
  LeafIdentity creator;
  Lifetime lifetime;  // of the creator's first leaf
  Extensions extensions;
  HandshakeFormat handshake_format = HandshakeFormat::public_message;
  // Asked about those named in external_senders (§5.3.1); without it, a group that names any is refused.
  const AuthenticationService* authentication = nullptr;
};

// Of the group that a ReInit asks for; nullopt when its version or suite is none of this build's.
[[nodiscard]] std::optional<GroupParameters> parameters_of(const ReInit& reinit, LeafIdentity creator,
                                                           Lifetime lifetime);

struct JoinOptions {
  HandshakeFormat handshake_format = HandshakeFormat::public_message;
  // The group that the new one must continue, by reinitialisation or branching; nullptr: it must continue none.
  const Continuation* continues = nullptr;
};

struct ExternalJoinOptions {
  // The leaf of an earlier appearance of this device, removed by the same Commit (resync).
  std::optional<LeafIndex> replaces;
  std::vector<PreSharedKeyID> psks;  // injected by the same Commit
  Bytes authenticated_data;
  HandshakeFormat handshake_format = HandshakeFormat::public_message;  // of the group that is entered
};

}  // namespace samband::mls
