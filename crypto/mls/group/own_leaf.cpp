#include "crypto/mls/group/own_leaf.h"

#include <algorithm>

namespace samband::mls {
namespace {

template <class Value>
bool contains(const ValueList<Value>& values, Value value) {
  return std::ranges::find(values, value) != values.end();
}

template <class Value>
ValueList<Value> each_once(const ValueList<Value>& values) {
  ValueList<Value> once;
  for (const Value value : values) {
    if (!contains(once, value)) once.push_back(value);
  }
  return once;
}

void list_once(Capabilities& capabilities) {
  capabilities.versions = each_once(capabilities.versions);
  capabilities.cipher_suites = each_once(capabilities.cipher_suites);
  capabilities.extensions = each_once(capabilities.extensions);
  capabilities.proposals = each_once(capabilities.proposals);
  capabilities.credentials = each_once(capabilities.credentials);
}

}  // namespace

void list_extensions(Capabilities& capabilities, const Extensions& extensions) {
  for (const Extension& extension : extensions) {
    if (!capabilities.supports(extension.extension_type)) capabilities.extensions.push_back(extension.extension_type);
  }
}

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
  list_extensions(leaf.capabilities, leaf.extensions);
  leaf.capabilities.credentials.push_back(credential_type(leaf.credential));
  list_once(leaf.capabilities);
  return leaf;
}

}  // namespace samband::mls
