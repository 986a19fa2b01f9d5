#include "crypto/mls/group/own_leaf.h"

namespace samband::mls {

LeafNode make_own_leaf(const LeafIdentity& identity, HPKEPublicKey encryption_key, SignaturePublicKey signature_key,
                       decltype(LeafNode::source) source) {
  LeafNode leaf{.encryption_key = std::move(encryption_key),
                .signature_key = std::move(signature_key),
                .credential = identity.credential,
                .capabilities = identity.capabilities,
                .source = std::move(source),
                .extensions = identity.extensions,
                .signature = {}};
  const auto is_listed_by_nobody = [](auto type) { return is_default(type); };
  leaf.capabilities.extensions.erase_if(is_listed_by_nobody);
  leaf.capabilities.proposals.erase_if(is_listed_by_nobody);
  return leaf;
}

}  // namespace samband::mls
