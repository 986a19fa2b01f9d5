// One client's connection, from the first byte to the last: TLS, WebSocket, login, requests, goodbye.
// Belongs to one I/O thread. Every wait has an end: `sweep` holds the session to the deadline of its phase.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "server/edge/admission.h"
#include "server/edge/connection.h"
#include "server/edge/released.h"
#include "server/edge/request_rate.h"
#include "server/edge/services.h"
#include "server/edge/writer.h"

namespace samband::server::edge {

class IoThread;

class Session final : public WriterNeeds, public std::enable_shared_from_this<Session> {
 public:
  Session(IoThread& io, Ticket ticket, std::shared_ptr<Connection> connection, Admitted admitted);
  ~Session() override;

  // Runs until the connection ends, then leaves its I/O thread.
  void start();

  // --- from the core, once it is on the disk
  void answered(const protocol::Reply& reply);
  void login_answered(const AnswerLogin& answer);
  void inbox_grew(protocol::ShardIndex shard);
  void inbox_arrived(protocol::ShardIndex shard, std::vector<protocol::InboxEvent> events);

  // Tells the client why, gives it `closing_timeout_ms` to read it, and ends.
  void close(protocol::Status status, std::string_view detail);
  // The server goes down: no more requests; closes when those in flight are answered.
  void shut_down();
  // Called now and then: deadlines, pings, readers that have stopped reading.
  void sweep(SteadyTime now);
  // Sends what is due.
  void flush();

  [[nodiscard]] Ticket ticket() const { return ticket_; }
  [[nodiscard]] const std::optional<DeviceId>& device() const { return device_; }
  [[nodiscard]] SessionWriter& writer() { return writer_; }
  [[nodiscard]] bool is_serving() const { return phase_ == Phase::serving; }

  // --- WriterNeeds
  [[nodiscard]] const Limits& limits() const override;
  void wake() override;
  void read_page(const PageQuestion& question) override;
  void ask_window(const ChannelId& channel, std::uint64_t seq) override;
  void too_slow(std::string_view bound) override;

 private:
  enum class Phase : std::uint8_t { handshake, login, serving, closing };
  struct InboxCursor {
    std::uint64_t sent = 0;  // the highest number sent
    bool reading = false;    // a page has been asked for
    bool more = true;        // there may be more in the store
  };

  // The steps, each a coroutine that says whether to go on; in session_steps.cpp, where Beast is included.
  static net::awaitable<void> run(std::shared_ptr<Session> session);
  template <class WebSocket>
  net::awaitable<bool> open(WebSocket& socket);
  template <class WebSocket>
  net::awaitable<bool> authenticate(WebSocket& socket);
  template <class WebSocket>
  net::awaitable<void> serve(WebSocket& socket);
  net::awaitable<void> pace();
  net::awaitable<void> wait(std::chrono::nanoseconds at_most);
  net::awaitable<void> linger();

  void greet();
  void enter(Phase phase, std::uint64_t deadline_ms);
  void submit(protocol::Request request);
  void log_in(protocol::Login login);
  void answer_here(std::uint32_t tag, protocol::Status status, std::string_view detail);
  void read_inbox(protocol::ShardIndex shard);
  void read_inboxes();
  void leave();

  IoThread& io_;
  Ticket ticket_;
  std::shared_ptr<Connection> connection_;
  Admitted admitted_;
  SessionWriter writer_;
  net::steady_timer signal_;  // wakes the coroutine when a reply has gone or the phase has changed
  Phase phase_ = Phase::handshake;
  SteadyTime deadline_;  // of the handshake, the login, or the goodbye
  SteadyTime pinged_;
  protocol::Nonce nonce_;
  std::optional<DeviceId> device_;   // once it has logged in
  std::optional<DeviceId> claimed_;  // while the core looks at its login
  std::shared_ptr<TokenBucket> bucket_;
  std::shared_ptr<TokenBucket> partner_bucket_;  // of all devices of its partner
  std::vector<InboxCursor> inboxes_;             // for each shard, once logged in
  std::uint32_t in_flight_ = 0;                  // at most requests_in_flight_max
  bool draining_ = false;
  bool woken_ = false;           // the I/O thread will flush
  std::string_view slow_bound_;  // set: to be closed with too_slow at the next flush
};

}  // namespace samband::server::edge
