#include <algorithm>

#include "server/core/channel_changes.h"
#include "server/core/channel_index.h"
#include "server/core/refusals.h"
#include "server/protocol/entry_bodies.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

// The group stands where the log ends now.
void follow_group(Turn& turn, Channel& channel, BytesView group_info) {
  channel.record.group_id = channel.group.context().group_id;
  channel.record.group_seq = channel.record.head.next_seq - 1;
  channel.record.epoch = channel.group.epoch().value;
  turn.main.put(layout::channels, layout::channel_key(channel.id(), layout::ChannelPart::group_info),
                copy_of(group_info));
  write_group(turn, channel);
  write_record(turn, channel);
}

void forget_waiting(Turn& turn, Channel& channel) {
  for (const std::uint64_t epoch : channel.waiting_trees) {
    turn.main.remove(layout::channels, waiting_tree_key(channel.id(), epoch));
  }
  channel.waiting_trees.clear();
  channel.waiting_welcomes.clear();
}

}  // namespace

std::expected<Channel, protocol::Refused> create_channel(ChannelTurn& at, const DeviceId& from,
                                                         const protocol::CreateChannel& request) {
  Turn& turn = at.turn;
  const protocol::CreatedBody body{request.group_info, request.ratchet_tree};
  if (body.group_info.size() + body.ratchet_tree.size() > turn.limits.group_info_bytes_max) {
    return refuse(Status::too_large, "the group");
  }
  const PartnerId creator = at.directory.device(from)->certificate.partner;
  if (at.index.created_by(creator) >= turn.limits.channels_per_creator_max) return refuse(Status::too_many, "channels");
  const protocol::Circumstances around = at.circumstances(request.channel, from);
  auto judged = protocol::judge_creation(request.group_info, request.ratchet_tree, around);
  if (!judged) return std::unexpected(to_refusal(judged.error()));

  Channel channel{.record = {}, .policy = std::move(judged->policy), .group = std::move(judged->group)};
  channel.record.head.channel = request.channel;
  channel.record.creator = from;
  channel.record.policy = storage::encode(channel.policy);
  const auto placed =
      place_entry(turn, channel, around.directory_size, storage::EntryKind::created, from, protocol::encode(body));
  follow_group(turn, channel, request.group_info);
  open_window(at, channel, from, placed.seq);
  at.index.set_roster(channel.id(), channel.policy);
  at.index.count_creation(creator);
  tell_newly_entitled(at, channel.policy, nullptr);
  return channel;
}

Outcome restart_channel(ChannelTurn& at, Channel& channel, const DeviceId& from,
                        const protocol::RestartChannel& request) {
  Turn& turn = at.turn;
  if (!channel.is_leaf(from)) return refuse(Status::not_permitted);
  const protocol::RestartBody body{request.statement, {request.group_info, request.ratchet_tree}};
  if (request.group_info.size() + request.ratchet_tree.size() > turn.limits.group_info_bytes_max) {
    return refuse(Status::too_large, "the group");
  }
  const protocol::Circumstances around = at.circumstances(channel.id(), from);
  auto judged = protocol::judge_restart(channel.group.context(), channel.policy, request.statement, request.group_info,
                                        request.ratchet_tree, around);
  if (!judged) return std::unexpected(to_refusal(judged.error()));

  const auto placed =
      place_entry(turn, channel, around.directory_size, storage::EntryKind::restart, from, protocol::encode(body));
  channel.group = std::move(judged->begun.group);
  forget_waiting(turn, channel);
  follow_group(turn, channel, request.group_info);
  std::vector<DeviceId> others;
  for (const auto& [device, reader] : channel.readers) {
    if (device != from && reader.is_leaf()) others.push_back(device);
  }
  for (const DeviceId& device : others) close_window(at, channel, device, placed.seq);
  return placed;
}

void tell_newly_entitled(ChannelTurn& at, const storage::ChannelPolicy& policy, const storage::ChannelPolicy* before) {
  const std::uint64_t size = at.directory.size();
  const auto is_entitled = [&](const storage::ChannelPolicy& by, const DeviceId& device) {
    return storage::may(by, at.directory, device, size, storage::Action::join).has_value();
  };
  TellOfChannel told{policy.channel, {}};
  std::set<PartnerId> partners;
  for (const storage::RosterItem& item : policy.items) {
    const bool is_old = before != nullptr && std::ranges::find(before->items, item) != before->items.end();
    if (!is_old) partners.insert(item.partner);
  }
  for (const PartnerId& partner : partners) {
    for (const DeviceId& device : at.directory.devices_of(partner, size)) {
      if (is_entitled(policy, device) && !(before != nullptr && is_entitled(*before, device))) {
        told.devices.push_back(device);
      }
    }
  }
  if (!told.devices.empty()) at.turn.outgoing.emplace_back(std::move(told));
}

}  // namespace samband::server
