// What goes into the core. A command names its shard's time; everything else it depends on is in the stores.
#pragma once

#include <variant>

#include "server/core/effects.h"
#include "server/protocol/admin.h"
#include "server/protocol/messages.h"
#include "storage/model/records.h"

namespace samband::server {

// Who administers: the Unix user at the other end of the admin socket.
struct Operator {
  std::uint32_t uid = 0;
  std::string user;  // its name, or "" where the system knows none
};

// A request of a device that has logged in.
struct DeviceRequest {
  Ticket ticket;
  DeviceId device;
  protocol::Request request;
};
// A request before login: `protocol::is_enrolment`, anything else is answered not_logged_in.
struct StrangerRequest {
  Ticket ticket;
  protocol::Request request;
};
// The server's name, its nonce and this TLS session's channel binding are the edge's to know.
struct LoginRequest {
  Ticket ticket;
  protocol::Login login;
  std::string server_name;
  protocol::Nonce nonce;
  Bytes channel_binding;
};
// From the admin socket. GetStatus is answered with the core's part filled in; GetServerIdentity, CheckStore,
// HoldCheckpoint and LetCheckpointGo are the edge's and refused here.
struct AdminCommand {
  Ticket ticket;
  protocol::AdminRequest request;
  Operator who;
};
// What an administrator did by other ways than an AdminRequest: it is entered into the audit chain, and not answered.
struct RecordAct {
  Operator who;
  storage::AuditAct act = storage::AuditAct::other;
  std::string what;  // a sentence for people
};
// Time has passed: leases end, releases fall due, heads are signed anew. The edge sends one to each shard every
// few seconds, and when a WakeAt asks for it.
struct Tick {};

using CommandBody = std::variant<DeviceRequest, StrangerRequest, LoginRequest, AdminCommand, RecordAct, Tick>;

struct Command {
  protocol::ShardIndex shard = 0;  // `shard_of_command` tells
  WallTime at;                     // of the edge's clock; made monotone for each shard by the core
  // The disk is below its reserve: what would need room is answered disk_reserve and its counter is not spent.
  bool disk_reserve = false;
  CommandBody body;
};

// Ticks go to every shard and are told theirs; everything else has one.
[[nodiscard]] protocol::ShardIndex shard_of_command(const CommandBody& body, protocol::ShardIndex shard_count);

}  // namespace samband::server
