// What one command works with: its time, the stores, and where its outcome goes.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "crypto/identity/directory.h"
#include "server/core/effects.h"
#include "server/core/limits.h"
#include "server/core/store_view.h"

namespace samband::server {

struct Turn {
  WallTime at;  // the shard's: never earlier than that of the command before
  protocol::ShardIndex shard = 0;
  std::uint64_t number = 0;  // of this command among those of the shard that changed something, from 1
  std::uint64_t incarnation = 0;
  StoreView& main;
  StoreView& chunks;
  const Limits& limits;
  std::vector<Outgoing>& outgoing;
};

using Outcome = std::expected<protocol::ReplyBody, protocol::Refused>;

[[nodiscard]] inline std::unexpected<protocol::Refused> refuse(protocol::Status status, std::string detail = {}) {
  return std::unexpected(protocol::Refused{status, std::move(detail)});
}
// A channel that does not exist and one that is not the asker's look the same.
[[nodiscard]] inline std::unexpected<protocol::Refused> not_found() {
  return refuse(protocol::Status::not_found);
}

}  // namespace samband::server
