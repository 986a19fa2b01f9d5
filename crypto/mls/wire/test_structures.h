// Structures with the right shape and nothing in them to trust. Included by tests only.
#pragma once

#include "crypto/mls/wire/leaf_node.h"

namespace samband::mls::testing {

inline LeafNode plain_leaf() {
  return {.encryption_key = Bytes(32, 1),
          .signature_key = Bytes(32, 2),
          .credential = BasicCredential{{'a'}},
          .capabilities = {},
          .source = CommitSource{Bytes(32, 3)},
          .extensions = {},
          .signature = Bytes(64, 4)};
}

}  // namespace samband::mls::testing
