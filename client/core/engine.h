// The client's inside: its parts, and the steps that run them. Every entry point is one step; see client.h.
#pragma once

#include <functional>
#include <list>
#include <optional>

#include "client/core/channels.h"
#include "client/core/client.h"
#include "client/core/outbox.h"
#include "client/core/parts.h"

namespace samband::client {

class Engine {
 public:
  Engine(storage::SealedStore& store, RandomSource& random);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  [[nodiscard]] std::expected<void, OpenError> load();

  [[nodiscard]] std::optional<ServerAddress> server() const;
  [[nodiscard]] bool enrolled() const { return own_ && own_->enrolled; }
  [[nodiscard]] bool ready() const { return session_.is_ready(); }

  [[nodiscard]] Started start(Command command, WallTime now, WallTime wait_until);
  [[nodiscard]] Effects cancel(OperationId operation, WallTime now);
  [[nodiscard]] Effects connected(BytesView channel_binding, WallTime now);
  [[nodiscard]] Effects received(BytesView frame, WallTime now);
  [[nodiscard]] Effects received_all(std::span<const Bytes> frames, WallTime now);
  [[nodiscard]] Effects disconnected(WallTime now);
  [[nodiscard]] Effects tick(WallTime now);

 private:
  struct Running {
    OperationId operation;
    WallTime wait_until;
    bool endless = false;  // goes on until it is cancelled, and does not wait for what it writes
    Task<Outcome> task;
  };

  // Runs `work`, then whatever became ready, writes, and gives the effects.
  [[nodiscard]] Effects step(WallTime now, const std::function<void()>& work);
  void settle_down();
  void wake_for_what_is_held();
  void finish_done();
  // Directory and channels are as the server has them.
  [[nodiscard]] bool is_caught_up() const;
  // And nothing of this client's is under way.
  [[nodiscard]] bool is_current() const;
  [[nodiscard]] Effects stopped();

  void take_frame(BytesView frame);
  void on_ready();
  void on_reply(protocol::Reply reply);
  void on_closing(const protocol::Closing& closing);
  void give_up_waiting();
  void fail_all(const Failure& failure);
  void warn_of_old_head();
  [[nodiscard]] Task<Outcome> run(OperationId operation, Command command);
  [[nodiscard]] Task<Outcome> begin(OperationId operation, Command command);
  [[nodiscard]] Task<Outcome> begin_with_news(OperationId operation, Command command);
  [[nodiscard]] Task<Outcome> sync();
  [[nodiscard]] Task<Outcome> agent();

  std::optional<Own> own_;
  std::optional<ServerAddress> enrolling_at_;
  Turn turn_;
  Profile profile_;
  RandomSource& random_;
  Errands errands_;
  Session session_;
  DirectoryFollower directory_;
  Channels channels_;
  Outbox outbox_;
  Parts parts_;
  std::list<Running> running_;
  std::vector<Later<bool>> until_current_;
  std::vector<Later<bool>> until_caught_up_;
  std::uint64_t next_operation_ = 1;
  std::uint64_t directory_seen_ = 0;  // size when channels were last told
  Failure away_;                      // why there is no connection, as far as known
  bool warned_of_old_head_ = false;
  bool failed_ = false;
};

}  // namespace samband::client
