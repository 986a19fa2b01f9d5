// How one entry reaches a thousand sessions: for each channel that sessions of this I/O thread follow, a ring of
// its newest frames, every one of which is on the disk. A session is a cursor into it; what has left the ring it reads
// from the store instead, so that catching up and living are one path, without a gap or a repetition.
// Belongs to one I/O thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "crypto/identity/ids.h"
#include "server/edge/frame.h"
#include "server/edge/limits.h"

namespace samband::server::edge {

struct Subscription;

class Ring {
 public:
  // Entries come in the order of their numbers, each once; a gap would be an error of ours (asserted).
  void publish(std::uint64_t seq, FramePtr frame, const Limits& limits);

  // nullptr when it has left the ring, or is not there yet.
  [[nodiscard]] FramePtr at(std::uint64_t seq) const;
  // Number of the oldest frame held, and one past the newest; nullopt before the first was published here.
  [[nodiscard]] std::optional<std::uint64_t> first() const;
  [[nodiscard]] std::optional<std::uint64_t> end() const;

 private:
  friend class FanOut;
  std::deque<FramePtr> frames_;
  std::size_t bytes_ = 0;
  std::uint64_t end_ = 0;
  std::vector<Subscription*> subscriptions_;
};

class FanOut {
 public:
  // A ring lives as long as somebody follows its channel.
  void add(Subscription& subscription);
  void remove(Subscription& subscription);

  // Adds the frame to the channel's ring and tells the writers of those who follow it. Nothing happens for a channel
  // that nobody here follows.
  void publish(const ChannelId& channel, std::uint64_t seq, const FramePtr& frame, const Limits& limits);

 private:
  std::map<ChannelId, std::unique_ptr<Ring>>
      rings_;  // ordered: ids are chosen by clients, who could make hashes collide
};

}  // namespace samband::server::edge
