// The private side of the ratchet tree: fresh keys for a path, and the keys a member holds on its own.
// Source: RFC 9420 §7.4 (path secrets), §7.5 (synchronising), §7.6 (UpdatePath), §12.4.3.1 (joiners).
// Pure computation; randomness is passed in.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <span>
#include <vector>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"
#include "crypto/mls/public/provisional_group.h"
#include "crypto/mls/tree/ratchet_tree.h"
#include "crypto/mls/wire/commit.h"

namespace samband::mls {

// What a committer makes for its filtered direct path, from the leaf up.
struct FreshPath {
  KeyPair leaf_key;
  std::vector<SecretBytes> path_secrets;  // KDF.Nh bytes, one for each node
  std::vector<KeyPair> node_keys;         // derived from the path secret at the same position
  SecretBytes commit_secret;              // KDF.Nh bytes

  [[nodiscard]] std::vector<HPKEPublicKey> public_keys() const;
};
[[nodiscard]] FreshPath generate_path(CipherSuite suite, std::size_t length, RandomSource& random);

// node_priv, node_pub of one path secret.
[[nodiscard]] KeyPair derive_node_key_pair(CipherSuite suite, BytesView path_secret);

// One UpdatePathNode for each target, its path secret sealed to each of the target's recipients.
// `group_context`: the encoded provisional GroupContext. invalid_key when a recipient's public key is no point.
[[nodiscard]] std::expected<std::vector<UpdatePathNode>, CryptoError> encrypt_path(const RatchetTree& tree,
                                                                                   std::span<const PathTarget> targets,
                                                                                   const FreshPath& path,
                                                                                   BytesView group_context,
                                                                                   RandomSource& random);

enum class PathError : std::uint8_t {
  not_reached,    // no path secret is encrypted to a key this member holds
  undecryptable,  // the one that is does not open
  key_mismatch,   // the path secrets do not give the public keys of the path
};

// The private keys a member holds: its leaf's, and those of nodes above it that are not blank and do not list it
// as unmerged.
class PrivatePath {
 public:
  PrivatePath(LeafIndex own_leaf, SecretBytes leaf_private_key);
  [[nodiscard]] PrivatePath duplicate() const;

  [[nodiscard]] LeafIndex own_leaf() const { return own_leaf_; }

  // A joiner's: from the path secret its Welcome holds for the lowest node above it and `committer`.
  [[nodiscard]] std::expected<void, PathError> receive_path_secret(const RatchetTree& tree, LeafIndex committer,
                                                                   BytesView path_secret);

  // A receiver's: `tree` has `path` of `committer` merged in; `added`: leaves the same Commit adds, sorted.
  // Installs the new keys and returns commit_secret; on an error nothing has changed.
  [[nodiscard]] std::expected<SecretBytes, PathError> receive_path(const RatchetTree& tree, LeafIndex committer,
                                                                   std::span<const LeafIndex> added,
                                                                   const UpdatePath& path, BytesView group_context);

  // An own Update counts: its leaf has this key from now on.
  void replace_leaf_key(SecretBytes private_key);

  // The committer's own: `targets` are those `path` was made for.
  void install(std::span<const PathTarget> targets, FreshPath path);

  // Wipes the keys of nodes that are blank in `tree` or no longer in it.
  void forget_blanks(const RatchetTree& tree);

  // Whether each key belongs to the public key in the tree; for tests and for loaded state.
  [[nodiscard]] bool matches(const RatchetTree& tree) const;

  // For the owner's encrypted store.
  void write(Writer& out) const;
  [[nodiscard]] std::size_t encoded_bytes() const;
  [[nodiscard]] static PrivatePath read(Reader& in);

 private:
  [[nodiscard]] std::expected<SecretBytes, PathError> install_from(const RatchetTree& tree,
                                                                   std::span<const PathStep> steps,
                                                                   SecretBytes path_secret);

  LeafIndex own_leaf_;
  std::map<NodeIndex, SecretBytes> private_keys_;  // at most path_nodes_max + 1
};

}  // namespace samband::mls
