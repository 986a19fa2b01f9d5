#include "client/core/upkeep.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/committing.h"
#include "client/core/joining.h"
#include "client/core/outbox.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"

namespace samband::client {

namespace {

// The same for one device, channel and epoch, and different for different devices.
std::uint64_t jitter(const Parts& parts, const Channel& channel, std::uint64_t below_ms) {
  Writer about;
  about.fixed(parts.own->device().device.view());
  about.fixed(channel.id().view());
  about.u64(channel.group->epoch().value);
  const Hash hash = sha256(about.view());
  Reader in{hash.view()};
  return in.u64() % below_ms;
}

bool is_moderator(const Parts& parts, const Channel& channel) {
  const identity::Directory& directory = parts.directory.directory();
  return storage::role_of(channel.record.policy, directory, parts.own->device().device, directory.size()) ==
         storage::Role::moderator;
}

bool is_entitled(const Parts& parts, const Channel& channel) {
  const identity::Directory& directory = parts.directory.directory();
  return storage::role_of(channel.record.policy, directory, parts.own->device().device, directory.size()).has_value();
}

// To join anew: a Commit could not be followed, and no external Commit is on its way.
bool must_rejoin(const Channel& channel) {
  return channel.record.lost && !channel.parting && channel.record.standing == Standing::member &&
         channel.record.joining_by.is_zero();
}

bool must_remove(const Parts& parts, Channel& channel) {
  return channel.can_speak() && is_entitled(parts, channel) &&
         !channel.leaves_to_remove(parts.directory.directory(), parts.own->device().device).empty();
}

bool must_update(const Parts& parts, const Channel& channel) {
  return channel.can_speak() && is_path_due(parts, channel) && parts.outbox.has_unsent(channel.id());
}

bool may_admit(const Parts& parts, const Channel& channel) {
  return parts.channels.is_agent() && channel.can_speak() && channel.admit_after <= parts.turn.now() &&
         is_moderator(parts, channel) && !waiting_devices(parts, channel).empty();
}

DraftMaker removing(Parts& parts) {
  return [&parts](Channel& channel) -> std::expected<std::optional<mls::CommitOptions>, Failure> {
    const LeavesToRemove& to_remove = channel.leaves_to_remove(parts.directory.directory(), parts.own->device().device);
    if (to_remove.empty()) return std::nullopt;
    mls::CommitOptions options;
    for (const DeviceId& device : to_remove.devices) {
      if (const auto leaf = channel.leaf_of(device)) options.removes.push_back(*leaf);
    }
    options.authenticated_data =
        protocol::encode(protocol::AuthenticatedData{.blobs = {},
                                                     .archive = {},
                                                     .revocations = to_remove.revocations,
                                                     .leave_requests = to_remove.leave_requests,
                                                     .guidance = {}});
    return options;
  };
}

DraftMaker updating(Parts& parts) {
  return [&parts](Channel& channel) -> std::expected<std::optional<mls::CommitOptions>, Failure> {
    if (!is_path_due(parts, channel)) return std::nullopt;
    mls::CommitOptions options;
    options.force_path = true;
    options.authenticated_data = protocol::encode(protocol::AuthenticatedData{});
    return options;
  };
}

Task<bool> rejoin(Parts& parts, Channel& channel) {
  auto joining = join_externally(parts, channel.id());
  const Outcome joined = co_await joining;
  if (!joined) {
    parts.turn.warn({.warning = Warning::commit_not_processed,
                     .channel = channel.id(),
                     .channel_name = channel.record.policy.name,
                     .seq = channel.record.head.next_seq,
                     .detail = joined.error().detail});
  }
  co_return joined.has_value();
}

Task<bool> remove_leaves(Parts& parts, Channel& channel) {
  if (!parts.outbox.has_unsent(channel.id())) {
    const WallTime turn_comes{parts.turn.now().ms + jitter(parts, channel, removal_jitter_ms)};
    const Later<bool> waited = parts.turn.until(turn_comes);
    channel.pause = waited;
    co_await waited;
    channel.pause.reset();
  }
  auto committing = commit(parts, channel.id(), removing(parts));
  const Committed committed = co_await committing;
  co_return committed.has_value();
}

Task<bool> update_path(Parts& parts, Channel& channel) {
  auto committing = commit(parts, channel.id(), updating(parts));
  const Committed committed = co_await committing;
  co_return committed.has_value();
}

Task<bool> admit(Parts& parts, Channel& channel) {
  const ChannelId id = channel.id();
  channel.admit_pause_ms = std::clamp(2 * channel.admit_pause_ms, admit_pause_first_ms, retry_pause_ms);
  channel.admit_after = {parts.turn.now().ms + channel.admit_pause_ms};
  parts.turn.wake_at(channel.admit_after);
  auto admitting = admit_waiting(parts, id);
  const auto admitted = co_await admitting;
  Channel* after = parts.channels.find(id);
  if (admitted && *admitted > 0 && after != nullptr) after->admit_pause_ms = 0;
  co_return admitted.has_value();
}

}  // namespace

bool is_path_due(const Parts& parts, const Channel& channel) {
  if (!channel.is_member()) return false;
  if (channel.record.path_due) return true;
  if (channel.record.path_at.ms == 0) return false;  // the creator, alone so far
  return parts.turn.now().ms >= channel.record.path_at.ms + path_interval_ms + jitter(parts, channel, path_jitter_ms);
}

bool needs_upkeep(Parts& parts, Channel& channel) {
  if (parts.turn.now() < channel.upkeep_after) return false;
  return must_rejoin(channel) || must_remove(parts, channel) || must_update(parts, channel) ||
         may_admit(parts, channel);
}

Task<bool> keep_up(Parts& parts, ChannelId id) {
  bool fine = true;
  while (fine) {
    Channel* channel = parts.channels.find(id);
    if (channel == nullptr) co_return false;
    if (must_rejoin(*channel)) {
      auto task = rejoin(parts, *channel);
      fine = co_await task;
    } else if (must_remove(parts, *channel)) {
      auto task = remove_leaves(parts, *channel);
      fine = co_await task;
    } else if (must_update(parts, *channel)) {
      auto task = update_path(parts, *channel);
      fine = co_await task;
    } else if (may_admit(parts, *channel)) {
      auto task = admit(parts, *channel);
      fine = co_await task;
    } else {
      break;
    }
  }
  if (Channel* channel = parts.channels.find(id)) {
    channel->is_busy = false;
    if (!fine) {
      channel->upkeep_after = {parts.turn.now().ms + retry_pause_ms};
      parts.turn.wake_at(channel->upkeep_after);
    }
    parts.outbox.pump(*channel);
  }
  co_return fine;
}

}  // namespace samband::client
