// Durable before visible: one thread writes the batches of many decisions with one sync, in the order the core made
// them, and only then lets their replies and deliveries go. A failed write ends the process.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

#include "server/edge/limits.h"
#include "server/edge/metrics.h"
#include "server/edge/released.h"
#include "storage/store.h"

namespace samband::server::edge {

struct Decision {
  std::uint64_t position = 0;  // of the command; 0 for what only has to keep its place in the order
  storage::StoreBatch chunks;
  storage::StoreBatch main;
  std::vector<Released> outgoing;
};

class CommitThread {
 public:
  struct Outlets {
    std::function<void(ReleasedBatch)> release;          // of a group of decisions, in order
    std::function<void(std::uint64_t position)> synced;  // everything up to it is on the disk
    std::function<void()> wrote;                         // after each group that was written
  };

  // The stores outlive this.
  CommitThread(storage::Store& main, storage::Store& chunks, Outlets outlets, const Limits& limits, Metrics& metrics);
  // Writes and releases what was submitted, then ends.
  ~CommitThread();

  // Waits while `commit_queue_max` decisions stand in line.
  void submit(Decision decision);
  [[nodiscard]] std::size_t depth() const;
  // Another number each time the thread has gone round, idle or not; the same one while a write is stuck.
  [[nodiscard]] std::uint64_t beat() const { return beat_; }
  void finish();
  // Any thread. While chunks are kept, a group that would remove some waits with everything behind it: for the
  // moment that a checkpoint of both stores takes.
  void keep_chunks(bool kept);

 private:
  void run();
  [[nodiscard]] std::vector<Decision> take_group();
  void write(std::vector<Decision>& group);

  storage::Store& main_;
  storage::Store& chunks_;
  Outlets outlets_;
  Limits limits_;
  Metrics& metrics_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Decision> queue_;  // at most commit_queue_max
  bool finishing_ = false;
  std::atomic<std::uint64_t> beat_ = 0;

  std::mutex writing_;  // held while a group is written
  std::condition_variable chunks_free_;
  bool chunks_kept_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace samband::server::edge
