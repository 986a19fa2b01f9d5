#include "crypto/mls/tree/tree_math.h"

namespace samband::mls {

std::vector<NodeIndex> direct_path(LeafIndex leaf, std::uint32_t leaves) {
  std::vector<NodeIndex> path;
  const NodeIndex top = root(leaves);
  for (NodeIndex at = node_of(leaf); at != top;) {
    at = parent(at);
    path.push_back(at);
  }
  return path;
}

}  // namespace samband::mls
