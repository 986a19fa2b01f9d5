// What the edge carries out for the client, in order. Everything an effect tells of is synced in the
// profile before the effect exists.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "client/core/faults.h"
#include "client/core/lines.h"
#include "crypto/bytes/fixed_id.h"

namespace samband::client {

using OperationId = Ordinal<struct OperationTag, std::uint64_t>;

// One binary WebSocket message for the server.
struct SendFrame {
  Bytes frame;
};
// A line for the operation that asked, or for everybody who listens when `operation` is empty.
struct Tell {
  std::optional<OperationId> operation;
  Line line;
};
// The operation is over; no more lines come for it.
struct Finished {
  OperationId operation;
  std::optional<Failure> failure;  // empty: done
};
// Call `tick` at this time, or soon after; each replaces the one before.
struct WakeAt {
  WallTime when;
};
// Close the connection. `reconnect` false: this server, or this profile, can't go on.
struct Disconnect {
  bool reconnect = true;
  Failure reason;
};
// One line for the log: names and numbers, never content or keys.
struct LogLine {
  std::string text;
};

using Effect = std::variant<SendFrame, Tell, Finished, WakeAt, Disconnect, LogLine>;
using Effects = std::vector<Effect>;

}  // namespace samband::client
