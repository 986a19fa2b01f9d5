// What the operations of MLS can't do without: the cost of each primitive on this machine, and their sums.
// A sum counts what RFC 9420 asks of somebody who does nothing twice: no parsing, copying, allocation, comparison of
// keys or of leaves, and no look at a credential.
#pragma once

#include <cstddef>

#include "tests/bench/mls_groups.h"

namespace samband::bench {

// A Commit with a full path in a group of 1000 or so.
inline constexpr std::size_t path_commit_bytes = 2048;

// Seconds each, with inputs of the sizes they have in a group.
struct Primitives {
  double sign = 0;
  double verify = 0;
  double hpke_seal = 0;
  double hpke_open = 0;
  double generate_kem_key = 0;  // at random
  double derive_kem_key = 0;    // from a node secret
  double derive_secret = 0;     // one HKDF-Expand
  double extract = 0;
  double mac = 0;
  double hash_leaf = 0;         // TreeHashInput of a leaf
  double hash_blank_leaf = 0;   // the same of a blank one
  double hash_parent = 0;       // TreeHashInput or ParentHashInput of a parent node
  double hash_blank = 0;        // TreeHashInput of a blank parent node
  double hash_key_package = 0;  // its reference
  double seal_message = 0;      // AEAD over a message of 1 KiB
  double open_message = 0;
  double seal_short = 0;  // AEAD over sender data, or a GroupInfo
  // Over the bytes of the Commit in question, which names every joiner or holds a path secret for every member.
  double sign_commit = 0;
  double verify_commit = 0;
  double mac_commit = 0;   // membership_tag
  double hash_commit = 0;  // transcript hash

  // Some 30 ms: the machine's speed moves within seconds, so they are measured just before what is made of them.
  [[nodiscard]] static Primitives measure(Surroundings& with, std::size_t commit_bytes = path_commit_bytes);

  // Seconds each; `members` is the size of the group afterwards.
  [[nodiscard]] double bulk_add(std::size_t members) const;
  [[nodiscard]] double follow_bulk_add(std::size_t members) const;
  [[nodiscard]] double join_after_bulk_add(std::size_t members) const;
  [[nodiscard]] double create_commit(std::size_t members) const;
  [[nodiscard]] double create_commit_after_bulk_add(std::size_t members) const;
  [[nodiscard]] double process_commit(std::size_t members) const;
  [[nodiscard]] double follow_commit(std::size_t members) const;
  [[nodiscard]] double encrypt() const;
  [[nodiscard]] double decrypt() const;

 private:
  [[nodiscard]] double key_schedule() const;
  [[nodiscard]] double path_secrets(std::size_t members) const;
  [[nodiscard]] double path_hashes(std::size_t members) const;
  [[nodiscard]] double tree_hashes(std::size_t members) const;
  [[nodiscard]] double message_keys() const;
};

// Bytes that nobody who follows the group can do without after a Commit with path by `committer`: its leaf and the
// parent nodes above it, as they stand on the wire, and the GroupContext with the transcript hash.
[[nodiscard]] std::size_t least_public_bytes_of_commit(const mls::PublicGroup& group, mls::LeafIndex committer);
// And a member besides: the private keys of its own path, and the secrets of the epoch.
[[nodiscard]] std::size_t least_private_bytes(const CipherSuite& suite, std::size_t members);

// Steps from a leaf to the root.
[[nodiscard]] std::size_t tree_depth(std::size_t members);

}  // namespace samband::bench
