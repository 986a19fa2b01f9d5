// What becomes of channels when the server was restored from a backup: compared, and left alone where it is behind.
#include "client/core/parting.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/outbox.h"
#include "client/core/places.h"
#include "crypto/codec/writer.h"

namespace samband::client {

namespace {

constexpr std::uint8_t record_version = 1;

}  // namespace

Bytes encode(const Parting& parting) {
  Writer out;
  out.u8(record_version);
  out.u8(static_cast<std::uint8_t>(parting.kind));
  out.u64(parting.server_next);
  return out.take();
}

std::expected<Parting, ParseError> parse_parting(BytesView wire) {
  Reader in{wire};
  if (in.u8() != record_version) return std::unexpected(ParseError::unknown_value);
  const std::uint8_t kind = in.u8();
  const Parting parting{static_cast<Parting::Kind>(kind), in.u64()};
  if (const auto error = in.finish()) return std::unexpected(*error);
  if (kind < 1 || kind > 3) return std::unexpected(ParseError::unknown_value);
  return parting;
}

void Channel::part(const Parting& found) {
  parting = found;
  profile_.put(places::parting(id()), encode(found));
}

void Channel::meet() {
  parting.reset();
  profile_.remove(places::parting(id()));
}

bool Channel::load_parting() {
  const auto kept = profile_.get(places::parting(id()));
  if (!kept) return !profile_.failed();
  const auto parsed = parse_parting(kept->view());
  if (parsed) parting = *parsed;
  return parsed.has_value();
}

void Channels::on_ready() {
  bool any = false;
  bool unknown = false;
  for (const auto& [id, channel] : channels_) {
    if (parts_.session.found_restored() && channel->is_member() && !channel->parting) channel->part({});
    any = any || channel->parting.has_value();
    unknown = unknown || channel->is_comparing();
  }
  // What waits to be sent may be for a channel that has parted.
  if (unknown) parts_.session.hold_counted();
  if (!any) return on_channel_event();
  if (!comparing_) parts_.errands.spawn(compare());
}

Task<bool> Channels::compare() {
  comparing_ = true;
  std::map<ChannelId, std::uint64_t> listed;  // next_seq of the server
  bool more = true;
  std::optional<ChannelId> after;
  while (more) {
    const auto answer = parts_.session.ask(protocol::ListChannels{after});
    const protocol::ReplyBody reply = co_await answer;
    const auto* list = std::get_if<protocol::Channels>(&reply);
    if (list == nullptr) break;  // told too often: the next connection compares again
    for (const protocol::ChannelSummary& summary : list->channels) listed[summary.channel] = summary.next_seq;
    more = list->more && !list->channels.empty();
    if (more) after = list->channels.back().channel;
  }
  std::vector<ChannelId> parted;
  for (const auto& [id, channel] : channels_) {
    if (channel->parting) parted.push_back(id);
  }
  if (more) parted.clear();
  for (const ChannelId& id : parted) {
    const auto found = listed.find(id);
    auto comparing = compare_one(id, found == listed.end() ? 0 : found->second);
    co_await comparing;
  }
  comparing_ = false;
  const bool known = std::ranges::none_of(channels_, [](const auto& entry) { return entry.second->is_comparing(); });
  if (known) parts_.session.release_counted();
  on_channel_event();
  co_return known;
}

Task<bool> Channels::compare_one(ChannelId id, std::uint64_t server_next) {
  Channel* channel = find(id);
  if (channel == nullptr) co_return false;
  const std::uint64_t own_next = channel->record.head.next_seq;
  Parting found{Parting::Kind::behind, server_next};
  if (server_next >= own_next && own_next > 0) {
    const auto answer = parts_.session.ask(protocol::FetchEntries{id, own_next - 1, 1});
    const protocol::ReplyBody reply = co_await answer;
    channel = find(id);
    if (channel == nullptr) co_return false;
    const auto* page = std::get_if<protocol::EntriesPage>(&reply);
    if (page != nullptr && !page->entries.empty()) {
      const bool is_same = storage::entry_hash(page->entries.front()) == channel->record.head.last;
      if (is_same) {
        channel->meet();
        parts_.outbox.met(*channel);
        channel->changed();
        co_return true;
      }
      found.kind = Parting::Kind::differs;
    } else {
      found.server_next = 0;  // the server does not count this device in
    }
  }
  parted(*channel, found);
  co_return false;
}

void Channels::parted(Channel& channel, const Parting& found) {
  channel.part(found);
  channel.forget_pending();
  parts_.session.give_up(channel.id());
  parts_.outbox.parted(channel);
  channel.settle_fate(
      {.kind = CommitFate::Kind::refused,
       .seq = 0,
       .failure = {
           .fault = Fault::server_behind, .detail = channel.record.policy.name, .choices = {}, .findings = {}}});
  parts_.turn.warn(*warning_of_parting(channel));
}

std::optional<WarningLine> warning_of_parting(const Channel& channel) {
  if (!channel.is_parted()) return std::nullopt;
  const bool is_behind = channel.parting->kind == Parting::Kind::behind;
  return WarningLine{.warning = is_behind ? Warning::channel_behind : Warning::channel_parted,
                     .channel = channel.id(),
                     .channel_name = channel.record.policy.name,
                     .seq = channel.parting->server_next,
                     .detail = is_behind ? std::to_string(channel.entries_ahead()) : std::string{}};
}

}  // namespace samband::client
