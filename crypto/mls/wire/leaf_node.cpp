#include "crypto/mls/wire/leaf_node.h"

#include <algorithm>

namespace samband::mls {
namespace {

constexpr std::size_t leaf_node_tbs_bytes_expected = 1024;  // room to write into, so that it need not grow
constexpr std::string_view leaf_node_label = "LeafNodeTBS";

Lifetime read_lifetime(Reader& in) {
  return {.not_before = in.u64(), .not_after = in.u64()};
}

decltype(LeafNode::source) read_source(Reader& in) {
  switch (static_cast<LeafNodeSource>(in.u8())) {
    case LeafNodeSource::key_package: return KeyPackageSource{read_lifetime(in)};
    case LeafNodeSource::update: return UpdateSource{};
    case LeafNodeSource::commit: return CommitSource{in.bytes_owned(hash_bytes_max)};
  }
  in.fail(ParseError::unknown_value);
  return UpdateSource{};
}

void write_source(Writer& out, const LeafNode& leaf) {
  out.u8(static_cast<std::uint8_t>(leaf.leaf_node_source()));
  if (const auto* key_package = std::get_if<KeyPackageSource>(&leaf.source)) {
    out.u64(key_package->lifetime.not_before);
    out.u64(key_package->lifetime.not_after);
  } else if (const auto* commit = std::get_if<CommitSource>(&leaf.source)) {
    out.bytes(commit->parent_hash);
  }
}

void write_unsigned(Writer& out, const LeafNode& leaf) {
  out.bytes(leaf.encryption_key);
  out.bytes(leaf.signature_key);
  write(out, leaf.credential);
  write(out, leaf.capabilities);
  write_source(out, leaf);
  write_extensions(out, leaf.extensions);
}

template <class Value>
bool contains(const ValueList<Value>& values, Value value) {
  return std::ranges::find(values, value) != values.end();
}

}  // namespace

bool Capabilities::supports(ProtocolVersion version) const {
  return contains(versions, version);
}
bool Capabilities::supports(CipherSuiteId suite) const {
  return contains(cipher_suites, static_cast<std::uint16_t>(suite));
}
bool Capabilities::supports(ExtensionType type) const {
  return is_default(type) || contains(extensions, type);
}
bool Capabilities::supports(ProposalType type) const {
  return is_default(type) || contains(proposals, type);
}
bool Capabilities::supports(CredentialType type) const {
  return contains(credentials, type);
}

bool Capabilities::meets(const RequiredCapabilities& required) const {
  const auto supported = [this](auto type) { return supports(type); };
  return std::ranges::all_of(required.extension_types, supported) &&
         std::ranges::all_of(required.proposal_types, supported) &&
         std::ranges::all_of(required.credential_types, supported);
}

Capabilities read_capabilities(Reader& in) {
  return {.versions = read_values<ProtocolVersion>(in),
          .cipher_suites = read_values<std::uint16_t>(in),
          .extensions = read_values<ExtensionType>(in),
          .proposals = read_values<ProposalType>(in),
          .credentials = read_values<CredentialType>(in)};
}

void write(Writer& out, const Capabilities& capabilities) {
  write_values(out, capabilities.versions);
  write_values(out, capabilities.cipher_suites);
  write_values(out, capabilities.extensions);
  write_values(out, capabilities.proposals);
  write_values(out, capabilities.credentials);
}

bool Lifetime::contains(WallTime at) const {
  const std::uint64_t seconds = at.ms / 1000;
  return not_before <= seconds && seconds <= not_after;
}

LeafNodeSource LeafNode::leaf_node_source() const {
  if (std::holds_alternative<KeyPackageSource>(source)) return LeafNodeSource::key_package;
  if (std::holds_alternative<UpdateSource>(source)) return LeafNodeSource::update;
  return LeafNodeSource::commit;
}

LeafNode read_leaf_node(Reader& in) {
  return {.encryption_key = in.bytes_owned(public_key_bytes_max),
          .signature_key = in.bytes_owned(public_key_bytes_max),
          .credential = read_credential(in),
          .capabilities = read_capabilities(in),
          .source = read_source(in),
          .extensions = read_extensions(in),
          .signature = in.bytes_owned(signature_bytes_max)};
}

std::expected<LeafNode, ParseError> parse_leaf_node(BytesView wire) {
  return parse_whole(wire, read_leaf_node);
}

void write(Writer& out, const LeafNode& leaf) {
  write_unsigned(out, leaf);
  out.bytes(leaf.signature);
}

Bytes leaf_node_tbs(const LeafNode& leaf, BytesView group_id, LeafIndex leaf_index) {
  Writer out;
  out.reserve(leaf_node_tbs_bytes_expected);
  write_unsigned(out, leaf);
  if (leaf.leaf_node_source() != LeafNodeSource::key_package) {
    out.bytes(group_id);
    out.u32(leaf_index.value);
  }
  return out.take();
}

void sign_leaf_node(LeafNode& leaf, const CipherSuite& suite, BytesView signature_private_key, BytesView group_id,
                    LeafIndex leaf_index) {
  leaf.signature =
      suite.sign_with_label(signature_private_key, leaf_node_label, leaf_node_tbs(leaf, group_id, leaf_index));
}

bool verify_leaf_node_signature(const LeafNode& leaf, const CipherSuite& suite, BytesView group_id,
                                LeafIndex leaf_index) {
  return suite.verify_with_label(leaf.signature_key, leaf_node_label, leaf_node_tbs(leaf, group_id, leaf_index),
                                 leaf.signature);
}

}  // namespace samband::mls
