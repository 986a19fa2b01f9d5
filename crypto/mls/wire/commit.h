// A Commit, and the UpdatePath that gives its sender's path fresh keys.
// Source: RFC 9420 §12.4, §7.6.
#pragma once

#include <optional>
#include <variant>

#include "crypto/mls/wire/proposal.h"

namespace samband::mls {

using HPKECiphertext = HpkeCiphertext;
[[nodiscard]] HPKECiphertext read_hpke_ciphertext(Reader& in);
void write(Writer& out, const HPKECiphertext& sealed);

struct UpdatePathNode {
  HPKEPublicKey encryption_key;
  std::vector<HPKECiphertext> encrypted_path_secret;  // one for each node of the copath's resolution
  bool operator==(const UpdatePathNode&) const = default;
};
void write(Writer& out, const UpdatePathNode& node);

struct UpdatePath {
  LeafNode leaf_node;
  std::vector<UpdatePathNode> nodes;  // along the filtered direct path, from the leaf up; at most path_nodes_max
  bool operator==(const UpdatePath&) const = default;
};
[[nodiscard]] UpdatePath read_update_path(Reader& in);
[[nodiscard]] std::expected<UpdatePath, ParseError> parse_update_path(BytesView wire);
void write(Writer& out, const UpdatePath& path);

using ProposalOrRef = std::variant<Proposal, ProposalRef>;
[[nodiscard]] ProposalOrRef read_proposal_or_ref(Reader& in);
void write(Writer& out, const ProposalOrRef& proposal);

struct Commit {
  std::vector<ProposalOrRef> proposals;  // at most proposals_max
  std::optional<UpdatePath> path;
  bool operator==(const Commit&) const = default;
};
[[nodiscard]] Commit read_commit(Reader& in);
[[nodiscard]] std::expected<Commit, ParseError> parse_commit(BytesView wire);
void write(Writer& out, const Commit& commit);

}  // namespace samband::mls
