#include "server/core/channel_changes.h"
#include "server/core/refusals.h"
#include "server/protocol/entry_bodies.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

inline constexpr std::uint64_t release_delay_ms_max = 400ULL * 24 * 60 * 60 * 1000;

bool may(const ChannelTurn& at, const Channel& channel, const DeviceId& device, storage::Action action) {
  return storage::may(channel.policy, at.directory, device, at.directory.size(), action).has_value();
}

// A complaint names a Commit of this log.
bool concerns_entry(const Turn& turn, const ChannelId& channel, const protocol::Complaint& complaint) {
  const auto entry = turn.main.get(layout::entries, layout::entry_key(channel, complaint.seq));
  return entry && storage::entry_hash(*entry) == complaint.entry;
}

void forget_release(Turn& turn, Channel& channel, const GuidanceId& guidance) {
  channel.releases.erase(guidance);
  turn.main.remove(layout::channels, release_key(channel.id(), guidance));
}

}  // namespace

Outcome send_message(ChannelTurn& at, Channel& channel, Blobs& blobs, const DeviceId& from,
                     const protocol::SendMessage& request) {
  if (!channel.is_leaf(from)) return refuse(Status::not_permitted);
  if (request.message.size() > at.turn.limits.message_bytes_max) return refuse(Status::too_large, "the message");
  const protocol::Circumstances around = at.circumstances(channel.id(), from);
  const auto data = protocol::judge_message(channel.group.context(), channel.policy, request.message, around);
  if (!data) return std::unexpected(to_refusal(data.error()));
  if (!blobs.are_sealed(at.turn, channel.id(), data->blobs)) return refuse(Status::invalid, "a blob");

  const auto placed =
      place_post(at.turn, channel, around.directory_size, storage::EntryKind::message, from, request.message);
  blobs.refer(at.turn, channel.id(), placed.seq, data->blobs);
  return placed;
}

Outcome post_statement(ChannelTurn& at, Channel& channel, const DeviceId& from,
                       const protocol::PostStatement& request) {
  if (!channel.is_leaf(from)) return refuse(Status::not_permitted);
  const protocol::Circumstances around = at.circumstances(channel.id(), from);
  const auto said =
      protocol::judge_statement(channel.group.context(), channel.policy, request.kind, request.statement, around);
  if (!said) return std::unexpected(to_refusal(said.error()));
  const auto* complaint = std::get_if<protocol::Complaint>(&said->statement.body);
  if (complaint != nullptr && !concerns_entry(at.turn, channel.id(), *complaint)) {
    return refuse(Status::invalid, "there is no such entry");
  }
  const auto placed = place_post(at.turn, channel, around.directory_size, request.kind, from, request.statement);
  if (request.kind == storage::EntryKind::leave_request) {
    channel.readers.at(from).leave_request = placed.seq;
    write_reader(at.turn, channel, from);
  }
  return placed;
}

Outcome schedule_release(ChannelTurn& at, Channel& channel, const DeviceId& from,
                         const protocol::ScheduleRelease& request) {
  const bool is_permitted = channel.policy.kind == storage::ChannelKind::guidance && channel.is_leaf(from) &&
                            may(at, channel, from, storage::Action::write);
  if (!is_permitted) return refuse(Status::not_permitted);
  if (request.release_at.ms > at.turn.at.ms + release_delay_ms_max) return refuse(Status::invalid, "too far ahead");
  if (channel.releases.contains(request.guidance)) return refuse(Status::conflict, "scheduled already");
  if (channel.releases.size() >= at.turn.limits.scheduled_releases_max) return refuse(Status::too_many, "releases");

  const Release release{request.release_at, request.secret, from};
  channel.releases.emplace(request.guidance, release);
  at.turn.main.put(layout::channels, release_key(channel.id(), request.guidance), encode(release));
  at.turn.outgoing.emplace_back(WakeAt{at.turn.shard, request.release_at});
  return protocol::Done{};
}

Outcome withdraw_release(ChannelTurn& at, Channel& channel, const DeviceId& from,
                         const protocol::WithdrawRelease& request) {
  if (!channel.is_leaf(from) || !may(at, channel, from, storage::Action::write)) return refuse(Status::not_permitted);
  const auto found = channel.releases.find(request.guidance);
  if (found == channel.releases.end()) return not_found();
  const identity::DeviceRecord* scheduler = at.directory.device(found->second.scheduled_by);
  const identity::DeviceRecord* asker = at.directory.device(from);
  const bool is_own = scheduler != nullptr && scheduler->certificate.partner == asker->certificate.partner;
  if (!is_own && !may(at, channel, from, storage::Action::delete_any)) return refuse(Status::not_permitted);
  forget_release(at.turn, channel, request.guidance);
  return protocol::Done{};
}

void place_release(ChannelTurn& at, Channel& channel, const GuidanceId& guidance) {
  const Release release = channel.releases.at(guidance);
  const protocol::ReleaseBody body{guidance, release.at, release.secret};
  static_cast<void>(place_post(at.turn, channel, at.directory.size(), storage::EntryKind::release, DeviceId{},
                               protocol::encode(body)));
  forget_release(at.turn, channel, guidance);
}

}  // namespace samband::server
