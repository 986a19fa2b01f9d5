// What may leave: effects of commands that are on the disk, with what the edge adds to them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "server/core/core.h"
#include "server/edge/frame.h"

namespace samband::server::edge {

// The answer to a writer's question what may be read next (SessionWriter::ask_window).
struct WindowAnswer {
  Ticket to;
  ChannelId channel;
};

struct Released {
  std::variant<Outgoing, WindowAnswer> what;
  std::optional<ReadWindow> window;  // of BeginSubscription and WindowAnswer, as the core saw it in its order
  FramePtr frame;                    // of Deliver, DirectoryGrew: for every session, with its WebSocket header
};

// One batch for all threads: each takes what concerns it.
using ReleasedBatch = std::shared_ptr<const std::vector<Released>>;

}  // namespace samband::server::edge
