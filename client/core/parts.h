// The parts of one client, as operations see them.
#pragma once

#include <optional>

#include "client/core/directory_follower.h"
#include "client/core/outcome.h"
#include "client/core/own.h"
#include "client/core/profile.h"
#include "client/core/session.h"
#include "client/core/task.h"
#include "client/core/turn.h"
#include "crypto/suite/random.h"

namespace samband::client {

class Channels;
class Outbox;

struct Parts {
  Turn& turn;
  Profile& profile;
  RandomSource& random;
  Session& session;
  DirectoryFollower& directory;
  Errands& errands;
  std::optional<Own>& own;
  std::optional<ServerAddress>& enrolling_at;  // where an Enrol that has no Own yet wants to connect
  Channels& channels;
  Outbox& outbox;
};

}  // namespace samband::client
