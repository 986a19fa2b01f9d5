// What the operator does with the directory, through sambandctl.
#pragma once

#include "server/core/directory_log.h"

namespace samband::server {

// Of the shards of channels, for GetStatus.
struct ChannelFigures {
  std::uint64_t channels = 0;
  std::uint64_t entries = 0;
};

[[nodiscard]] protocol::AdminReply administer(Turn& turn, DirectoryLog& log, const ChannelFigures& figures,
                                              const protocol::AdminRequest& request);

}  // namespace samband::server
