#include "crypto/mls/public/commit_error.h"

#include <cstdlib>

namespace samband::mls {

CommitError to_commit_error(LeafError error) {
  switch (error) {
    case LeafError::wrong_source: return CommitError::leaf_wrong_source;
    case LeafError::invalid_key: return CommitError::leaf_invalid_key;
    case LeafError::invalid_signature: return CommitError::leaf_invalid_signature;
    case LeafError::invalid_credential: return CommitError::leaf_invalid_credential;
    case LeafError::invalid_successor: return CommitError::leaf_invalid_successor;
    case LeafError::version_or_suite_unsupported: return CommitError::leaf_version_or_suite_unsupported;
    case LeafError::required_capability_missing: return CommitError::leaf_required_capability_missing;
    case LeafError::extension_unsupported: return CommitError::leaf_extension_unsupported;
    case LeafError::credential_type_unsupported: return CommitError::leaf_credential_type_unsupported;
    case LeafError::outside_lifetime: return CommitError::leaf_outside_lifetime;
    case LeafError::encryption_key_reused: return CommitError::leaf_encryption_key_reused;
    case LeafError::signature_key_reused: return CommitError::leaf_signature_key_reused;
  }
  std::abort();  // every enumerator returns above
}

Step to_step(const std::expected<void, LeafError>& verdict) {
  if (!verdict) return std::unexpected(to_commit_error(verdict.error()));
  return {};
}

}  // namespace samband::mls
