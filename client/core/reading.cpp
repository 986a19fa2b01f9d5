#include "client/core/reading.h"

#include <map>

#include "client/core/channels.h"
#include "client/core/message_record.h"
#include "client/core/places.h"

namespace samband::client {

namespace {

struct Author {
  PartnerId partner;
  std::string partner_name;
  std::string name;
};

Author author_of(const Parts& parts, const DeviceId& device) {
  const identity::Directory& directory = parts.directory.directory();
  const identity::DeviceRecord* record = directory.device(device);
  if (record == nullptr) return {};
  const PartnerId partner = record->certificate.partner;
  return {partner, directory.partner(partner)->profile().name, record->certificate.staff_name};
}

std::optional<std::uint64_t> seq_of(Parts& parts, const ChannelId& channel, const MessageId& id) {
  const auto kept = parts.profile.get(places::message_seq(channel, id.view()));
  if (!kept) return std::nullopt;
  Reader in{kept->view()};
  return in.u64();
}

std::string text_of_message(const Content& content) {
  return text_of_content(content, {"nb", "nn", "en"}).value_or(std::string{});
}

MessageLine line_of(Parts& parts, const ChannelId& channel, const MessageRecord& record, const Content& content) {
  const Author author = author_of(parts, record.sender);
  MessageLine line{.channel = channel,
                   .seq = record.seq,
                   .at = record.at,
                   .partner = author.partner,
                   .partner_name = author.partner_name,
                   .from = author.name,
                   .device = record.sender,
                   .text = text_of_message(content),
                   .reply_to = std::nullopt,
                   .reactions = {},
                   .document = std::nullopt,
                   .guard_reason = content.extension_text(extension_guard_reason)};
  if (content.in_reply_to) line.reply_to = seq_of(parts, channel, *content.in_reply_to);
  if (const auto* part = std::get_if<ExternalPart>(&content.body.body)) line.document = part->filename;
  return line;
}

// One record onto the lines before it. The seq of the line it made or changed; nullopt when that is not among them.
std::optional<std::uint64_t> fold(Parts& parts, const ChannelId& channel, const MessageRecord& record,
                                  std::map<std::uint64_t, MessageLine>& lines) {
  const auto content = parse_content(record.content);
  if (!content || record.effect == MessageEffect::no_effect) return std::nullopt;
  if (record.effect == MessageEffect::says) {
    lines.insert_or_assign(record.seq, line_of(parts, channel, record, *content));
    return record.seq;
  }
  const bool reacts = record.effect == MessageEffect::reacts;
  const auto& about = reacts ? content->in_reply_to : content->replaces;
  const auto seq = about ? seq_of(parts, channel, *about) : std::nullopt;
  const auto line = seq ? lines.find(*seq) : lines.end();
  if (line == lines.end() || line->second.deleted) return std::nullopt;
  MessageLine& changed = line->second;
  if (reacts) {
    changed.reactions.push_back({text_of_message(*content), author_of(parts, record.sender).name});
  } else if (record.effect == MessageEffect::edits) {
    changed.text = text_of_message(*content);
    changed.edited = true;
  } else {
    changed.text.clear();
    changed.document.reset();
    changed.reactions.clear();
    changed.deleted = true;
  }
  return seq;
}

template <class Each>
void for_each_record(Parts& parts, const Channel& channel, std::uint64_t since, Each&& each) {
  std::vector<MessageRecord> records;
  parts.profile.scan(places::content(channel.id(), since), [&](BytesView, BytesView value) {
    if (auto record = parse_message_record(value)) records.push_back(std::move(*record));
    return true;
  });
  for (const MessageRecord& record : records) each(record);
}

bool is_news(const Parts& parts, const MessageRecord& record) {
  return record.effect == MessageEffect::says && record.sender != parts.own->device().device;
}

void mark_read(Channel& channel) {
  if (channel.record.read_until == channel.record.head.next_seq) return;
  channel.record.read_until = channel.record.head.next_seq;
  channel.save_record();
}

}  // namespace

std::vector<MessageLine> messages_since(Parts& parts, const Channel& channel, std::uint64_t since) {
  std::map<std::uint64_t, MessageLine> lines;
  for_each_record(parts, channel, since,
                  [&](const MessageRecord& record) { fold(parts, channel.id(), record, lines); });
  std::vector<MessageLine> in_order;
  in_order.reserve(lines.size());
  for (auto& [seq, line] : lines) in_order.push_back(std::move(line));
  return in_order;
}

std::uint64_t unread_count(Parts& parts, const Channel& channel) {
  std::uint64_t count = 0;
  for_each_record(parts, channel, channel.record.read_until,
                  [&](const MessageRecord& record) { count += is_news(parts, record) ? 1 : 0; });
  return count;
}

void mark_message_read(Parts& parts, const ChannelId& id, std::uint64_t seq) {
  Channel* channel = parts.channels.find(id);
  if (channel == nullptr || channel->record.read_until > seq) return;
  bool skips = false;
  for_each_record(parts, *channel, channel->record.read_until,
                  [&](const MessageRecord& record) { skips = skips || (record.seq < seq && is_news(parts, record)); });
  if (skips) return;
  channel->record.read_until = seq + 1;
  channel->save_record();
}

Task<Outcome> read_channel(Parts& parts, OperationId operation, ReadChannel command) {
  const auto found = parts.channels.find_by_name(command.channel);
  if (!found) co_return std::unexpected(found.error());
  const ChannelId id = (*found)->id();
  if (auto warning = warning_of_parting(**found)) parts.turn.tell(operation, std::move(*warning));
  std::map<std::uint64_t, MessageLine> lines;
  std::uint64_t next = command.since;
  bool first = true;
  do {
    Channel* channel = parts.channels.find(id);
    if (channel == nullptr) break;
    std::map<std::uint64_t, bool> touched;
    for_each_record(parts, *channel, next, [&](const MessageRecord& record) {
      if (const auto seq = fold(parts, id, record, lines)) touched[*seq] = true;
      next = record.seq + 1;
    });
    for (const auto& [seq, changed] : touched) parts.turn.tell(operation, lines.at(seq));
    if (first || !touched.empty()) mark_read(*channel);
    first = false;
    if (!command.follow) break;
    const Later<bool> changed = channel->until_changed();
    co_await changed;
  } while (true);
  co_return Outcome{};
}

}  // namespace samband::client
