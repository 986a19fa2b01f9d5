#include "storage/model/entry.h"

#include "crypto/suite/signing.h"

namespace samband::storage {
namespace {

EntryKind read_entry_kind(Reader& in) {
  const std::uint8_t kind = in.u8();
  if (kind < 1 || kind > 8) in.fail(ParseError::unknown_value);
  return static_cast<EntryKind>(kind);
}

}  // namespace

Bytes encode(const Entry& entry) {
  Writer out;
  out.reserve(128 + entry.body.size());
  out.u8(Entry::version);
  out.u8(static_cast<std::uint8_t>(entry.kind));
  out.fixed(entry.channel.view());
  out.u64(entry.seq);
  out.u64(entry.at.ms);
  out.u64(entry.directory_size);
  out.u64(entry.incarnation);
  out.fixed(entry.previous.view());
  out.fixed(entry.sender.view());
  out.bytes(entry.body);
  return out.take();
}

std::expected<Entry, ParseError> parse_entry(BytesView wire) {
  Reader in{wire};
  if (in.u8() != Entry::version) in.fail(ParseError::unknown_value);
  Entry out{
      .kind = read_entry_kind(in),
      .channel = in.id<ChannelId>(),
      .seq = in.u64(),
      .at = WallTime{in.u64()},
      .directory_size = in.u64(),
      .incarnation = in.u64(),
      .previous = in.id<Hash>(),
      .sender = in.id<DeviceId>(),
      .body = in.bytes_owned(entry_body_bytes_max),
  };
  if (auto error = in.finish()) return std::unexpected(*error);
  return out;
}

Hash entry_hash(const Entry& entry) {
  return entry_hash(encode(entry));
}

Hash entry_hash(BytesView encoded) {
  return hash_statement("entry", encoded);
}

std::expected<void, ChainError> advance(ChainHead& head, const Entry& entry) {
  if (entry.channel != head.channel) return std::unexpected(ChainError::other_channel);
  if (entry.seq != head.next_seq) return std::unexpected(ChainError::seq_not_next);
  if (entry.previous != head.last) return std::unexpected(ChainError::hash_differs);
  if (entry.at < head.at) return std::unexpected(ChainError::time_went_back);
  if (entry.directory_size < head.directory_size) return std::unexpected(ChainError::directory_shrank);
  if (entry.incarnation < head.incarnation) return std::unexpected(ChainError::incarnation_went_back);
  head = {
      .channel = entry.channel,
      .next_seq = entry.seq + 1,
      .last = entry_hash(entry),
      .at = entry.at,
      .directory_size = entry.directory_size,
      .incarnation = entry.incarnation,
  };
  return {};
}

}  // namespace samband::storage
