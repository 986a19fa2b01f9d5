// The one thread that owns the core: commands come in from all sides, decisions go to the commit thread in order.
// It also keeps the core's time: a tick for each shard every `tick_interval`, and sooner when a shard asks.
#pragma once

#include <array>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "server/core/core.h"
#include "server/edge/clock.h"
#include "server/edge/commit_thread.h"

namespace samband::server::edge {

inline constexpr std::chrono::seconds tick_interval{2};

// What a device may read of a channel from `seq` on; answered as a WindowAnswer, in the order of decisions.
struct WindowQuestion {
  Ticket ticket;
  DeviceId device;
  ChannelId channel;
  std::uint64_t seq = 0;
};

class CoreThread {
 public:
  // `commit`, `clock` and `disk_reserve` outlive this.
  CoreThread(Core core, CommitThread& commit, WatchedClock& clock, const std::atomic<bool>& disk_reserve,
             Metrics& metrics);
  ~CoreThread();
  // Decides nothing before this: what a decision leads to must find this object in its place.
  void start();

  // Any thread. Never waits; who feeds the queue asks `is_full` before taking more from its peer.
  void submit(CommandBody body);
  void submit(const WindowQuestion& question);
  [[nodiscard]] bool is_full(std::uint64_t core_queue_max) const { return depth_ >= core_queue_max; }
  [[nodiscard]] std::size_t depth() const { return depth_; }
  // Another number each time the thread has gone round, idle or not.
  [[nodiscard]] std::uint64_t beat() const { return beat_; }

  void synced(std::uint64_t position) { synced_ = position; }
  void wake_at(protocol::ShardIndex shard, WallTime when);

  // Decides what has been submitted, then ends.
  void finish();

 private:
  using Job = std::variant<CommandBody, WindowQuestion>;

  void run();
  void enqueue(Job job);
  [[nodiscard]] std::deque<Job> wait_for_jobs();
  void apply(CommandBody body, std::optional<protocol::ShardIndex> shard = {});
  void answer(const WindowQuestion& question);
  void tick_due_shards();
  [[nodiscard]] Released release(Outgoing outgoing) const;

  Core core_;
  CommitThread& commit_;
  WatchedClock& clock_;
  const std::atomic<bool>& disk_reserve_;
  Metrics& metrics_;
  std::vector<std::chrono::steady_clock::time_point> next_tick_;  // for each shard

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Job> queue_;
  std::map<protocol::ShardIndex, WallTime> wake_at_;  // the earliest asked for, for each shard
  bool finishing_ = false;
  std::atomic<std::size_t> depth_ = 0;
  std::atomic<std::uint64_t> synced_ = 0;
  std::atomic<std::uint64_t> beat_ = 0;
  std::thread thread_;
};

}  // namespace samband::server::edge
