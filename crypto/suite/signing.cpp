#include "crypto/suite/signing.h"

#include "crypto/bytes/check.h"
#include "crypto/suite/algorithms.h"
#include "crypto/suite/label.h"

namespace samband {

Bytes sign_statement(BytesView private_key, std::string_view purpose, BytesView content) {
  return ed25519_algorithm.sign(private_key, labelled(samband_prefix, purpose, content));
}

bool verify_statement(BytesView public_key, std::string_view purpose, BytesView content, BytesView signature) {
  return ed25519_algorithm.verify(public_key, labelled(samband_prefix, purpose, content), signature);
}

Hash hash_statement(std::string_view purpose, BytesView content) {
  return sha256(labelled(samband_prefix, purpose, content));
}

Hash sha256(BytesView content) {
  Hash out;
  sha256_algorithm.digest({&content, 1}, out.bytes);
  return out;
}

KeyPair ed25519_key_pair(BytesView seed) {
  auto pair = ed25519_algorithm.key_pair(seed);
  SAMBAND_CHECK(pair.has_value());
  return std::move(*pair);
}

}  // namespace samband
