// A signed tree head, or a proof: what parses is written again as it was, and no proof of another tree is believed.
#include "crypto/codec/fuzzing.h"
#include "crypto/transparency/merkle.h"
#include "crypto/transparency/tree_head.h"

namespace {

using namespace samband;

void check_proof(BytesView wire) {
  Reader in{wire};
  const transparency::Proof proof = transparency::read_proof(in);
  if (in.finish()) return;
  Writer out;
  transparency::write_proof(out, proof);
  fuzzing::expect(equal(out.view(), wire));
  // The root is a leaf's hash, so no list of hashes leads to it but the empty one.
  const Hash leaf = transparency::leaf_hash({});
  for (const std::uint64_t size : {2U, 3U, 8U}) {
    fuzzing::expect(!transparency::verify_inclusion(leaf, size - 1, size, proof, leaf));
    fuzzing::expect(!transparency::verify_consistency(1, leaf, size, leaf, proof));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, transparency::parse_signed_tree_head);
  check_proof(wire);
  return 0;
}
