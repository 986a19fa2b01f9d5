#include "client/core/outbox.h"

#include <algorithm>

#include "client/core/channels.h"
#include "client/core/places.h"
#include "client/core/upkeep.h"
#include "crypto/document/padme.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"

namespace samband::client {

namespace {

// Room for what a message gains on its way: the heads put in, framing, signature and padding.
constexpr std::size_t content_sent_bytes_max = content_bytes_max - (std::size_t{12} << 10U);

}  // namespace

bool Outbox::load() {
  bool sound = true;
  parts_.profile.scan(places::outbox(), [&](BytesView, BytesView value) {
    auto item = parse_outbox_item(value);
    sound = item.has_value();
    if (!sound) return false;
    next_ = std::max(next_, item->n + 1);
    const std::uint64_t n = item->n;
    items_.emplace(n, std::move(*item));
    return true;
  });
  return sound && !parts_.profile.failed();
}

std::expected<std::uint64_t, Failure> Outbox::add(const ChannelId& channel, const Content& content,
                                                  std::vector<BlobId> blobs, std::optional<GuidanceId> guidance) {
  if (items_.size() >= outbox_items_max) return failure(Fault::too_many_requests);
  if (const Channel* found = parts_.channels.find(channel); found != nullptr && found->is_parted()) {
    return failure(Fault::server_behind, found->record.policy.name);
  }
  Bytes encoded = encode(content);
  if (encoded.size() > content_sent_bytes_max) return failure(Fault::too_large);
  OutboxItem item{.n = next_++,
                  .channel = channel,
                  .content = std::move(encoded),
                  .blobs = std::move(blobs),
                  .guidance = guidance,
                  .sent = std::nullopt};
  const std::uint64_t n = item.n;
  save(item);
  items_.emplace(n, std::move(item));
  if (Channel* found = parts_.channels.find(channel)) pump(*found);
  return n;
}

Later<Outbox::Placing> Outbox::until_placed(std::uint64_t n) {
  const Later<Placing> later{parts_.turn.ready()};
  waiting_.insert_or_assign(n, later);
  return later;
}

std::optional<std::uint64_t> Outbox::find(const GuidanceId& guidance) const {
  const auto found = std::ranges::find_if(items_, [&](const auto& item) { return item.second.guidance == guidance; });
  if (found == items_.end()) return std::nullopt;
  return found->first;
}

bool Outbox::is_settled() const {
  return std::ranges::all_of(items_, [&](const auto& item) {
    const Channel* channel = parts_.channels.find(item.second.channel);
    return channel != nullptr && channel->is_parted();
  });
}

void Outbox::parted(const Channel& channel) {
  for (const auto& [n, item] : items_) {
    if (item.channel != channel.id()) continue;
    const auto waiting = waiting_.find(n);
    if (waiting == waiting_.end()) continue;
    waiting->second.settle(failure(Fault::server_behind, channel.record.policy.name));
    waiting_.erase(waiting);
  }
}

void Outbox::met(const Channel& channel) {
  for (auto& [n, item] : items_) {
    if (item.channel != channel.id() || !item.sent || item.sent->placed) continue;
    if (parts_.session.is_waiting(PurposeKind::message, item.channel, n)) continue;
    item.sent.reset();
    save(item);
  }
}

bool Outbox::has_unsent(const ChannelId& channel) const {
  return std::ranges::any_of(items_,
                             [&](const auto& item) { return item.second.channel == channel && !item.second.sent; });
}

bool Outbox::may_go(const Channel& channel, const OutboxItem& item) const {
  if (item.channel != channel.id()) return false;
  if (!item.sent) return true;
  // Sent in an epoch that has ended, and the server owes no answer: every entry of that epoch was seen, and this
  // message is not among them.
  return item.sent->epoch < channel.group->epoch().value && !item.sent->placed &&
         !parts_.session.is_waiting(PurposeKind::message, item.channel, item.n);
}

bool Outbox::may_come_back(const Channel& channel, const OutboxItem& item) const {
  return item.channel == channel.id() && item.sent && !item.sent->placed &&
         item.sent->epoch < channel.group->epoch().value &&
         parts_.session.is_waiting(PurposeKind::message, item.channel, item.n);
}

void Outbox::pump(Channel& channel) {
  if (!parts_.session.is_ready() || !channel.can_speak() || channel.group->has_pending()) return;
  const bool anything = std::ranges::any_of(items_, [&](const auto& item) { return may_go(channel, item.second); });
  if (!anything) return;
  if (parts_.channels.must_commit_first(channel)) {
    if (channel.pause) channel.pause->settle(true);
    return parts_.channels.see_to(channel);
  }
  std::size_t sent = 0;
  for (auto& [n, item] : items_) {
    if (item.channel == channel.id() && parts_.session.is_waiting(PurposeKind::message, item.channel, n)) ++sent;
  }
  for (auto& [n, item] : items_) {
    if (sent >= messages_sent_max || may_come_back(channel, item)) return;
    if (!may_go(channel, item)) continue;
    if (!encrypt(channel, item)) return settle(n, failure(Fault::internal, "the message could not be encrypted"));
    ++sent;
  }
}

bool Outbox::encrypt(Channel& channel, OutboxItem& item) {
  auto content = parse_content(item.content);
  if (!content) return false;
  if (channel.record.head.next_seq > 0) {
    set_channel_head(*content, {channel.record.head.next_seq - 1, channel.record.head.last});
  }
  if (const auto& head = parts_.directory.head_to_show()) {
    content->set_extension_bytes(extension_tree_head, transparency::encode(*head));
  }
  Bytes encoded = encode(*content);
  const protocol::AuthenticatedData data{
      .blobs = item.blobs, .archive = {}, .revocations = {}, .leave_requests = {}, .guidance = item.guidance};
  const std::size_t padding = static_cast<std::size_t>(padme_length(encoded.size())) - encoded.size();
  const auto message = channel.group->protect(encoded, protocol::encode(data), padding, parts_.random);
  if (!message) return false;
  item.sent = OutboxItem::Sent{
      .message = sha256(*message),
      .epoch = channel.group->epoch().value,
      .id = message_id_of(parts_.own->device().device, item.channel, encoded, content->salt),
      .content = std::move(encoded),
      .placed = std::nullopt,
  };
  channel.save_ratchets();
  save(item);
  parts_.session.submit(protocol::SendMessage{item.channel, *message},
                        {.kind = PurposeKind::message, .channel = item.channel, .item = item.n});
  return true;
}

std::optional<OutboxItem> Outbox::take_placed(const ChannelId& channel, const Hash& message) const {
  const auto found = std::ranges::find_if(items_, [&](const auto& entry) {
    return entry.second.channel == channel && entry.second.sent && entry.second.sent->message == message;
  });
  if (found == items_.end()) return std::nullopt;
  return found->second;
}

void Outbox::settle(std::uint64_t n, Placing placing) {
  items_.erase(n);
  parts_.profile.remove(places::outbox_item(n));
  if (const auto waiting = waiting_.find(n); waiting != waiting_.end()) {
    waiting->second.settle(std::move(placing));
    waiting_.erase(waiting);
  }
}

void Outbox::on_reply(const Purpose& purpose, const protocol::ReplyBody& reply) {
  const auto found = items_.find(purpose.item);
  if (found == items_.end()) return;  // its entry came before the answer
  OutboxItem& item = found->second;
  Channel* channel = parts_.channels.find(purpose.channel);
  if (const auto* placed = std::get_if<protocol::Placed>(&reply)) {
    if (item.sent) item.sent->placed = OutboxItem::Place{placed->seq, placed->at};
    save(item);
    if (channel != nullptr) skipped_to(*channel);
    return;
  }
  const auto* refused = std::get_if<protocol::Refused>(&reply);
  if (refused != nullptr && refused->status == protocol::Status::stale_epoch && channel != nullptr &&
      channel->is_member()) {
    return pump(*channel);
  }
  settle(purpose.item, std::unexpected(failure_of(reply)));
}

void Outbox::skipped_to(Channel& channel) {
  std::vector<OutboxItem> done;
  for (const auto& [n, item] : items_) {
    if (item.channel != channel.id() || !item.sent || !item.sent->placed) continue;
    if (item.sent->placed->seq < channel.record.head.next_seq) done.push_back(item);
  }
  for (const OutboxItem& item : done) {
    const MessageRecord record{.seq = item.sent->placed->seq,
                               .at = item.sent->placed->at,
                               .sender = parts_.own->device().device,
                               .id = item.sent->id,
                               .effect = MessageEffect::says,
                               .content = item.sent->content};
    parts_.profile.put(places::content(channel.id(), record.seq), encode(record));
    settle(item.n, record.seq);
  }
}

void Outbox::channel_ended(const ChannelId& channel) {
  std::vector<std::uint64_t> over;
  for (const auto& [n, item] : items_) {
    if (item.channel == channel) over.push_back(n);
  }
  for (const std::uint64_t n : over) settle(n, failure(Fault::not_a_member));
}

void Outbox::save(const OutboxItem& item) {
  parts_.profile.put(places::outbox_item(item.n), encode(item));
}

}  // namespace samband::client
