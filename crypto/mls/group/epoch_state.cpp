#include "crypto/mls/group/epoch_state.h"

namespace samband::mls {

EpochState enter_epoch(CipherSuite suite, EpochSecrets secrets, PrivatePath path, std::uint32_t leaf_count) {
  SecretTree tree{suite, std::move(secrets.encryption_secret), leaf_count};
  return {std::move(secrets), std::move(tree), std::move(path)};
}

}  // namespace samband::mls
