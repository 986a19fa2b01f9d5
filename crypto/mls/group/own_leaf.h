// The leaves that a device makes of itself: in a KeyPackage, an Update, or the path of a Commit.
// Source: RFC 9420 §7.2.
#pragma once

#include "crypto/mls/wire/leaf_node.h"

namespace samband::mls {

// What a device says of itself in every leaf it puts into a tree.
struct LeafIdentity {
  Credential credential;
  Capabilities capabilities;
  Extensions extensions;  // of the LeafNode
};

// Everything but the signature. Types that everybody supports are not listed (§7.2), so `identity` may name them.
[[nodiscard]] LeafNode make_own_leaf(const LeafIdentity& identity, HPKEPublicKey encryption_key,
                                     SignaturePublicKey signature_key, decltype(LeafNode::source) source);

}  // namespace samband::mls
