// One thread with its own io_context, its sessions, and its rings. What the commit thread releases comes in batches,
// one wake-up for as many as have gathered, and each session is written to once for all of them.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

#include "server/edge/fan_out.h"
#include "server/edge/net.h"
#include "server/edge/session.h"

namespace samband::server::edge {

class IoThread {
 public:
  // `index` from 1: it is part of every ticket, so that a reply finds its thread. `tree_head`: the newest on the disk.
  IoThread(std::uint16_t index, Services& services, std::shared_ptr<const Reloadable> settings, Bytes tree_head);
  ~IoThread();
  IoThread(const IoThread&) = delete;
  IoThread& operator=(const IoThread&) = delete;

  // --- any thread
  [[nodiscard]] net::io_context& context() { return context_; }
  // The socket was accepted on this thread's context.
  void adopt(tcp::socket socket, Admitted admitted);
  void release(ReleasedBatch batch);
  void reload(std::shared_ptr<const Reloadable> settings);
  // Asks every session to finish.
  void shut_down();
  [[nodiscard]] std::size_t session_count() const { return session_count_; }
  // Ends the thread; sessions that are left are cut.
  void stop();

  // --- this thread, by its sessions
  [[nodiscard]] Services& services() { return services_; }
  [[nodiscard]] const Limits& limits() const { return settings_->limits; }
  [[nodiscard]] FanOut& fan_out() { return fan_out_; }
  [[nodiscard]] const Bytes& tree_head() const { return tree_head_; }
  void wake(std::shared_ptr<Session> session);
  void logged_in(Session& session);
  void leave(Session& session);
  void read_page(std::shared_ptr<Session> session, const PageQuestion& question);
  void read_inbox(std::shared_ptr<Session> session, protocol::ShardIndex shard, std::uint64_t after);

 private:
  void run();
  void drain();
  void flush_woken();
  void sweep();
  void carry_out(const Released& released);
  [[nodiscard]] std::shared_ptr<Session> session_of(Ticket ticket);
  template <class Action>
  void each_session_of(const DeviceId& device, Action&& action);

  std::uint16_t index_;
  Services& services_;
  FanOut fan_out_;  // outlives the sessions, and those live on in what the context still holds
  net::io_context context_{1};
  net::executor_work_guard<net::io_context::executor_type> work_;
  std::shared_ptr<const Reloadable> settings_;
  Bytes tree_head_;
  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions_;  // by ticket
  std::multimap<DeviceId, Session*> devices_;                             // of those logged in
  std::vector<std::shared_ptr<Session>> woken_;
  bool flush_posted_ = false;
  bool shutting_down_ = false;
  net::steady_timer sweep_timer_;
  std::uint64_t next_serial_ = 1;
  std::atomic<std::size_t> session_count_ = 0;

  std::mutex inbox_mutex_;
  std::vector<ReleasedBatch> inbox_;  // released and not yet carried out
  std::thread thread_;
};

// The thread a ticket belongs to; 0 is the control thread's (admin socket).
[[nodiscard]] std::uint16_t thread_of(Ticket ticket);
[[nodiscard]] Ticket make_ticket(std::uint16_t thread, std::uint64_t serial);

}  // namespace samband::server::edge
