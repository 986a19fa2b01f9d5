#include "client/core/message_record.h"

#include <string>

#include "crypto/codec/hex.h"
#include "crypto/codec/writer.h"
#include "server/protocol/authenticated_data.h"

namespace samband::client {

namespace {

MessageEffect read_effect(Reader& in) {
  const std::uint8_t value = in.u8();
  if (value < static_cast<std::uint8_t>(MessageEffect::says) ||
      value > static_cast<std::uint8_t>(MessageEffect::no_effect)) {
    in.fail(ParseError::unknown_value);
    return MessageEffect::no_effect;
  }
  return static_cast<MessageEffect>(value);
}

void write(Writer& out, const OutboxItem::Sent& sent) {
  out.fixed(sent.message.view());
  out.u64(sent.epoch);
  out.fixed(sent.id.view());
  out.bytes(sent.content);
  out.presence(sent.placed.has_value());
  if (sent.placed) {
    out.u64(sent.placed->seq);
    out.u64(sent.placed->at.ms);
  }
}

OutboxItem::Sent read_sent(Reader& in) {
  OutboxItem::Sent sent;
  sent.message = in.id<Hash>();
  sent.epoch = in.u64();
  sent.id = in.id<MessageId>();
  sent.content = in.bytes_owned(content_bytes_max);
  if (in.presence()) sent.placed = OutboxItem::Place{.seq = in.u64(), .at = WallTime{in.u64()}};
  return sent;
}

}  // namespace

Bytes encode(const MessageRecord& record) {
  Writer out;
  out.u8(MessageRecord::version);
  out.u64(record.seq);
  out.u64(record.at.ms);
  out.fixed(record.sender.view());
  out.fixed(record.id.view());
  out.u8(static_cast<std::uint8_t>(record.effect));
  out.bytes(record.content);
  return out.take();
}

std::expected<MessageRecord, ParseError> parse_message_record(BytesView wire) {
  Reader in{wire};
  if (in.u8() != MessageRecord::version) in.fail(ParseError::unknown_value);
  MessageRecord record;
  record.seq = in.u64();
  record.at.ms = in.u64();
  record.sender = in.id<DeviceId>();
  record.id = in.id<MessageId>();
  record.effect = read_effect(in);
  record.content = in.bytes_owned(content_bytes_max);
  if (auto error = in.finish()) return std::unexpected(*error);
  return record;
}

Bytes encode(const OutboxItem& item) {
  Writer out;
  out.u8(OutboxItem::version);
  out.u64(item.n);
  out.fixed(item.channel.view());
  out.bytes(item.content);
  out.vector([&](Writer& list) {
    for (const BlobId& blob : item.blobs) list.fixed(blob.view());
  });
  out.presence(item.guidance.has_value());
  if (item.guidance) out.fixed(item.guidance->view());
  out.presence(item.sent.has_value());
  if (item.sent) write(out, *item.sent);
  return out.take();
}

std::expected<OutboxItem, ParseError> parse_outbox_item(BytesView wire) {
  Reader in{wire};
  if (in.u8() != OutboxItem::version) in.fail(ParseError::unknown_value);
  OutboxItem item;
  item.n = in.u64();
  item.channel = in.id<ChannelId>();
  item.content = in.bytes_owned(content_bytes_max);
  Reader list = in.vector(protocol::authenticated_blobs_max * BlobId::size);
  while (!list.at_end()) item.blobs.push_back(list.id<BlobId>());
  in.join(list);
  if (in.presence()) item.guidance = in.id<GuidanceId>();
  if (in.presence()) item.sent = read_sent(in);
  if (auto error = in.finish()) return std::unexpected(*error);
  return item;
}

MessageId message_id_of(const DeviceId& sender, const ChannelId& channel, BytesView encoded_content,
                        const MessageSalt& salt) {
  return message_id("samband:device/" + to_hex(sender.view()), "samband:channel/" + to_hex(channel.view()),
                    encoded_content, salt);
}

}  // namespace samband::client
