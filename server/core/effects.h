// What a command asks of the edge: what to write, and what may leave once it is written.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "server/protocol/admin.h"
#include "server/protocol/messages.h"
#include "storage/model/records.h"
#include "storage/store.h"

namespace samband::server {

// Names, for the edge, whom an answer is for. Chosen by the edge; the core only gives it back.
using Ticket = Ordinal<struct TicketTag, std::uint64_t>;

struct Answer {
  Ticket to;
  protocol::Reply reply;
};
struct AnswerLogin {
  Ticket to;
  std::variant<protocol::LoginAccepted, protocol::Refused> answer;
  PartnerId partner;  // of the device; zeros when it is refused
};
struct AnswerAdmin {
  Ticket to;
  protocol::AdminReply reply;
};

// An entry for all who subscribe to the channel.
struct Deliver {
  ChannelId channel;
  std::uint64_t seq = 0;
  std::shared_ptr<const Bytes> frame;  // a ServerFrame with an EntryEvent, encoded once
};
// The session's cursor in the channel; goes before the Answer. What it may not read is never sent: see
// `Core::readable`.
struct BeginSubscription {
  Ticket to;
  DeviceId device;
  ChannelId channel;
  std::uint64_t next_seq = 0;
};
struct CeaseSubscription {  // asked for by the client
  Ticket to;
  ChannelId channel;
};
// The device has lost the channel: every session of it still gets the entries up to, not including, `until_seq`.
struct EndSubscription {
  DeviceId device;
  ChannelId channel;
  std::uint64_t until_seq = 0;
};

struct DeliverInbox {
  DeviceId device;
  protocol::InboxEvent event;
};
struct DirectoryGrew {  // for every session
  Bytes tree_head;      // SignedTreeHead
};
struct TellOfChannel {  // for those of the devices that are connected
  ChannelId channel;
  std::vector<DeviceId> devices;
};
// Every session of the device gets Closing with the status, and ends.
struct CutDevice {
  DeviceId device;
  protocol::Status status = protocol::Status::device_revoked;
};
// The shard wants a Tick at that time (or soon after).
struct WakeAt {
  protocol::ShardIndex shard = 0;
  WallTime when;
};
struct MaintenanceChanged {
  std::optional<storage::Maintenance> now;  // nullopt: writes are taken again
};

using Outgoing =
    std::variant<Answer, AnswerLogin, AnswerAdmin, Deliver, BeginSubscription, CeaseSubscription, EndSubscription,
                 DeliverInbox, DirectoryGrew, TellOfChannel, CutDevice, WakeAt, MaintenanceChanged>;

struct Effects {
  std::uint64_t position = 0;  // of the command, counted by this Core from 1; see Core::synced

  // Written first to the chunk store, then to the main store, in the order of positions. Several commands may
  // share one synced write.
  storage::StoreBatch chunks;
  storage::StoreBatch main;

  // Carried out in order, when both batches and those of every earlier command are synced.
  std::vector<Outgoing> outgoing;

  // The store could not be read, or holds what can't be: nothing above is filled in, the process has to end.
  std::optional<std::string> halt;
};

}  // namespace samband::server
