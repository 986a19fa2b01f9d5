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

// Everything but the signature. The capabilities list what the leaf itself uses: its extensions and its credential.
// Types that everybody supports are not listed (§7.2), and no value twice; `identity` may do either.
[[nodiscard]] LeafNode make_own_leaf(const LeafIdentity& identity, HPKEPublicKey encryption_key,
                                     SignaturePublicKey signature_key, decltype(LeafNode::source) source);
// Has `capabilities` list the types of `extensions`, except for those that everybody supports.
void list_extensions(Capabilities& capabilities, const Extensions& extensions);

}  // namespace samband::mls
