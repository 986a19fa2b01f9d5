#include "crypto/mls/wire/commit.h"

namespace samband::mls {
namespace {

// A path secret of KDF.Nh bytes, sealed.
constexpr std::size_t sealed_path_secret_bytes_max = hash_bytes_max + 2 + aead_tag_bytes_max;

HPKECiphertext read_sealed(Reader& in, std::size_t ciphertext_bytes_max) {
  return {.kem_output = in.bytes_owned(kem_output_bytes_max), .ciphertext = in.bytes_owned(ciphertext_bytes_max)};
}

UpdatePathNode read_update_path_node(Reader& in) {
  return {.encryption_key = in.bytes_owned(public_key_bytes_max),
          .encrypted_path_secret = read_vector<HPKECiphertext>(
              in, leaves_max, [](Reader& item) { return read_sealed(item, sealed_path_secret_bytes_max); })};
}

}  // namespace

HPKECiphertext read_hpke_ciphertext(Reader& in) {
  return read_sealed(in, structure_bytes_max);
}

void write(Writer& out, const HPKECiphertext& sealed) {
  out.bytes(sealed.kem_output);
  out.bytes(sealed.ciphertext);
}

void write(Writer& out, const UpdatePathNode& node) {
  out.bytes(node.encryption_key);
  out.vector([&](Writer& inner) {
    for (const HPKECiphertext& sealed : node.encrypted_path_secret) write(inner, sealed);
  });
}

UpdatePath read_update_path(Reader& in) {
  return {.leaf_node = read_leaf_node(in),
          .nodes = read_vector<UpdatePathNode>(in, path_nodes_max, read_update_path_node)};
}

std::expected<UpdatePath, ParseError> parse_update_path(BytesView wire) {
  return parse_whole(wire, read_update_path);
}

void write(Writer& out, const UpdatePath& path) {
  write(out, path.leaf_node);
  write_vector(out, path.nodes);
}

ProposalOrRef read_proposal_or_ref(Reader& in) {
  switch (static_cast<ProposalOrRefType>(in.u8())) {
    case ProposalOrRefType::proposal: return read_proposal(in);
    case ProposalOrRefType::reference: return in.bytes_owned(hash_bytes_max);
  }
  in.fail(ParseError::unknown_value);
  return ProposalRef{};
}

void write(Writer& out, const ProposalOrRef& proposal) {
  if (const auto* value = std::get_if<Proposal>(&proposal)) {
    out.u8(static_cast<std::uint8_t>(ProposalOrRefType::proposal));
    write(out, *value);
  } else {
    out.u8(static_cast<std::uint8_t>(ProposalOrRefType::reference));
    out.bytes(std::get<ProposalRef>(proposal));
  }
}

Commit read_commit(Reader& in) {
  Commit commit{.proposals = read_vector<ProposalOrRef>(in, proposals_max, read_proposal_or_ref), .path = {}};
  if (in.presence()) commit.path = read_update_path(in);
  return commit;
}

std::expected<Commit, ParseError> parse_commit(BytesView wire) {
  return parse_whole(wire, read_commit);
}

void write(Writer& out, const Commit& commit) {
  write_vector(out, commit.proposals);
  out.presence(commit.path.has_value());
  if (commit.path) write(out, *commit.path);
}

}  // namespace samband::mls
