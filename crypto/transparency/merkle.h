// The Merkle tree of RFC 9162 §2.1 with SHA-256: hashes, and the proofs that clients check.
// Pure computation: no I/O, clock or locks.
#pragma once

#include <cstdint>
#include <vector>

#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace samband::transparency {

// A tree of 2^63 leaves has paths of 63 hashes; a consistency proof has one more.
inline constexpr std::size_t proof_hashes_max = 64;

[[nodiscard]] Hash leaf_hash(BytesView leaf);                       // SHA-256(0x00 || leaf)
[[nodiscard]] Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
[[nodiscard]] Hash empty_root();                                    // SHA-256 of nothing

// Hashes in the order of RFC 9162: from the leaf, or the old tree, up to the root.
using Proof = std::vector<Hash>;

// `proof<V>`: at most proof_hashes_max hashes, each without a length of its own.
[[nodiscard]] Proof read_proof(Reader& in);
void write_proof(Writer& out, const Proof& proof);

// RFC 9162 §2.1.3.2: that `leaf` stands at `index` in the tree of `size` leaves with this root.
[[nodiscard]] bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Proof& proof,
                                    const Hash& root);
// RFC 9162 §2.1.4.2: that the tree of `second` leaves begins with all of the tree of `first`.
// Equal sizes need equal roots and an empty proof; size 0 is the beginning of every tree, with an empty proof.
[[nodiscard]] bool verify_consistency(std::uint64_t first, const Hash& first_root, std::uint64_t second,
                                      const Hash& second_root, const Proof& proof);

}  // namespace samband::transparency
