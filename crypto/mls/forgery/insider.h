// What a member knows and a Group keeps to itself: the secrets of its epoch, for a member that makes messages by hand.
#pragma once

#include "crypto/mls/group/group.h"

namespace samband::mls {

struct Insider {
  static const EpochSecrets& secrets(const Group& group) { return group.state_->secrets; }
  static const SecretTree& secret_tree(const Group& group) { return group.state_->tree; }
};

}  // namespace samband::mls
