// A KeyPackage together with the private keys that answer it.
// Source: RFC 9420 §10; last_resort: draft-ietf-mls-extensions.
// Pure computation; randomness is passed in.
#pragma once

#include <expected>

#include "crypto/mls/group/own_leaf.h"
#include "crypto/mls/wire/key_package.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

// draft-ietf-mls-extensions: marks a KeyPackage that may be used more than once, when no other is left.
inline constexpr ExtensionType last_resort_extension{0x000a};

// The signature private key stays with its owner; it signs and is not held here.
struct KeyPackageBundle {
  KeyPackage key_package;
  SecretBytes init_private_key;        // used up by the Welcome, unless the KeyPackage is a last resort
  SecretBytes encryption_private_key;  // of the leaf

  [[nodiscard]] bool is_last_resort() const;
  // For the owner's encrypted store.
  [[nodiscard]] SecretBytes encode() const;
  // malformed also when a private key does not belong to its public key.
  [[nodiscard]] static std::expected<KeyPackageBundle, ParseError> parse(BytesView stored);
};

struct KeyPackageOptions {
  Lifetime lifetime;
  bool last_resort = false;
  Extensions extensions = {};  // of the KeyPackage, besides the mark of a last resort
};

// `signature_key` is the device's pair; both signatures are made with it.
[[nodiscard]] KeyPackageBundle make_key_package(CipherSuite suite, const LeafIdentity& identity,
                                                const KeyPair& signature_key, const KeyPackageOptions& options,
                                                RandomSource& random);

}  // namespace samband::mls
