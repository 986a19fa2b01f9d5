// A tree from anybody: verified, hashed, changed. What parses comes back; a change keeps the cached hashes right.
#include "crypto/codec/fuzzing.h"
#include "crypto/mls/tree/member_index.h"

namespace samband::mls {
namespace {

using fuzzing::expect;

void check_tree(RatchetTree tree) {
  (void)verify_all_members(tree);
  if (!tree.verify_integrity()) return;
  std::vector<LeafIndex> members;
  tree.for_each_leaf([&](LeafIndex index, const LeafNode&) { members.push_back(index); });
  if (members.empty()) return;
  for (const LeafIndex member : members) (void)tree.filtered_direct_path(member);
  RatchetTree changed = tree;
  changed.add(tree.shared_leaf(members.front()));
  changed.remove(members.back());
  expect(changed.leaf_count() == 0 || changed.tree_hash() == RatchetTree{changed.suite(), changed.nodes()}.tree_hash());
  expect(tree.tree_hash() == RatchetTree{tree.suite(), tree.nodes()}.tree_hash());
}

}  // namespace
}  // namespace samband::mls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  const auto nodes = mls::parse_ratchet_tree(wire);
  if (!nodes) return 0;
  const mls::RatchetTree tree{CipherSuite::of(samband_suite).value(), *nodes};
  fuzzing::expect(equal(mls::encode_ratchet_tree(tree.nodes()), wire));
  mls::check_tree(tree);
  return 0;
}
