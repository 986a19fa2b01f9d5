#include "server/edge/fan_out.h"

#include "crypto/bytes/check.h"
#include "server/edge/writer.h"

namespace samband::server::edge {

void Ring::publish(std::uint64_t seq, FramePtr frame, const Limits& limits) {
  SAMBAND_CHECK(frames_.empty() || seq == end_);
  bytes_ += frame->size();
  frames_.push_back(std::move(frame));
  end_ = seq + 1;
  while (frames_.size() > 1 && (frames_.size() > limits.ring_entries_max || bytes_ > limits.ring_bytes_max)) {
    bytes_ -= frames_.front()->size();
    frames_.pop_front();
  }
}

FramePtr Ring::at(std::uint64_t seq) const {
  const std::uint64_t oldest = end_ - frames_.size();
  if (seq < oldest || seq >= end_) return nullptr;
  return frames_[static_cast<std::size_t>(seq - oldest)];
}

std::optional<std::uint64_t> Ring::first() const {
  if (frames_.empty()) return std::nullopt;
  return end_ - frames_.size();
}

std::optional<std::uint64_t> Ring::end() const {
  if (frames_.empty()) return std::nullopt;
  return end_;
}

void FanOut::add(Subscription& subscription) {
  auto& ring = rings_[subscription.channel];
  if (!ring) ring = std::make_unique<Ring>();
  subscription.ring = ring.get();
  subscription.place = ring->subscriptions_.size();
  ring->subscriptions_.push_back(&subscription);
}

void FanOut::remove(Subscription& subscription) {
  auto& all = subscription.ring->subscriptions_;
  all.back()->place = subscription.place;
  all[subscription.place] = all.back();
  all.pop_back();
  if (all.empty()) rings_.erase(subscription.channel);
}

void FanOut::publish(const ChannelId& channel, std::uint64_t seq, const FramePtr& frame, const Limits& limits) {
  const auto found = rings_.find(channel);
  if (found == rings_.end()) return;
  found->second->publish(seq, frame, limits);
  // A writer that finds its reader too slow closes later, from its session's own turn: the list stays as it is.
  for (Subscription* subscription : found->second->subscriptions_) subscription->writer->published(*subscription);
}

}  // namespace samband::server::edge
