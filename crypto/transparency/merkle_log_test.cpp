// Vectors: the eight leaves, roots, inclusion paths and consistency proofs of the reference tree of Certificate
// Transparency (google/certificate-transparency, merkle_tree_test.cc; the same tree in transparency-dev/merkle). Its
// hashing is RFC 6962's, which RFC 9162 kept for SHA-256. Beside them every small tree, against the definition.
#include "crypto/transparency/merkle_log.h"

#include <bit>
#include <gtest/gtest.h>
#include <string>

#include "crypto/codec/hex.h"

namespace samband::transparency {
namespace {

Hash hash_from(std::string_view hex) {
  return Hash::of(from_hex(hex).value()).value();
}

Proof proof_from(std::initializer_list<std::string_view> hashes) {
  Proof proof;
  for (std::string_view hex : hashes) proof.push_back(hash_from(hex));
  return proof;
}

std::vector<Hash> reference_leaves() {
  std::vector<Hash> leaves;
  for (std::string_view hex :
       {"", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"}) {
    leaves.push_back(leaf_hash(from_hex(hex).value()));
  }
  return leaves;
}

std::vector<Hash> numbered_leaves(std::size_t count) {
  std::vector<Hash> leaves;
  for (std::size_t i = 0; i < count; ++i) leaves.push_back(leaf_hash(view_of(std::to_string(i))));
  return leaves;
}

// RFC 9162 §2.1.1, word for word.
Hash tree_hash(std::span<const Hash> leaves) {
  if (leaves.empty()) return empty_root();
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);
  return node_hash(tree_hash(leaves.first(k)), tree_hash(leaves.subspan(k)));
}

struct LogOf {
  explicit LogOf(const std::vector<Hash>& leaves) {
    for (const Hash& leaf : leaves) log.append(leaf);
  }
  MemoryNodeStore nodes;
  MerkleLog log{nodes};
};

Hash flipped(Hash hash) {
  hash.bytes[7] ^= 0x10;
  return hash;
}

TEST(MerkleLog, HasTheRootsOfTheReferenceTree) {
  const std::array<std::string_view, 9> roots{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                              "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                              "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                              "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                              "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                              "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                              "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                              "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                              "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  const auto leaves = reference_leaves();
  LogOf tree{leaves};
  for (std::size_t size = 0; size <= leaves.size(); ++size) {
    EXPECT_EQ(tree.log.root_at(size), hash_from(roots[size])) << size;
  }
  EXPECT_EQ(tree.log.root(), hash_from(roots[8]));
}

TEST(MerkleLog, HasTheInclusionPathsOfTheReferenceTree) {
  LogOf tree{reference_leaves()};
  EXPECT_EQ(tree.log.inclusion_proof(0, 1), Proof{});
  EXPECT_EQ(tree.log.inclusion_proof(0, 8),
            proof_from({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(tree.log.inclusion_proof(5, 8),
            proof_from({"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(tree.log.inclusion_proof(2, 3),
            proof_from({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"}));
  EXPECT_EQ(tree.log.inclusion_proof(1, 5),
            proof_from({"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(MerkleLog, HasTheConsistencyProofsOfTheReferenceTree) {
  LogOf tree{reference_leaves()};
  EXPECT_EQ(tree.log.consistency_proof(1, 1), Proof{});
  EXPECT_EQ(tree.log.consistency_proof(1, 8),
            proof_from({"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}));
  EXPECT_EQ(tree.log.consistency_proof(6, 8),
            proof_from({"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}));
  EXPECT_EQ(tree.log.consistency_proof(2, 5),
            proof_from({"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}));
}

TEST(MerkleLog, AgreesWithTheDefinitionAndItsProofsAtEverySmallSize) {
  constexpr std::size_t count = 40;
  const auto leaves = numbered_leaves(count);
  LogOf tree{leaves};
  for (std::size_t size = 0; size <= count; ++size) {
    const Hash root = tree_hash(std::span{leaves}.first(size));
    ASSERT_EQ(tree.log.root_at(size), root);
    for (std::size_t index = 0; index < size; ++index) {
      const auto proof = tree.log.inclusion_proof(index, size);
      ASSERT_TRUE(proof);
      EXPECT_TRUE(verify_inclusion(leaves[index], index, size, *proof, root)) << index << " of " << size;
    }
    for (std::size_t first = 0; first <= size; ++first) {
      const auto proof = tree.log.consistency_proof(first, size);
      ASSERT_TRUE(proof);
      EXPECT_TRUE(verify_consistency(first, *tree.log.root_at(first), size, root, *proof)) << first << " to " << size;
    }
  }
}

TEST(MerkleLog, LeavesNoOtherPlaceOrLeafToAnInclusionProof) {
  constexpr std::size_t size = 21;
  const auto leaves = numbered_leaves(size);
  LogOf tree{leaves};
  const Hash root = tree.log.root();
  for (std::size_t index = 0; index < size; ++index) {
    const Proof proof = tree.log.inclusion_proof(index, size).value();
    EXPECT_FALSE(verify_inclusion(flipped(leaves[index]), index, size, proof, root));
    EXPECT_FALSE(verify_inclusion(leaves[index], index, size, proof, flipped(root)));
    for (std::size_t other = 0; other < size + 2; ++other) {
      if (other == index) continue;
      EXPECT_FALSE(verify_inclusion(leaves[index], other, size, proof, root));
    }
    for (std::size_t i = 0; i < proof.size(); ++i) {
      Proof changed = proof;
      changed[i] = flipped(changed[i]);
      EXPECT_FALSE(verify_inclusion(leaves[index], index, size, changed, root));
    }
    Proof longer = proof;
    longer.push_back(root);
    EXPECT_FALSE(verify_inclusion(leaves[index], index, size, longer, root));
    Proof shorter = proof;
    shorter.pop_back();
    EXPECT_FALSE(verify_inclusion(leaves[index], index, size, shorter, root));
  }
}

TEST(MerkleLog, LeavesNoOtherTreeToAConsistencyProof) {
  constexpr std::size_t second = 21;
  LogOf tree{numbered_leaves(second)};
  const Hash root = tree.log.root();
  for (std::size_t first = 1; first < second; ++first) {
    const Hash first_root = tree.log.root_at(first).value();
    const Proof proof = tree.log.consistency_proof(first, second).value();
    EXPECT_FALSE(verify_consistency(first, flipped(first_root), second, root, proof));
    EXPECT_FALSE(verify_consistency(first, first_root, second, flipped(root), proof));
    EXPECT_FALSE(verify_consistency(second, root, first, first_root, proof));
    for (std::size_t i = 0; i < proof.size(); ++i) {
      Proof changed = proof;
      changed[i] = flipped(changed[i]);
      EXPECT_FALSE(verify_consistency(first, first_root, second, root, changed));
    }
    Proof longer = proof;
    longer.push_back(root);
    EXPECT_FALSE(verify_consistency(first, first_root, second, root, longer));
    EXPECT_FALSE(verify_consistency(first, first_root, second, root, {}));
  }
}

TEST(MerkleLog, TakesNoProofForTheBeginningAndNoOtherRootForTheSameSize) {
  LogOf tree{numbered_leaves(5)};
  EXPECT_TRUE(verify_consistency(0, empty_root(), 5, tree.log.root(), {}));
  EXPECT_FALSE(verify_consistency(0, tree.log.root(), 5, tree.log.root(), {}));
  EXPECT_FALSE(verify_consistency(0, empty_root(), 5, tree.log.root(), {empty_root()}));
  EXPECT_TRUE(verify_consistency(5, tree.log.root(), 5, tree.log.root(), {}));
  EXPECT_FALSE(verify_consistency(5, flipped(tree.log.root()), 5, tree.log.root(), {}));
  EXPECT_FALSE(verify_consistency(5, tree.log.root(), 5, tree.log.root(), {empty_root()}));
}

TEST(MerkleLog, GoesOnFromItsStoreAfterARestart) {
  const auto leaves = numbered_leaves(37);
  for (std::size_t stop = 0; stop <= leaves.size(); ++stop) {
    LogOf before{{leaves.begin(), leaves.begin() + static_cast<std::ptrdiff_t>(stop)}};
    auto after = MerkleLog::open(before.nodes, stop);
    ASSERT_TRUE(after);
    for (std::size_t i = stop; i < leaves.size(); ++i) EXPECT_EQ(after->append(leaves[i]), i);
    EXPECT_EQ(after->root(), tree_hash(leaves));
    EXPECT_TRUE(after->inclusion_proof(0, leaves.size()));
  }
}

TEST(MerkleLog, SaysWhenItsStoreLostANode) {
  MemoryNodeStore empty;
  EXPECT_EQ(MerkleLog::open(empty, 3).error(), LogError::node_missing);
}

TEST(MerkleLog, RefusesToSpeakOfWhatItDoesNotHave) {
  LogOf tree{numbered_leaves(5)};
  EXPECT_EQ(tree.log.root_at(6).error(), LogError::beyond_the_tree);
  EXPECT_EQ(tree.log.inclusion_proof(5, 5).error(), LogError::beyond_the_tree);
  EXPECT_EQ(tree.log.inclusion_proof(0, 6).error(), LogError::beyond_the_tree);
  EXPECT_EQ(tree.log.consistency_proof(0, 6).error(), LogError::beyond_the_tree);
  EXPECT_EQ(tree.log.consistency_proof(4, 3).error(), LogError::beyond_the_tree);
}

TEST(Frontier, KnowsTheRootWithoutAnyStore) {
  const auto leaves = numbered_leaves(100);
  Frontier frontier;
  EXPECT_EQ(frontier.root(), empty_root());
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    frontier.append(leaves[i]);
    EXPECT_EQ(frontier.root(), tree_hash(std::span{leaves}.first(i + 1)));
  }
}

TEST(Proof, IsReadAsItWasWrittenAndOnlyInWholeHashes) {
  LogOf tree{numbered_leaves(9)};
  const Proof proof = tree.log.inclusion_proof(3, 9).value();
  Writer out;
  write_proof(out, proof);
  Reader in{out.view()};
  EXPECT_EQ(read_proof(in), proof);
  EXPECT_FALSE(in.finish());

  Writer cut;
  cut.bytes(Bytes(Hash::size + 1));
  Reader broken{cut.view()};
  (void)read_proof(broken);
  EXPECT_EQ(broken.finish(), ParseError::truncated);

  Writer endless;
  endless.bytes(Bytes((proof_hashes_max + 1) * Hash::size));
  Reader too_long{endless.view()};
  (void)read_proof(too_long);
  EXPECT_EQ(too_long.finish(), ParseError::too_long);
}

}  // namespace
}  // namespace samband::transparency
