// One message as the profile keeps it: decrypted, judged, and with what others did to it kept apart, each at
// its own place in the channel.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "client/core/content/content.h"
#include "crypto/codec/reader.h"
#include "crypto/identity/ids.h"

namespace samband::client {

// What a message does. Never renumber.
enum class MessageEffect : std::uint8_t {
  says = 1,     // text, document or guidance of its own
  edits = 2,    // of the same staff member's message
  deletes = 3,  // one's own, or any by a moderator
  reacts = 4,
  no_effect = 5,  // its author may not do that; kept, not shown
};

struct MessageRecord {
  static constexpr std::uint8_t version = 1;

  std::uint64_t seq = 0;
  WallTime at;
  DeviceId sender;
  MessageId id;
  MessageEffect effect = MessageEffect::says;
  Bytes content;  // encoded Content
  bool operator==(const MessageRecord&) const = default;
};

[[nodiscard]] Bytes encode(const MessageRecord& record);
[[nodiscard]] std::expected<MessageRecord, ParseError> parse_message_record(BytesView wire);

// A message of ours that has no place in its channel yet.
struct OutboxItem {
  static constexpr std::uint8_t version = 1;

  struct Place {
    std::uint64_t seq = 0;
    WallTime at;
    bool operator==(const Place&) const = default;
  };
  // As it was encrypted and sent; encrypted anew when the epoch ends before it has a place.
  struct Sent {
    Hash message;  // SHA-256 of the MLSMessage: how it is known when it comes back
    std::uint64_t epoch = 0;
    MessageId id;
    Bytes content;                // encoded Content with what the channel looked like then
    std::optional<Place> placed;  // by the server's word; the entry itself has not come yet
    bool operator==(const Sent&) const = default;
  };

  std::uint64_t n = 0;  // in the order of writing
  ChannelId channel;
  Bytes content;              // encoded Content, before the channel's head is put in
  std::vector<BlobId> blobs;  // sealed already
  std::optional<GuidanceId> guidance;
  std::optional<Sent> sent;
  bool operator==(const OutboxItem&) const = default;
};

[[nodiscard]] Bytes encode(const OutboxItem& item);
[[nodiscard]] std::expected<OutboxItem, ParseError> parse_outbox_item(BytesView wire);

// The names of sender and room that go into a MessageId: every member derives the same.
[[nodiscard]] MessageId message_id_of(const DeviceId& sender, const ChannelId& channel, BytesView encoded_content,
                                      const MessageSalt& salt);

}  // namespace samband::client
