// What one session's client is due, in the order it is sent: replies and notices first, then the entries of its
// channels in turn. Nothing waits here for each reader but its cursors; frames are shared.
// Belongs to one I/O thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "server/core/core.h"
#include "server/edge/connection.h"
#include "server/edge/fan_out.h"

namespace samband::server::edge {

class SessionWriter;

// A session's cursor in one channel.
struct Subscription {
  SessionWriter* writer = nullptr;
  ChannelId channel;
  std::uint64_t generation = 0;        // tells a page read for this subscription from one for its predecessor
  std::uint64_t cursor = 0;            // number of the next entry to send
  std::optional<std::uint64_t> until;  // the device may read up to, not including, this one
  bool caught_up = false;              // the store had no more when it was read last
  bool lived = false;                  // it has been up to date once: from then on its lag is bounded
  bool due = false;                    // it stands in the writer's list
  bool paging = false;                 // a page has been asked for
  bool asking = false;                 // the core has been asked what may be read after `until`
  std::deque<FramePtr> page;           // of the store; begins at `cursor`
  Ring* ring = nullptr;                // of this I/O thread; kept by FanOut
  std::size_t place = 0;               // in the ring's list; kept by FanOut
};

// What a page of the store is asked for.
struct PageQuestion {
  ChannelId channel;
  std::uint64_t generation = 0;
  std::uint64_t from = 0;
  std::uint64_t until = 0;
};

// What a writer needs of its session.
class WriterNeeds {
 public:
  virtual ~WriterNeeds() = default;
  [[nodiscard]] virtual const Limits& limits() const = 0;
  // Something became due: `flush` the connection soon.
  virtual void wake() = 0;
  // Comes back by `page_arrived`.
  virtual void read_page(const PageQuestion& question) = 0;
  // What may the device read from `seq` on? Comes back by `window_arrived`.
  virtual void ask_window(const ChannelId& channel, std::uint64_t seq) = 0;
  // A bound was passed; the session will be closed with `too_slow`.
  virtual void too_slow(std::string_view bound) = 0;
};

class SessionWriter final : public WriteSource {
 public:
  SessionWriter(FanOut& fan_out, WriterNeeds& needs) : fan_out_{fan_out}, needs_{needs} {}
  ~SessionWriter() override;
  SessionWriter(const SessionWriter&) = delete;
  SessionWriter& operator=(const SessionWriter&) = delete;

  // A reply or notice. Bounded by `outbox_bytes_max`, past which the reader is too slow.
  void post(FramePtr frame);
  // The directory's newest head: only the newest one is worth sending.
  void post_tree_head(FramePtr frame);

  // `window` nullopt: nothing may be read, and nothing begins. A subscription to the same channel ends.
  void begin(const ChannelId& channel, std::uint64_t next_seq, const std::optional<ReadWindow>& window);
  void cease(const ChannelId& channel);
  // The device has lost the channel: nothing from `until` on.
  void end(const ChannelId& channel, std::uint64_t until);
  void window_arrived(const ChannelId& channel, const std::optional<ReadWindow>& window);
  // Frames from the question's `from` on, without a gap; empty when the store has no more.
  void page_arrived(const PageQuestion& question, std::vector<FramePtr> frames);
  void clear();

  // The ring of the subscription's channel has grown.
  void published(Subscription& subscription);

  // The next frame that is due; nullptr when there is none now.
  [[nodiscard]] FramePtr next();
  void refill(Connection& connection) override;

  [[nodiscard]] std::size_t outbox_bytes() const { return outbox_bytes_; }
  [[nodiscard]] std::size_t subscription_count() const { return subscriptions_.size(); }
  [[nodiscard]] std::uint64_t take_delivered() { return std::exchange(delivered_, 0); }

 private:
  void mark_due(Subscription& subscription);
  [[nodiscard]] FramePtr next_entry(Subscription& subscription);
  void ask_for_more(Subscription& subscription);
  void erase(std::map<ChannelId, std::unique_ptr<Subscription>>::iterator found);

  FanOut& fan_out_;
  WriterNeeds& needs_;
  std::deque<FramePtr> outbox_;  // at most outbox_bytes_max bytes
  std::size_t outbox_bytes_ = 0;
  FramePtr tree_head_;
  std::map<ChannelId, std::unique_ptr<Subscription>> subscriptions_;
  std::deque<Subscription*> due_;  // each at most once
  std::uint64_t generation_ = 0;
  std::uint64_t delivered_ = 0;  // entries taken by `next` since somebody asked
};

}  // namespace samband::server::edge
