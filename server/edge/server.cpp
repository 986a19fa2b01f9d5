#include "server/edge/server.h"

#include <csignal>
#include <thread>

#include "server/edge/clock_check.h"
#include "server/edge/log.h"
#include "server/edge/notify.h"
#include "server/edge/server_parts.h"
#include "server/edge/version.h"

namespace samband::server::edge {
namespace {

constexpr std::chrono::milliseconds housekeeping_interval{500};
// What is asked of the core and of the file system for those who watch the server.
constexpr std::chrono::seconds figures_interval{15};

std::string load_advice(const LoadFailure& failure) {
  return fmt::format("the store can't be used ({}: {}): run sambandd check, and restore a backup if it agrees",
                     name_of(failure.error), failure.detail);
}

}  // namespace

std::expected<std::unique_ptr<Server>, std::string> Server::open(const Configuration& configuration, Opening opening) {
  // A peer that hangs up in the middle of a write is an error of that write, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  set_log_level(configuration.log_level);
  auto parts = std::make_unique<Parts>(configuration);
  if (auto opened = parts->open_files(opening.clock_is_right); !opened) return std::unexpected{opened.error()};
  if (auto opened = parts->open_listeners(std::move(opening.sockets)); !opened) return std::unexpected{opened.error()};
  if (auto opened = parts->open_core(); !opened) return std::unexpected{opened.error()};
  return std::unique_ptr<Server>{new Server{std::move(parts)}};
}

Server::Server(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}

Server::~Server() {
  if (parts_->core) parts_->core->finish();
  if (parts_->commit) parts_->commit->finish();
  parts_->readers.join();
  for (const auto& thread : parts_->io_threads) thread->stop();
}

SocketAddress Server::address() const {
  return parts_->listeners.front()->address();
}

SocketAddress Server::http_address() const {
  return parts_->http ? parts_->http->address() : SocketAddress{};
}

std::expected<void, std::string> Server::Parts::open_files(bool clock_is_right) {
  // First: a clock that is far off makes every certificate look wrong.
  if (auto fault = clock_fault(started_at, built_at(), std::nullopt)) return std::unexpected{std::move(*fault)};
  // Before they are read: what changes meanwhile is noticed.
  certificate_watch.emplace(configuration.certificate, configuration.private_key);
  auto tls = load_tls(configuration.certificate, configuration.private_key, started_at);
  if (!tls) return std::unexpected{tls.error()};
  key_pin = tls->key_pin;
  settings = std::make_shared<const Reloadable>(Reloadable{configuration.limits, std::move(*tls)});
  admission = std::make_shared<Admission>(configuration.limits);
  auto key = read_log_key(configuration.log_key);
  if (!key) return std::unexpected{key.error()};
  log_key = std::move(*key);
  auto opened = open_stores(configuration, StoreUse::serve);
  if (!opened) return std::unexpected{opened.error()};
  stores = std::move(*opened);
  const auto newest = clock_is_right ? std::nullopt : newest_time_of(*stores.main);
  if (auto fault = clock_fault(started_at, built_at(), newest)) return std::unexpected{std::move(*fault)};
  checkpoint = std::make_unique<Checkpoint>(configuration, stores);
  if (const WallTime last = checkpoint->last_backup(); last.ms != 0) metrics.backup_finished(last);
  disk = std::make_unique<DiskWatch>(stores, configuration.limits.disk_reserve_bytes);
  return {};
}

std::expected<void, std::string> Server::Parts::open_listeners(PassedSockets sockets) {
  clients_passed = !sockets.clients.empty();
  for (Descriptor& passed : sockets.clients) {
    auto taken = Listener::take(control, std::move(passed));
    if (!taken) return std::unexpected{taken.error()};
    listeners.push_back(std::move(*taken));
  }
  if (listeners.empty()) {
    auto bound = Listener::open(control, configuration.listen);
    if (!bound) return std::unexpected{bound.error()};
    listeners.push_back(std::move(*bound));
  }
  if (auto opened = open_http(std::move(sockets.metrics)); !opened) return opened;
  auto socket = AdminSocket::open(control, configuration, admin_outlets());
  if (!socket) return std::unexpected{socket.error()};
  admin = std::move(*socket);
  return {};
}

std::expected<void, std::string> Server::Parts::open_http(Descriptor passed) {
  metrics_passed = passed.is_open();
  if (!metrics_passed && !configuration.http_enabled) return {};
  HttpListener::Pages pages{[this] { return not_ready_because(); }, [this] { return metrics.text(gauges()); }};
  auto opened = metrics_passed ? HttpListener::take(control, std::move(passed), std::move(pages))
                               : HttpListener::open(control, configuration.http, std::move(pages));
  if (!opened) return std::unexpected{opened.error()};
  http = std::move(*opened);
  return {};
}

std::expected<void, std::string> Server::Parts::open_core() {
  auto loaded = Core::load(*stores.main, *stores.chunks, *log_key, configuration.core);
  if (!loaded) return std::unexpected{load_advice(loaded.error())};
  services = std::make_unique<Services>(Services{.name = configuration.name,
                                                 .origins = configuration.origins,
                                                 .incarnation = loaded->incarnation(),
                                                 .shard_count = loaded->shard_count(),
                                                 .main = *stores.main,
                                                 .metrics = metrics,
                                                 .clock = clock,
                                                 .rates = rates,
                                                 .readers = readers});
  maintenance = loaded->maintenance();
  const Bytes tree_head = loaded->tree_head();
  start_threads(std::move(*loaded), tree_head);
  return {};
}

void Server::Parts::start_threads(Core loaded, const Bytes& tree_head) {
  const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t count = configuration.io_threads != 0 ? configuration.io_threads : cores;
  for (std::size_t index = 1; index <= count; ++index) {
    io_threads.push_back(std::make_unique<IoThread>(static_cast<std::uint16_t>(index), *services, settings, tree_head));
  }
  commit = std::make_unique<CommitThread>(
      *stores.main, *stores.chunks,
      CommitThread::Outlets{[this](const ReleasedBatch& batch) { release(batch); },
                            [this](std::uint64_t position) { core->synced(position); }, [this] { disk->look(); }},
      configuration.limits, metrics);
  core = std::make_unique<CoreThread>(std::move(loaded), *commit, clock, disk->below_reserve(), metrics);
  services->core = core.get();
  core->start();
}

// On the commit thread. What is for the sessions goes to every I/O thread as it is; the rest is taken out here.
void Server::Parts::release(const ReleasedBatch& batch) {
  for (const Released& released : *batch) {
    const auto* outgoing = std::get_if<Outgoing>(&released.what);
    if (!outgoing) continue;
    if (const auto* wake = std::get_if<WakeAt>(outgoing)) core->wake_at(wake->shard, wake->when);
    if (const auto* changed = std::get_if<MaintenanceChanged>(outgoing)) {
      net::post(control, [this, now = changed->now] { enter_maintenance(now); });
    }
    if (const auto* answer = std::get_if<AnswerAdmin>(outgoing)) {
      net::post(control, [this, ticket = answer->to, reply = answer->reply] {
        const auto* status = std::get_if<protocol::ServerStatus>(&reply);
        if (status && ticket == make_ticket(0, figures_serial)) return figures_arrived(*status);
        admin->answered(ticket, reply);
      });
    }
  }
  for (const auto& thread : io_threads) thread->release(batch);
}

void Server::Parts::enter_maintenance(std::optional<storage::Maintenance> now) {
  maintenance = std::move(now);
  if (maintenance) {
    log_event(LogEvent::maintenance_began, "maintenance: no writes are taken from now on: {}", maintenance->reason);
  } else {
    log_event(LogEvent::maintenance_ended, "maintenance: ended, writes are taken");
  }
}

void Server::run() {
  Parts& parts = *parts_;
  for (const auto& listener : parts.listeners) {
    listener->start(parts.io_threads, *parts.admission, parts.metrics, parts.configuration.limits.dead_peer_timeout_ms);
  }
  if (parts.http) parts.http->start();
  parts.admin->start();
  parts.keep_house();
  if (const auto interval = watchdog_interval()) {
    parts.watchdog.emplace(parts.control, [&parts] { return std::vector{parts.core->beat(), parts.commit->beat()}; });
    parts.watchdog->start(*interval);
  }
  parts.tell_where_it_listens();
  log_event(LogEvent::started, "serving {}, version {}", parts.configuration.name, version);
  notify_ready(parts.status_line());
  parts.control.run();

  // Nobody asks any more: what was asked is decided, written and, where its session still is, answered.
  parts.core->finish();
  parts.commit->finish();
  parts.readers.join();
  for (const auto& thread : parts.io_threads) thread->stop();
  log_event(LogEvent::stopped, "ended; everything acknowledged is on the disk");
}

void Server::stop() {
  net::post(parts_->control, [parts = parts_.get()] { parts->begin_shutdown(); });
}

void Server::Parts::begin_shutdown() {
  if (std::exchange(stopping, true)) return;
  log_event(LogEvent::stopping, "shutting down: {} sessions are told to come back", admission->counts().connections);
  for (const auto& listener : listeners) listener->stop();
  for (const auto& thread : io_threads) thread->shut_down();
  await_sessions(std::chrono::steady_clock::now() + std::chrono::milliseconds{settings->limits.shutdown_timeout_ms});
}

void Server::Parts::await_sessions(std::chrono::steady_clock::time_point deadline) {
  constexpr std::chrono::milliseconds glance{10};
  const bool gone = admission->counts().connections == 0;
  if (!gone && std::chrono::steady_clock::now() < deadline) {
    housekeeping.expires_after(glance);
    housekeeping.async_wait([this, deadline](error_code) { await_sessions(deadline); });
    return;
  }
  if (http) http->stop();
  admin->stop();
  control.stop();
}

void Server::Parts::keep_house() {
  if (stopping) return;
  disk->look();
  const auto now = std::chrono::steady_clock::now();
  requests.look(metrics.requests_total(), now);
  deliveries.look(metrics.deliveries_total(), now);
  const bool held = clock.holds();
  static_cast<void>(clock.now());
  if (!held && clock.holds()) {
    log_event(LogEvent::clock_jumped,
              "clock: the wall clock has jumped ahead and is not believed: correct it, or send SIGHUP if it is right");
  } else if (held && !clock.holds()) {
    log_event(LogEvent::clock_believed, "clock: the wall clock is right again");
  }
  keep_certificate();
  if (now - figures_asked_at >= figures_interval) ask_for_figures();
  housekeeping.expires_after(housekeeping_interval);
  housekeeping.async_wait([this](error_code error) {
    if (!error) keep_house();
  });
}

}  // namespace samband::server::edge
