// Values that stand for nothing, put where others have to ignore what they do not know, so that one that does not is
// found out. Where an unknown value would count against the group, as in a GroupContext, there is none. Source: RFC
// 9420 §13.5. Pure computation; randomness is passed in.
#pragma once

#include "crypto/mls/group/own_leaf.h"
#include "crypto/suite/random.h"

namespace samband::mls {

// One of the fifteen values that every registry reserves, with random content of up to 32 bytes: for the extensions of
// a KeyPackage, or of the GroupInfo in a Welcome.
[[nodiscard]] Extension grease_extension(RandomSource& random);

// For leaves that are to be sent: `identity` with one such value in each list of its capabilities but the versions, and
// an extension. The plain one stays what the client goes by when it compares what it supports.
[[nodiscard]] LeafIdentity with_grease(LeafIdentity identity, RandomSource& random);

}  // namespace samband::mls
