#include "server/edge/commit_thread.h"

#include <algorithm>

#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

// How long the thread sleeps at most when there is nothing to write: a watchdog wants to see it go round.
constexpr std::chrono::milliseconds nap_max{100};

void write_or_end(storage::Store& store, const storage::StoreBatch& batch, std::string_view name) {
  if (batch.empty()) return;
  if (const auto written = store.write(batch, storage::Durability::synced); !written) {
    end_process(
        fmt::format("the {} store could not be written ({}): look at the disk and its space; what was "
                    "acknowledged is safe, and a restart goes on from there",
                    name, storage::name_of(written.error())));
  }
}

bool removes_something(const storage::StoreBatch& batch) {
  return std::ranges::any_of(batch.changes(), [](const storage::StoreBatch::Change& change) {
    return change.kind != storage::StoreBatch::Change::Kind::put;
  });
}

}  // namespace

CommitThread::CommitThread(storage::Store& main, storage::Store& chunks, Outlets outlets, const Limits& limits,
                           Metrics& metrics)
    : main_{main}, chunks_{chunks}, outlets_{std::move(outlets)}, limits_{limits}, metrics_{metrics}, thread_{[this] {
        run();
      }} {}

CommitThread::~CommitThread() {
  finish();
}

void CommitThread::finish() {
  {
    const std::lock_guard lock{mutex_};
    finishing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CommitThread::submit(Decision decision) {
  {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return queue_.size() < limits_.commit_queue_max; });
    queue_.push_back(std::move(decision));
  }
  changed_.notify_all();
}

std::size_t CommitThread::depth() const {
  const std::lock_guard lock{mutex_};
  return queue_.size();
}

void CommitThread::keep_chunks(bool kept) {
  {
    const std::lock_guard lock{writing_};
    chunks_kept_ = kept;
  }
  chunks_free_.notify_all();
}

std::vector<Decision> CommitThread::take_group() {
  std::vector<Decision> group;
  std::size_t bytes = 0;
  std::unique_lock lock{mutex_};
  while (!changed_.wait_for(lock, nap_max, [this] { return finishing_ || !queue_.empty(); })) ++beat_;
  ++beat_;
  while (!queue_.empty() && group.size() < limits_.sync_records_max && bytes < limits_.sync_bytes_max) {
    bytes += queue_.front().main.content_bytes() + queue_.front().chunks.content_bytes();
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  lock.unlock();
  changed_.notify_all();
  return group;
}

void CommitThread::write(std::vector<Decision>& group) {
  storage::StoreBatch main;
  storage::StoreBatch chunks;
  for (Decision& decision : group) {
    chunks.append(std::move(decision.chunks));
    main.append(std::move(decision.main));
  }
  if (main.empty() && chunks.empty()) return;
  std::unique_lock lock{writing_};
  if (removes_something(chunks)) chunks_free_.wait(lock, [this] { return !chunks_kept_; });
  const auto begun = std::chrono::steady_clock::now();
  write_or_end(chunks_, chunks, "chunk");  // first: what the main store says is there, is there
  write_or_end(main_, main, "main");
  metrics_.synced(std::chrono::steady_clock::now() - begun, group.size());
  outlets_.wrote();
}

void CommitThread::run() {
  for (;;) {
    std::vector<Decision> group = take_group();
    if (group.empty()) return;  // finishing, and nothing is left
    write(group);
    std::uint64_t position = 0;
    auto released = std::make_shared<std::vector<Released>>();
    for (Decision& decision : group) {
      position = std::max(position, decision.position);
      std::ranges::move(decision.outgoing, std::back_inserter(*released));
    }
    if (position != 0) outlets_.synced(position);
    if (!released->empty()) outlets_.release(std::move(released));
  }
}

}  // namespace samband::server::edge
