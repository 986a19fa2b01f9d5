// Who signs the heads of the directory log. The key stays with the edge; the core asks for signatures.
// Must be deterministic (Ed25519 is): the same head gets the same signature on every machine.
#pragma once

#include "crypto/transparency/tree_head.h"

namespace samband::server {

class LogSigner {
 public:
  virtual ~LogSigner() = default;
  [[nodiscard]] virtual transparency::LogPublicKey public_key() const = 0;
  [[nodiscard]] virtual transparency::SignedTreeHead sign(const transparency::TreeHead& head) = 0;
};

}  // namespace samband::server
