#include "server/edge/session.h"

#include <openssl/rand.h>

#include "server/edge/io_thread.h"
#include "server/edge/log.h"

namespace samband::server::edge {
namespace {

// What an inbox page may add to what waits already: Welcomes are up to 1 MiB each.
constexpr std::size_t inbox_bytes_waiting_max = std::size_t{1} << 20U;

}  // namespace

Session::Session(IoThread& io, Ticket ticket, std::shared_ptr<Connection> connection, Admitted admitted)
    : io_{io},
      ticket_{ticket},
      connection_{std::move(connection)},
      admitted_{std::move(admitted)},
      writer_{io.fan_out(), *this},
      signal_{io.context()},
      pinged_{std::chrono::steady_clock::now()} {
  enter(Phase::handshake, limits().handshake_timeout_ms);
}

Session::~Session() {
  connection_->close();
}

const Limits& Session::limits() const {
  return io_.limits();
}

void Session::enter(Phase phase, std::uint64_t deadline_ms) {
  phase_ = phase;
  deadline_ = std::chrono::steady_clock::now() + std::chrono::milliseconds{deadline_ms};
}

void Session::greet() {
  if (RAND_bytes(nonce_.bytes.data(), static_cast<int>(nonce_.bytes.size())) != 1) {
    end_process("the system gives no random bytes: restart the machine, and look at its kernel's log");
  }
  const Services& services = io_.services();
  connection_->pull_from(&writer_);
  writer_.post(frame_of(protocol::Hello{.server_name = services.name,
                                        .nonce = nonce_,
                                        .incarnation = services.incarnation,
                                        .shard_count = services.shard_count,
                                        .now = io_.services().clock.now(),
                                        .tree_head = io_.tree_head()}));
  enter(Phase::login, limits().login_timeout_ms);
}

void Session::log_in(protocol::Login login) {
  claimed_ = login.device;
  ++in_flight_;
  io_.services().core->submit(LoginRequest{.ticket = ticket_,
                                           .login = std::move(login),
                                           .server_name = io_.services().name,
                                           .nonce = nonce_,
                                           .channel_binding = channel_binding(connection_->tls())});
}

void Session::login_answered(const AnswerLogin& answer) {
  --in_flight_;
  if (phase_ != Phase::login) return;
  if (const auto* refused = std::get_if<protocol::Refused>(&answer.answer)) {
    io_.services().metrics.login_refused(refused->status);
    log_event(LogEvent::login_refused,
              {{"SAMBAND_REASON", std::string{name_of(refused->status)}}, {"SAMBAND_ADDRESS", admitted_.address()}},
              "login from {} refused: {} {}", admitted_.address(), name_of(refused->status), refused->detail);
    return close(refused->status, refused->detail);
  }
  if (!admitted_.logged_in(answer.partner)) {
    io_.services().metrics.login_refused(protocol::Status::partner_limit);
    return close(protocol::Status::partner_limit, "partner_connections_max");
  }
  io_.services().metrics.login_accepted();
  device_ = claimed_;
  bucket_ = io_.services().rates.bucket_of(*device_);
  partner_bucket_ = io_.services().rates.bucket_of(answer.partner);
  phase_ = Phase::serving;
  io_.logged_in(*this);
  writer_.post(frame_of(std::get<protocol::LoginAccepted>(answer.answer)));
  inboxes_.resize(std::size_t{1} + io_.services().shard_count);
  read_inboxes();
  signal_.cancel();
}

void Session::submit(protocol::Request request) {
  if (std::holds_alternative<protocol::Subscribe>(request.body) &&
      writer_.subscription_count() >= limits().subscriptions_per_session_max) {
    return answer_here(request.tag, protocol::Status::too_many, "channels followed");
  }
  ++in_flight_;
  if (device_) {
    io_.services().core->submit(DeviceRequest{ticket_, *device_, std::move(request)});
  } else {
    io_.services().core->submit(StrangerRequest{ticket_, std::move(request)});
  }
}

void Session::answer_here(std::uint32_t tag, protocol::Status status, std::string_view detail) {
  io_.services().metrics.refused(status);
  writer_.post(frame_of(protocol::Reply{tag, protocol::Refused{status, std::string{detail}}}));
}

void Session::answered(const protocol::Reply& reply) {
  --in_flight_;
  if (const auto* refused = std::get_if<protocol::Refused>(&reply.body)) {
    io_.services().metrics.refused(refused->status);
  } else {
    io_.services().metrics.answered();
  }
  if (phase_ == Phase::closing) return;
  writer_.post(frame_of(reply));
  signal_.cancel();
}

void Session::inbox_grew(protocol::ShardIndex shard) {
  inboxes_[shard].more = true;
  read_inbox(shard);
}

void Session::read_inboxes() {
  for (std::size_t shard = 0; shard < inboxes_.size(); ++shard) read_inbox(static_cast<protocol::ShardIndex>(shard));
}

void Session::read_inbox(protocol::ShardIndex shard) {
  InboxCursor& inbox = inboxes_[shard];
  if (phase_ != Phase::serving || inbox.reading || !inbox.more) return;
  if (writer_.outbox_bytes() > inbox_bytes_waiting_max) return;  // `flush` and `sweep` ask again
  inbox.reading = true;
  inbox.more = false;  // unless something comes while the page is read
  io_.read_inbox(shared_from_this(), shard, inbox.sent);
}

void Session::inbox_arrived(protocol::ShardIndex shard, std::vector<protocol::InboxEvent> events) {
  if (phase_ != Phase::serving) return;
  InboxCursor& inbox = inboxes_[shard];
  inbox.reading = false;
  if (!events.empty()) inbox.more = true;
  for (protocol::InboxEvent& event : events) {
    inbox.sent = event.n;
    writer_.post(frame_of(std::move(event)));
  }
  read_inbox(shard);
}

void Session::wake() {
  if (!std::exchange(woken_, true)) io_.wake(shared_from_this());
}

void Session::read_page(const PageQuestion& question) {
  io_.read_page(shared_from_this(), question);
}

void Session::ask_window(const ChannelId& channel, std::uint64_t seq) {
  io_.services().core->submit(WindowQuestion{ticket_, *device_, channel, seq});
}

void Session::too_slow(std::string_view bound) {
  slow_bound_ = bound;
}

void Session::flush() {
  woken_ = false;
  if (!slow_bound_.empty()) close(protocol::Status::too_slow, slow_bound_);
  connection_->flush();
  if (const auto delivered = writer_.take_delivered()) io_.services().metrics.delivered(delivered);
  if (draining_ && in_flight_ == 0) close(protocol::Status::shutting_down, "");
  read_inboxes();
}

void Session::close(protocol::Status status, std::string_view detail) {
  if (phase_ == Phase::closing) return;
  const bool framed = phase_ != Phase::handshake;
  log_debug("session of {}: closing, {} {}", admitted_.address(), name_of(status), detail);
  io_.services().metrics.session_closed(status);
  if (status == protocol::Status::too_slow) {
    io_.services().metrics.bound_hit(detail);
    log_event(LogEvent::reader_too_slow,
              {{"SAMBAND_BOUND", std::string{detail}}, {"SAMBAND_ADDRESS", admitted_.address()}},
              "a client at {} reads too slowly: closed at {}; it resumes where it was", admitted_.address(), detail);
  }
  enter(Phase::closing, limits().closing_timeout_ms);
  writer_.clear();
  if (framed) {
    connection_->finish_with(frame_of(protocol::Closing{status, std::string{detail}}),
                             close_frame(close_code_of(status), name_of(status)));
  } else {
    connection_->close();
  }
  signal_.cancel();
}

void Session::shut_down() {
  draining_ = true;
  if (phase_ != Phase::serving || in_flight_ == 0) close(protocol::Status::shutting_down, "");
}

void Session::sweep(SteadyTime now) {
  if (phase_ == Phase::closing || phase_ == Phase::handshake) {
    if (now >= deadline_) connection_->close();
    return;
  }
  if (phase_ == Phase::login && now >= deadline_) return close(protocol::Status::idle, "no login in time");
  const auto passed = [now](SteadyTime since, std::uint64_t ms) {
    return now - since >= std::chrono::milliseconds{ms};
  };
  if (const auto stalled = connection_->stalled_since(); stalled && passed(*stalled, limits().write_stall_timeout_ms)) {
    return close(protocol::Status::too_slow, "write_stall_timeout_ms");
  }
  const SteadyTime heard = connection_->last_read();
  if (passed(heard, limits().idle_timeout_ms)) return close(protocol::Status::idle, "idle_timeout_ms");
  if (passed(heard, limits().ping_interval_ms) && passed(pinged_, limits().ping_interval_ms)) {
    pinged_ = now;
    writer_.post(ping_frame());
  }
  read_inboxes();
}

void Session::leave() {
  connection_->close();
  writer_.clear();
  io_.leave(*this);
}

}  // namespace samband::server::edge
