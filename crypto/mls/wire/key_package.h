// What a device publishes so that others can add it to a group while it sleeps.
// Source: RFC 9420 §10, §5.2 (KeyPackageRef).
#pragma once

#include "crypto/mls/wire/leaf_node.h"

namespace samband::mls {

struct KeyPackage {
  ProtocolVersion version = ProtocolVersion::mls10;  // another version is refused as unknown_value
  std::uint16_t cipher_suite = 0;
  HPKEPublicKey init_key;
  LeafNode leaf_node;
  Extensions extensions;
  Bytes signature;
  bool operator==(const KeyPackage&) const = default;
};

[[nodiscard]] KeyPackage read_key_package(Reader& in);
[[nodiscard]] std::expected<KeyPackage, ParseError> parse_key_package(BytesView wire);
void write(Writer& out, const KeyPackage& key_package);

[[nodiscard]] Bytes key_package_tbs(const KeyPackage& key_package);
// Sets `key_package.signature`; the leaf node must be signed already.
void sign_key_package(KeyPackage& key_package, const CipherSuite& suite, BytesView signature_private_key);
// The outer signature only; the leaf node has one of its own.
[[nodiscard]] bool verify_key_package_signature(const KeyPackage& key_package, const CipherSuite& suite);

// `suite` is the one the KeyPackage names.
[[nodiscard]] KeyPackageRef make_key_package_ref(const KeyPackage& key_package, const CipherSuite& suite);

}  // namespace samband::mls
