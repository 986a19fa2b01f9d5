#include "server/edge/core_thread.h"

#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

// How long the thread sleeps at most: as exactly as a `WakeAt` is kept.
constexpr std::chrono::milliseconds nap_max{50};

}  // namespace

CoreThread::CoreThread(Core core, CommitThread& commit, WatchedClock& clock, const std::atomic<bool>& disk_reserve,
                       Metrics& metrics)
    : core_{std::move(core)},
      commit_{commit},
      clock_{clock},
      disk_reserve_{disk_reserve},
      metrics_{metrics},
      next_tick_(std::size_t{1} + core_.shard_count(), std::chrono::steady_clock::now()) {}

void CoreThread::start() {
  thread_ = std::thread{[this] { run(); }};
}

CoreThread::~CoreThread() {
  finish();
}

void CoreThread::finish() {
  {
    const std::lock_guard lock{mutex_};
    finishing_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void CoreThread::submit(CommandBody body) {
  enqueue(std::move(body));
}
void CoreThread::submit(const WindowQuestion& question) {
  enqueue(question);
}

void CoreThread::enqueue(Job job) {
  {
    const std::lock_guard lock{mutex_};
    queue_.push_back(std::move(job));
    ++depth_;
  }
  changed_.notify_one();
}

void CoreThread::wake_at(protocol::ShardIndex shard, WallTime when) {
  const std::lock_guard lock{mutex_};
  const auto [asked, fresh] = wake_at_.try_emplace(shard, when);
  if (!fresh) asked->second = std::min(asked->second, when);
}

std::deque<CoreThread::Job> CoreThread::wait_for_jobs() {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, nap_max, [this] { return finishing_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

void CoreThread::run() {
  for (;;) {
    std::deque<Job> jobs = wait_for_jobs();
    ++beat_;
    if (jobs.empty()) {
      const std::lock_guard lock{mutex_};
      if (finishing_ && queue_.empty()) return;
    }
    for (Job& job : jobs) {
      if (auto* question = std::get_if<WindowQuestion>(&job)) {
        answer(*question);
      } else {
        apply(std::move(std::get<CommandBody>(job)));
      }
      --depth_;
    }
    tick_due_shards();
  }
}

void CoreThread::tick_due_shards() {
  const auto steady = std::chrono::steady_clock::now();
  const WallTime now = clock_.now();
  for (std::size_t i = 0; i < next_tick_.size(); ++i) {
    const auto shard = static_cast<protocol::ShardIndex>(i);
    bool asked = false;
    {
      const std::lock_guard lock{mutex_};
      const auto found = wake_at_.find(shard);
      asked = found != wake_at_.end() && found->second <= now;
      if (asked) wake_at_.erase(found);
    }
    if (!asked && steady < next_tick_[shard]) continue;
    next_tick_[shard] = steady + tick_interval;
    apply(Tick{}, shard);
  }
}

void CoreThread::apply(CommandBody body, std::optional<protocol::ShardIndex> shard) {
  if (const std::uint64_t position = synced_) core_.synced(position);
  const Command command{.shard = shard.value_or(shard_of_command(body, core_.shard_count())),
                        .at = clock_.now(),
                        .disk_reserve = disk_reserve_,
                        .body = std::move(body)};
  Effects effects = core_.apply(command);
  if (effects.halt) {
    end_process(fmt::format("the store can't be trusted ({}): run sambandd check, and restore a backup if it agrees",
                            *effects.halt));
  }
  Decision decision{effects.position, std::move(effects.chunks), std::move(effects.main), {}};
  decision.outgoing.reserve(effects.outgoing.size());
  for (Outgoing& outgoing : effects.outgoing) decision.outgoing.push_back(release(std::move(outgoing)));
  commit_.submit(std::move(decision));
}

void CoreThread::answer(const WindowQuestion& question) {
  Decision decision;
  decision.outgoing.push_back({WindowAnswer{question.ticket, question.channel},
                               core_.readable(question.device, question.channel, question.seq), nullptr});
  commit_.submit(std::move(decision));
}

Released CoreThread::release(Outgoing outgoing) const {
  Released released{std::move(outgoing), {}, nullptr};
  const Outgoing& what = std::get<Outgoing>(released.what);
  if (const auto* begun = std::get_if<BeginSubscription>(&what)) {
    released.window = core_.readable(begun->device, begun->channel, begun->next_seq);
  } else if (const auto* delivered = std::get_if<Deliver>(&what)) {
    metrics_.entry_stored();
    released.frame = binary_frame(*delivered->frame);
  } else if (const auto* grown = std::get_if<DirectoryGrew>(&what)) {
    released.frame = frame_of(protocol::DirectoryEvent{grown->tree_head});
  }
  return released;
}

}  // namespace samband::server::edge
