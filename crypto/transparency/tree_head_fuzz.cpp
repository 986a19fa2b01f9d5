// A signed tree head, or a proof: what parses encodes to the same bytes.
#include <cstdlib>

#include "crypto/transparency/merkle.h"
#include "crypto/transparency/tree_head.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  if (const auto head = transparency::parse_signed_tree_head(wire)) {
    if (!equal(transparency::encode(*head), wire)) std::abort();
  }
  Reader in{wire};
  const transparency::Proof proof = transparency::read_proof(in);
  if (!in.finish()) {
    Writer out;
    transparency::write_proof(out, proof);
    if (!equal(out.view(), wire)) std::abort();
  }
  return 0;
}
