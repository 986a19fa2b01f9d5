#include "client/core/channels.h"

#include <algorithm>

#include "client/core/joining.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "client/core/upkeep.h"
#include "crypto/codec/hex.h"
#include "server/protocol/verdict/directory_authentication.h"

namespace samband::client {

bool Channels::load() {
  std::vector<ChannelRecord> records;
  bool sound = true;
  parts_.profile.scan(places::channels(), [&](BytesView, BytesView value) {
    auto record = parse_channel_record(value);
    sound = record.has_value();
    if (sound) records.push_back(std::move(*record));
    return sound;
  });
  if (!sound || parts_.profile.failed()) return false;
  for (ChannelRecord& record : records) {
    Channel& channel = add(std::move(record));
    if (!channel.load_group(parts_.own->signature_key) || !channel.load_parting()) return false;
    const identity::Directory& directory = parts_.directory.directory();
    const protocol::DirectoryAuthentication authentication{directory, directory.size(),
                                                           directory.time_at(directory.size())};
    const mls::NoPreSharedKeys no_psks;
    if (!channel.load_pending({authentication, no_psks, std::nullopt})) channel.forget_pending();
  }
  return true;
}

Channel* Channels::find(const ChannelId& id) {
  const auto found = channels_.find(id);
  return found == channels_.end() ? nullptr : found->second.get();
}

bool Channels::holds_group(BytesView group_id, const ChannelId& except) const {
  return std::ranges::any_of(channels_, [&](const auto& entry) {
    const auto& [id, channel] = entry;
    return id != except && channel->group && equal(channel->group->context().group_id, group_id);
  });
}

std::expected<Channel*, Failure> Channels::find_by_name(std::string_view name) {
  std::vector<Channel*> found;
  for (const auto& [id, channel] : channels_) {
    if (channel->record.policy.name == name) found.push_back(channel.get());
  }
  // One that was left behind gives way to a living one of the same name.
  if (found.size() > 1) {
    std::erase_if(found, [](const Channel* channel) {
      return channel->record.standing == Standing::left || channel->record.standing == Standing::removed;
    });
  }
  if (found.size() == 1) return found.front();
  if (found.empty()) return failure(Fault::no_such_channel, std::string{name});
  Failure several{.fault = Fault::ambiguous, .detail = std::string{name}, .choices = {}, .findings = {}};
  for (const Channel* channel : found) several.choices.push_back(to_hex(channel->id().view()));
  return std::unexpected(std::move(several));
}

std::expected<Channel*, Failure> Channels::find_joined(std::string_view name) {
  auto found = find_by_name(name);
  if (found && !(*found)->is_member()) return failure(Fault::not_a_member, std::string{name});
  return found;
}

std::expected<Channel*, Failure> Channels::find_open(std::string_view name) {
  auto found = find_joined(name);
  if (found && (*found)->is_parted()) return failure(Fault::server_behind, std::string{name});
  return found;
}

std::vector<Channel*> Channels::all() {
  std::vector<Channel*> list;
  list.reserve(channels_.size());
  for (const auto& [id, channel] : channels_) list.push_back(channel.get());
  return list;
}

Channel& Channels::add(ChannelRecord record) {
  const ChannelId id = record.id();
  if (Channel* known = find(id)) {
    known->record = std::move(record);
    return *known;
  }
  auto channel = std::make_unique<Channel>(parts_.profile, parts_.turn.ready(), std::move(record));
  return *channels_.emplace(id, std::move(channel)).first->second;
}

void Channels::drop(const ChannelId& id) {
  parts_.profile.remove(places::channel(id));
  channels_.erase(id);
}

void Channels::on_disconnected() {
  listed_ = false;
  for (const auto& [id, channel] : channels_) {
    channel->subscribed = false;
    channel->waiting.clear();  // the server sends them again
    channel->gap = false;
  }
}

void Channels::on_channel_event() {
  if (!listing_) parts_.errands.spawn(reconcile());
}

Task<bool> Channels::reconcile() {
  listing_ = true;
  std::optional<ChannelId> after;
  for (bool more = true; more;) {
    const auto answer = parts_.session.ask(protocol::ListChannels{after});
    const protocol::ReplyBody reply = co_await answer;
    const auto* list = std::get_if<protocol::Channels>(&reply);
    if (list == nullptr) {
      listing_ = false;
      co_return false;
    }
    for (const protocol::ChannelSummary& summary : list->channels) heard_of(summary);
    more = list->more && !list->channels.empty();
    if (more) after = list->channels.back().channel;
  }
  listing_ = false;
  listed_ = true;
  for (const auto& [id, channel] : channels_) {
    if (channel->is_member() && !channel->subscribed && !channel->parting) subscribe(*channel);
    see_to(*channel);
    parts_.outbox.pump(*channel);
    intake_.forget_old(*channel);
  }
  co_return true;
}

void Channels::heard_of(const protocol::ChannelSummary& summary) {
  if (Channel* channel = find(summary.channel)) {
    channel->known_next = summary.next_seq;
    await_welcome(*channel, summary);
    const bool invited_again = !summary.is_member && (channel->record.standing == Standing::removed);
    if (!invited_again) return;
    channel->record.standing = Standing::may_join;
    channel->save_record();
    return;
  }
  auto policy = storage::parse_channel_policy(summary.policy);
  if (!policy || policy->channel != summary.channel) return;
  ChannelRecord record;
  record.standing = Standing::may_join;
  record.head.channel = summary.channel;
  record.policy = std::move(*policy);
  Channel& channel = add(std::move(record));
  channel.known_next = summary.next_seq;
  await_welcome(channel, summary);
  channel.save_record();
  if (!summary.is_member) parts_.turn.tell_everybody(MayJoinChannel{channel.id(), channel.record.policy.name});
}

// The server counts this device in, so a Welcome is on its way. One that never comes must not hold up a sync for ever.
void Channels::await_welcome(Channel& channel, const protocol::ChannelSummary& summary) {
  if (!summary.is_member || channel.record.standing != Standing::may_join) return;
  channel.welcome_awaited_until = {parts_.turn.now().ms + welcome_wait_ms};
  parts_.turn.wake_at(channel.welcome_awaited_until);
}

void Channels::subscribe(Channel& channel) {
  channel.subscribed = true;
  channel.waiting.clear();
  // Done, or a refusal that the list of channels explains when it is heard again.
  static_cast<void>(parts_.session.ask(protocol::Subscribe{channel.id(), channel.record.head.next_seq}));
}

void Channels::on_entry(BytesView wire) {
  const auto entry = storage::parse_entry(wire);
  if (!entry) return parts_.turn.log("an entry that does not parse");
  Channel* channel = find(entry->channel);
  if (channel == nullptr || !channel->subscribed) return;
  channel->known_next = std::max(channel->known_next, entry->seq + 1);
  intake_.receive(*channel, copy_of(wire));
}

void Channels::on_inbox(protocol::InboxEvent event) {
  parts_.errands.spawn(welcome_errand(std::move(event)));
}

Task<bool> Channels::welcome_errand(protocol::InboxEvent event) {
  ++welcomes_open_;
  auto joining = join_by_welcome(parts_, event);
  const bool joined_now = co_await joining;
  --welcomes_open_;
  if (Channel* channel = find(event.channel)) channel->welcome_awaited_until = {};
  const auto answer = parts_.session.ask(protocol::AcknowledgeInbox{event.shard, event.n});
  co_await answer;
  co_return joined_now;
}

void Channels::on_create_reply(const Purpose& purpose, const protocol::ReplyBody& reply) {
  Channel* channel = find(purpose.channel);
  if (channel == nullptr) return;
  if (std::holds_alternative<protocol::Refused>(reply)) {
    channel->forget_group();
    channel->settle_fate({.kind = CommitFate::Kind::refused, .seq = 0, .failure = failure_of(reply)});
    return drop(purpose.channel);
  }
  channel->record.standing = Standing::member;
  channel->save_record();
  subscribe(*channel);
  channel->settle_fate({.kind = CommitFate::Kind::placed, .seq = 0, .failure = {}});
}

void Channels::on_commit_reply(const Purpose& purpose, const protocol::ReplyBody& reply) {
  Channel* channel = find(purpose.channel);
  if (channel == nullptr) return;
  const Hash& joining_by = channel->record.joining_by;
  const bool is_joining = !joining_by.is_zero();
  // The answer to an earlier Commit, which was given up when another ended its epoch.
  if (purpose.item != (is_joining ? commit_mark(joining_by) : channel->pending_mark)) return;
  if (const auto* placed = std::get_if<protocol::Placed>(&reply)) {
    // A member that lost its group follows the log to that place; a new one begins there.
    if (is_joining && channel->record.standing == Standing::joining) joined(*channel, *placed);
    return;
  }
  if (is_joining) return abandon_joining(*channel, reply);
  if (!channel->group || !channel->group->has_pending()) return;
  channel->forget_pending();
  const auto* refused = std::get_if<protocol::Refused>(&reply);
  const bool stale = refused != nullptr && refused->status == protocol::Status::stale_epoch;
  channel->settle_fate(
      {.kind = stale ? CommitFate::Kind::beaten : CommitFate::Kind::refused, .seq = 0, .failure = failure_of(reply)});
  parts_.outbox.pump(*channel);
}

void Channels::joined(Channel& channel, const protocol::Placed& placed) {
  ChannelRecord& record = channel.record;
  record.standing = Standing::member;
  record.joining_by = {};
  record.head = {.channel = record.id(), .next_seq = placed.seq + 1, .last = placed.hash};
  record.read_until = placed.seq + 1;
  record.path_at = placed.at;
  record.path_due = false;
  channel.save_record();
  parts_.turn.tell_everybody(JoinedChannel{channel.id(), record.policy.name});
  subscribe(channel);
  channel.settle_fate({.kind = CommitFate::Kind::placed, .seq = placed.seq, .failure = {}});
  parts_.outbox.pump(channel);
}

void Channels::joined_anew(Channel& channel, const storage::Entry& entry) {
  ChannelRecord& record = channel.record;
  record.standing = Standing::member;
  record.joining_by = {};
  record.lost = false;
  record.path_at = entry.at;
  record.path_due = false;
  record.leave_requests.clear();
  parts_.outbox.skipped_to(channel);
  channel.settle_fate({.kind = CommitFate::Kind::placed, .seq = entry.seq, .failure = {}});
  parts_.outbox.pump(channel);
}

void Channels::abandon_joining(Channel& channel, const protocol::ReplyBody& reply) {
  channel.forget_group();
  channel.record.joining_by = {};
  if (channel.record.standing == Standing::joining) channel.record.standing = Standing::may_join;
  channel.save_record();
  const auto* refused = std::get_if<protocol::Refused>(&reply);
  const bool stale = refused != nullptr && refused->status == protocol::Status::stale_epoch;
  channel.settle_fate(
      {.kind = stale ? CommitFate::Kind::beaten : CommitFate::Kind::refused, .seq = 0, .failure = failure_of(reply)});
}

void Channels::directory_grew() {
  for (const auto& [id, channel] : channels_) {
    intake_.pump(*channel);
    see_to(*channel);
  }
}

void Channels::on_tick() {
  for (const auto& [id, channel] : channels_) {
    intake_.pump(*channel);
    see_to(*channel);
  }
}

void Channels::epoch_began(Channel& channel) {
  parts_.outbox.pump(channel);
  see_to(channel);
}

void Channels::see_to(Channel& channel) {
  if (channel.is_busy || channel.parting || !parts_.session.is_ready() || !needs_upkeep(parts_, channel)) return;
  channel.is_busy = true;
  parts_.errands.spawn(keep_up(parts_, channel.id()));
}

bool Channels::must_commit_first(Channel& channel) const {
  return is_path_due(parts_, channel) ||
         !channel.leaves_to_remove(parts_.directory.directory(), parts_.own->device().device).empty();
}

bool Channels::is_current() const {
  if (!listed_ || listing_ || comparing_ || welcomes_open_ > 0) return false;
  return std::ranges::all_of(channels_, [this](const auto& entry) {
    const Channel& channel = *entry.second;
    if (channel.is_parted()) return true;
    if (!channel.is_member()) return parts_.turn.now() >= channel.welcome_awaited_until;
    return channel.record.head.next_seq >= channel.known_next || !channel.waiting.empty();
  });
}

}  // namespace samband::client
