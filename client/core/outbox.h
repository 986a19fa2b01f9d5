// Messages of ours on their way into their channels. Each waits in the profile from the moment it was written
// until it has its place; it is encrypted anew, unseen, when the epoch ends first.
// The ratchet, the outbox and the request land in one write before anything is sent, so no key is used twice.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "client/core/channel.h"
#include "client/core/message_record.h"
#include "client/core/parts.h"

namespace samband::client {

inline constexpr std::size_t messages_sent_max = 16;  // without an answer, in one channel
inline constexpr std::size_t outbox_items_max = 10'000;

class Outbox {
 public:
  using Placing = std::expected<std::uint64_t, Failure>;  // the seq

  explicit Outbox(Parts& parts) : parts_{parts} {}

  [[nodiscard]] bool load();
  // `content`: without channel and tree heads; its blobs are sealed. Errors: too_large, too_many_requests.
  [[nodiscard]] std::expected<std::uint64_t, Failure> add(const ChannelId& channel, const Content& content,
                                                          std::vector<BlobId> blobs,
                                                          std::optional<GuidanceId> guidance);
  [[nodiscard]] Later<Placing> until_placed(std::uint64_t n);
  // The item that carries this publication.
  [[nodiscard]] std::optional<std::uint64_t> find(const GuidanceId& guidance) const;
  // Nothing waits that could go: what is for a channel that has parted is kept, and nobody waits for it.
  [[nodiscard]] bool is_settled() const;
  [[nodiscard]] bool has_unsent(const ChannelId& channel) const;

  // Encrypts and sends what may go now.
  void pump(Channel& channel);
  // The item that was sent as this MLSMessage.
  [[nodiscard]] std::optional<OutboxItem> take_placed(const ChannelId& channel, const Hash& message) const;
  void settle(std::uint64_t n, Placing placing);
  void on_reply(const Purpose& purpose, const protocol::ReplyBody& reply);
  // The channel goes on at `next_seq`, past entries that were not processed: what has a place there is done.
  void skipped_to(Channel& channel);
  // The restored server is behind in the channel: what waits for it stays, and who waits for that is told.
  void parted(const Channel& channel);
  // The server's log and ours are one again: what was sent and is not in it is sent anew.
  void met(const Channel& channel);
  // Left or removed: nothing more can be said there.
  void channel_ended(const ChannelId& channel);

 private:
  [[nodiscard]] bool may_go(const Channel& channel, const OutboxItem& item) const;
  // Sent in an epoch that has ended, and not answered: what was written after it waits, so that it can't overtake.
  [[nodiscard]] bool may_come_back(const Channel& channel, const OutboxItem& item) const;
  [[nodiscard]] bool encrypt(Channel& channel, OutboxItem& item);
  void save(const OutboxItem& item);

  Parts& parts_;
  std::map<std::uint64_t, OutboxItem> items_;  // by n
  std::map<std::uint64_t, Later<Placing>> waiting_;
  std::uint64_t next_ = 1;
};

}  // namespace samband::client
