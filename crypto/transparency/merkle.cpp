#include "crypto/transparency/merkle.h"

#include "crypto/suite/signing.h"

namespace samband::transparency {

namespace {

// Walks a path upwards, as the verification algorithms of RFC 9162 do: `node` is the place of the subtree that
// has been hashed so far, `last` that of the last subtree on its level.
struct Ascent {
  std::uint64_t node;
  std::uint64_t last;

  // True when the next hash of the proof stands to the left.
  [[nodiscard]] bool has_left_sibling() const { return (node & 1U) != 0 || node == last; }
  void up() {
    node >>= 1U;
    last >>= 1U;
  }
  // A node at the tree's right edge without a sibling is its own parent: pass over such levels.
  void up_past_lonely_nodes() {
    while ((node & 1U) == 0 && node != 0) up();
  }
};

}  // namespace

Hash leaf_hash(BytesView leaf) {
  const std::uint8_t prefix = 0x00;
  return sha256(concat({{&prefix, 1}, leaf}));
}

Hash node_hash(const Hash& left, const Hash& right) {
  std::array<std::uint8_t, 1 + 2 * Hash::size> input{0x01};
  std::ranges::copy(left.bytes, input.begin() + 1);
  std::ranges::copy(right.bytes, input.begin() + 1 + Hash::size);
  return sha256(input);
}

Hash empty_root() {
  return sha256({});
}

Proof read_proof(Reader& in) {
  Proof proof;
  Reader hashes = in.vector(proof_hashes_max * Hash::size);
  while (!hashes.at_end()) proof.push_back(hashes.id<Hash>());
  in.join(hashes);
  return proof;
}

void write_proof(Writer& out, const Proof& proof) {
  out.vector([&](Writer& items) {
    for (const Hash& hash : proof) items.fixed(hash.view());
  });
}

bool verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Proof& proof, const Hash& root) {
  if (index >= size) return false;
  Ascent at{index, size - 1};
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (at.last == 0) return false;  // the proof goes on above the root
    if (at.has_left_sibling()) {
      hash = node_hash(sibling, hash);
      at.up_past_lonely_nodes();
    } else {
      hash = node_hash(hash, sibling);
    }
    at.up();
  }
  return at.last == 0 && hash == root;
}

bool verify_consistency(std::uint64_t first, const Hash& first_root, std::uint64_t second, const Hash& second_root,
                        const Proof& proof) {
  if (first > second) return false;
  if (first == second) return proof.empty() && first_root == second_root;
  if (first == 0) return proof.empty() && first_root == empty_root();

  // Where the old tree is one complete subtree, its root is known and is left out of the proof.
  auto next = proof.begin();
  const bool complete = (first & (first - 1)) == 0;
  if (!complete && next == proof.end()) return false;
  Hash old_hash = complete ? first_root : *next++;
  Hash new_hash = old_hash;

  Ascent at{first - 1, second - 1};
  while ((at.node & 1U) != 0) at.up();
  for (; next != proof.end(); ++next) {
    if (at.last == 0) return false;
    if (at.has_left_sibling()) {
      old_hash = node_hash(*next, old_hash);
      new_hash = node_hash(*next, new_hash);
      at.up_past_lonely_nodes();
    } else {
      new_hash = node_hash(new_hash, *next);
    }
    at.up();
  }
  return at.last == 0 && old_hash == first_root && new_hash == second_root;
}

}  // namespace samband::transparency
