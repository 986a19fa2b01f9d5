// A member's place in the tree: its keys, credential and capabilities, signed by itself.
// Source: RFC 9420 §7.2.
#pragma once

#include <variant>

#include "crypto/mls/wire/credential.h"
#include "crypto/mls/wire/extension.h"
#include "crypto/mls/wire/value_list.h"
#include "crypto/suite/suite.h"

namespace samband::mls {

struct Capabilities {
  ValueList<ProtocolVersion> versions;
  ValueList<std::uint16_t> cipher_suites;
  ValueList<ExtensionType> extensions;
  ValueList<ProposalType> proposals;
  ValueList<CredentialType> credentials;

  // Default types are supported by everybody without being listed.
  [[nodiscard]] bool supports(ProtocolVersion version) const;
  [[nodiscard]] bool supports(CipherSuiteId suite) const;
  [[nodiscard]] bool supports(ExtensionType type) const;
  [[nodiscard]] bool supports(ProposalType type) const;
  [[nodiscard]] bool supports(CredentialType type) const;
  [[nodiscard]] bool meets(const RequiredCapabilities& required) const;
  bool operator==(const Capabilities&) const = default;
};
[[nodiscard]] Capabilities read_capabilities(Reader& in);
void write(Writer& out, const Capabilities& capabilities);

// Seconds since 1970-01-01T00:00:00Z; both ends belong to the lifetime.
struct Lifetime {
  std::uint64_t not_before = 0;
  std::uint64_t not_after = 0;
  [[nodiscard]] bool contains(WallTime at) const;
  bool operator==(const Lifetime&) const = default;
};

// How the leaf came into the tree, with what only that way carries.
struct KeyPackageSource {
  Lifetime lifetime;
  bool operator==(const KeyPackageSource&) const = default;
};
struct UpdateSource {
  bool operator==(const UpdateSource&) const = default;
};
struct CommitSource {
  Bytes parent_hash;  // KDF.Nh bytes, or empty when no parent node is above
  bool operator==(const CommitSource&) const = default;
};

struct LeafNode {
  HPKEPublicKey encryption_key;
  SignaturePublicKey signature_key;
  Credential credential;
  Capabilities capabilities;
  std::variant<KeyPackageSource, UpdateSource, CommitSource> source;
  Extensions extensions;
  Bytes signature;

  [[nodiscard]] LeafNodeSource leaf_node_source() const;
  bool operator==(const LeafNode&) const = default;
};

[[nodiscard]] LeafNode read_leaf_node(Reader& in);
[[nodiscard]] std::expected<LeafNode, ParseError> parse_leaf_node(BytesView wire);
void write(Writer& out, const LeafNode& leaf);

// LeafNodeTBS. `group_id` and `leaf_index` enter for leaves of source update and commit only.
[[nodiscard]] Bytes leaf_node_tbs(const LeafNode& leaf, BytesView group_id, LeafIndex leaf_index);

// Sets `leaf.signature`; everything else must be in place.
void sign_leaf_node(LeafNode& leaf, const CipherSuite& suite, BytesView signature_private_key, BytesView group_id,
                    LeafIndex leaf_index);
[[nodiscard]] bool verify_leaf_node_signature(const LeafNode& leaf, const CipherSuite& suite, BytesView group_id,
                                              LeafIndex leaf_index);

}  // namespace samband::mls
