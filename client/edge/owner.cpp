#include "client/edge/owner.h"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/system_timer.hpp>

namespace samband::client {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;

constexpr milliseconds backoff_first{200};
constexpr milliseconds backoff_max{30'000};

WallTime clock_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {static_cast<std::uint64_t>(std::chrono::duration_cast<milliseconds>(since_epoch).count())};
}

}  // namespace

class Owner::Loop {
 public:
  Loop(asio::io_context& io, Client client, RandomSource& random, OwnerOptions options)
      : io_{io}, client_{std::move(client)}, random_{random}, options_{std::move(options)}, wake_{io}, retry_{io} {}

  OperationId start(Command command, OperationListener listener) {
    const WallTime now = clock_now();
    const WallTime wait_until{now.ms + static_cast<std::uint64_t>(options_.wait.count())};
    Started started = client_.start(std::move(command), now, wait_until);
    listeners_.emplace(started.operation, std::move(listener));
    carry_out(std::move(started.effects));
    connect_if_needed();
    return started.operation;
  }

  void cancel(OperationId operation) { carry_out(client_.cancel(operation, clock_now())); }

  void on_unasked(std::function<void(const Line&)> told) { unasked_ = std::move(told); }

  [[nodiscard]] std::size_t running() const { return listeners_.size(); }

  void stop() {
    stopped_ = true;
    wake_.cancel();
    retry_.cancel();
    while (!listeners_.empty()) {
      const OperationId operation = listeners_.begin()->first;
      cancel(operation);
      finish(operation, Failure{.fault = Fault::cancelled});
    }
    transport_.reset();
  }

 private:
  void connect_if_needed() {
    if (stopped_ || transport_ || retrying_ || listeners_.empty()) return;
    const auto server = client_.server();
    if (!server) return;
    TransportEvents events;
    events.opened = [this](BytesView binding) {
      backoff_ = backoff_first;
      last_failure_.reset();
      carry_out(client_.connected(binding, clock_now()));
    };
    events.received = [this](BytesView frame) { carry_out(client_.received(frame, clock_now())); };
    events.ended = [this](const TransportFailure& failure) { ended(failure); };
    transport_ = std::make_unique<Transport>(io_, *server, options_.trust_file, std::move(events));
  }

  void ended(const TransportFailure& failure) {
    log("connection ended: " + failure.detail);
    last_failure_ = failure;
    // The transport is on the stack of this call.
    asio::post(io_, [transport = std::shared_ptr{std::move(transport_)}] {});
    carry_out(client_.disconnected(clock_now()));
    // A key that is not the pinned one will not become it: nobody waits for that.
    if (stopped_ || failure.error == TransportError::certificate_untrusted) return fail_all();
    retry_later();
  }

  void retry_later() {
    if (stopped_ || listeners_.empty()) return;
    retrying_ = true;
    retry_.expires_after(jittered(backoff_));
    backoff_ = std::min(backoff_ * 2, backoff_max);
    retry_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      retrying_ = false;
      connect_if_needed();
    });
  }

  // Between half and all of it, so that clients of a server that restarts do not come all at once.
  milliseconds jittered(milliseconds whole) {
    std::uint8_t octet = 0;
    random_.fill({&octet, 1});
    return whole / 2 + whole * octet / 512;
  }

  void fail_all() {
    while (!listeners_.empty()) {
      const OperationId operation = listeners_.begin()->first;
      finish(operation, Failure{.fault = Fault::server_away});  // its reason first: cancelling has another
      carry_out(client_.cancel(operation, clock_now()));
    }
  }

  void carry_out(Effects effects) {
    for (Effect& effect : effects) {
      std::visit([this](auto& one) { carry(one); }, effect);
    }
  }

  void carry(SendFrame& effect) {
    if (transport_) transport_->send(std::move(effect.frame));
  }
  void carry(Tell& effect) {
    if (!effect.operation) {
      if (unasked_) unasked_(effect.line);
      return;
    }
    const auto listener = listeners_.find(*effect.operation);
    if (listener != listeners_.end() && listener->second.told) listener->second.told(effect.line);
  }
  // An operation may finish before `start` has told its id.
  void carry(Finished& effect) { finish(effect.operation, std::move(effect.failure)); }
  void carry(WakeAt& effect) {
    wake_.expires_at(std::chrono::system_clock::time_point{milliseconds{effect.when.ms}});
    wake_.async_wait([this](boost::system::error_code error) {
      if (!error) carry_out(client_.tick(clock_now()));
    });
  }
  void carry(Disconnect& effect) {
    stopped_ = stopped_ || !effect.reconnect;
    if (!effect.reason.detail.empty()) log("disconnecting: " + effect.reason.detail);
    if (transport_) transport_->close();
  }
  void carry(LogLine& effect) { log(effect.text); }

  void finish(OperationId operation, std::optional<Failure> failure) {
    const auto found = listeners_.extract(operation);
    if (found.empty() || !found.mapped().finished) return;
    Outcome outcome{std::move(failure), std::nullopt};
    if (outcome.failure && outcome.failure->fault == Fault::server_away) outcome.transport = last_failure_;
    found.mapped().finished(outcome);
  }

  void log(const std::string& text) const {
    if (options_.log) options_.log(text);
  }

  asio::io_context& io_;
  Client client_;
  RandomSource& random_;
  OwnerOptions options_;
  asio::system_timer wake_;
  asio::system_timer retry_;
  milliseconds backoff_ = backoff_first;
  bool retrying_ = false;
  bool stopped_ = false;
  std::unique_ptr<Transport> transport_;
  std::optional<TransportFailure> last_failure_;
  std::map<OperationId, OperationListener> listeners_;
  std::function<void(const Line&)> unasked_;
};

Owner::Owner(asio::io_context& io, Client client, RandomSource& random, OwnerOptions options)
    : loop_{std::make_unique<Loop>(io, std::move(client), random, std::move(options))} {}
Owner::~Owner() = default;

OperationId Owner::start(Command command, OperationListener listener) {
  return loop_->start(std::move(command), std::move(listener));
}
void Owner::cancel(OperationId operation) {
  loop_->cancel(operation);
}
void Owner::on_unasked(std::function<void(const Line&)> told) {
  loop_->on_unasked(std::move(told));
}
std::size_t Owner::running() const {
  return loop_->running();
}
void Owner::stop() {
  loop_->stop();
}

}  // namespace samband::client
