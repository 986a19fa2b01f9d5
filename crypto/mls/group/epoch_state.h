// Everything private that one member holds in one epoch. Wiped as a whole when the epoch ends.
// Source: RFC 9420 §8, §9.2.
#pragma once

#include "crypto/mls/group/key_schedule.h"
#include "crypto/mls/group/secret_tree.h"
#include "crypto/mls/group/tree_kem.h"

namespace samband::mls {

// An epoch that a Commit leads to, before anything in it was used.
struct NextEpoch {
  EpochSecrets secrets;
  PrivatePath path;
  MAC confirmation_tag;
};

struct EpochState {
  EpochSecrets secrets;  // without encryption_secret, which the tree has taken
  SecretTree tree;
  PrivatePath path;
};

// `leaf_count`: leaves of the epoch's ratchet tree.
[[nodiscard]] EpochState enter_epoch(CipherSuite suite, EpochSecrets secrets, PrivatePath path,
                                     std::uint32_t leaf_count);

}  // namespace samband::mls
