#include "server/edge/writer.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace samband::server::edge {

SessionWriter::~SessionWriter() {
  clear();
}

void SessionWriter::clear() {
  for (auto& [channel, subscription] : subscriptions_) fan_out_.remove(*subscription);
  subscriptions_.clear();
  due_.clear();
  outbox_.clear();
  outbox_bytes_ = 0;
  tree_head_ = nullptr;
}

void SessionWriter::post(FramePtr frame) {
  outbox_bytes_ += frame->size();
  outbox_.push_back(std::move(frame));
  if (outbox_bytes_ > needs_.limits().outbox_bytes_max) needs_.too_slow("outbox_bytes_max");
  needs_.wake();
}

void SessionWriter::post_tree_head(FramePtr frame) {
  tree_head_ = std::move(frame);
  needs_.wake();
}

void SessionWriter::begin(const ChannelId& channel, std::uint64_t next_seq, const std::optional<ReadWindow>& window) {
  cease(channel);
  if (!window) return;
  auto made = std::make_unique<Subscription>();
  Subscription& subscription = *made;
  subscription.writer = this;
  subscription.channel = channel;
  subscription.generation = ++generation_;
  subscription.cursor = std::max(next_seq, window->from);
  subscription.until = window->until;
  subscriptions_.emplace(channel, std::move(made));
  fan_out_.add(subscription);  // before the store is read: what lands in between comes by the ring
  mark_due(subscription);
}

void SessionWriter::cease(const ChannelId& channel) {
  if (const auto found = subscriptions_.find(channel); found != subscriptions_.end()) erase(found);
}

void SessionWriter::erase(std::map<ChannelId, std::unique_ptr<Subscription>>::iterator found) {
  Subscription* subscription = found->second.get();
  if (subscription->due) std::erase(due_, subscription);
  fan_out_.remove(*subscription);
  subscriptions_.erase(found);
}

void SessionWriter::end(const ChannelId& channel, std::uint64_t until) {
  const auto found = subscriptions_.find(channel);
  if (found == subscriptions_.end()) return;
  Subscription& subscription = *found->second;
  subscription.until = std::min(until, subscription.until.value_or(until));
  mark_due(subscription);
}

void SessionWriter::window_arrived(const ChannelId& channel, const std::optional<ReadWindow>& window) {
  const auto found = subscriptions_.find(channel);
  if (found == subscriptions_.end() || !found->second->asking) return;  // begun anew meanwhile
  if (!window) return erase(found);
  Subscription& subscription = *found->second;
  subscription.asking = false;
  if (window->from > subscription.cursor) {
    subscription.cursor = window->from;
    subscription.caught_up = false;
    subscription.lived = false;
  }
  subscription.until = window->until;
  mark_due(subscription);
}

void SessionWriter::page_arrived(const PageQuestion& question, std::vector<FramePtr> frames) {
  const auto found = subscriptions_.find(question.channel);
  if (found == subscriptions_.end() || found->second->generation != question.generation) return;
  Subscription& subscription = *found->second;
  subscription.paging = false;
  // The window may have moved on while the page was read.
  if (question.from != subscription.cursor) return mark_due(subscription);
  // Entries that came by the ring since, and have left it again, are in the store: then there is more to read.
  subscription.caught_up = frames.empty() && subscription.ring->end().value_or(0) <= subscription.cursor;
  subscription.page.assign(std::make_move_iterator(frames.begin()), std::make_move_iterator(frames.end()));
  mark_due(subscription);
}

void SessionWriter::published(Subscription& subscription) {
  const std::uint64_t end = subscription.ring->end().value_or(0);
  if (end <= subscription.cursor) return;
  subscription.caught_up = false;
  if (subscription.lived && end - subscription.cursor > needs_.limits().cursor_lag_entries_max) {
    needs_.too_slow("cursor_lag_entries_max");
  }
  mark_due(subscription);
}

void SessionWriter::mark_due(Subscription& subscription) {
  if (!std::exchange(subscription.due, true)) due_.push_back(&subscription);
  needs_.wake();
}

FramePtr SessionWriter::next() {
  if (!outbox_.empty()) {
    FramePtr frame = std::move(outbox_.front());
    outbox_.pop_front();
    outbox_bytes_ -= frame->size();
    return frame;
  }
  if (tree_head_) return std::exchange(tree_head_, nullptr);
  while (!due_.empty()) {
    Subscription& subscription = *due_.front();
    due_.pop_front();
    FramePtr frame = next_entry(subscription);
    if (frame) {
      due_.push_back(&subscription);  // it stays due until a turn finds nothing; the others come first
      ++delivered_;
      return frame;
    }
    subscription.due = false;
    ask_for_more(subscription);
  }
  return nullptr;
}

FramePtr SessionWriter::next_entry(Subscription& subscription) {
  if (subscription.until && subscription.cursor >= *subscription.until) {
    subscription.page.clear();
    return nullptr;
  }
  FramePtr frame;
  if (!subscription.page.empty()) {
    frame = std::move(subscription.page.front());
    subscription.page.pop_front();
  } else {
    frame = subscription.ring->at(subscription.cursor);
    if (frame) subscription.lived = true;
  }
  if (frame) ++subscription.cursor;
  return frame;
}

void SessionWriter::ask_for_more(Subscription& subscription) {
  if (subscription.until && subscription.cursor >= *subscription.until) {
    if (!std::exchange(subscription.asking, true)) needs_.ask_window(subscription.channel, subscription.cursor);
    return;
  }
  // At or past the ring's end (the store may be a moment ahead of the ring), the next entry comes by the ring.
  const auto end = subscription.ring->end();
  if (subscription.caught_up || (end && subscription.cursor >= *end)) {
    subscription.lived = true;
    return;
  }
  if (std::exchange(subscription.paging, true)) return;
  const std::uint64_t last = std::numeric_limits<std::uint64_t>::max();
  const std::uint64_t until =
      std::min(subscription.until.value_or(last), subscription.cursor > last - needs_.limits().page_entries_max
                                                      ? last
                                                      : subscription.cursor + needs_.limits().page_entries_max);
  needs_.read_page({subscription.channel, subscription.generation, subscription.cursor, until});
}

void SessionWriter::refill(Connection& connection) {
  while (connection.queued_bytes() < record_bytes_max) {
    FramePtr frame = next();
    if (!frame) return;
    connection.push(std::move(frame));
  }
}

}  // namespace samband::server::edge
