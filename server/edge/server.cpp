#include "server/edge/server.h"

#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <filesystem>
#include <thread>
#include <unistd.h>

#include "server/core/audit_chain.h"
#include "server/edge/admin_socket.h"
#include "server/edge/certificate_watch.h"
#include "server/edge/check.h"
#include "server/edge/checkpoint.h"
#include "server/edge/clock_check.h"
#include "server/edge/config_changes.h"
#include "server/edge/http.h"
#include "server/edge/io_thread.h"
#include "server/edge/listener.h"
#include "server/edge/log.h"
#include "server/edge/log_key.h"
#include "server/edge/notify.h"
#include "server/edge/stores.h"
#include "server/edge/version.h"
#include "server/edge/watchdog.h"

namespace samband::server::edge {
namespace {

constexpr std::chrono::milliseconds housekeeping_interval{500};
// What is asked of the core and of the file system for those who watch the server.
constexpr std::chrono::seconds figures_interval{15};
// Of a question of the server's own to the core; those of the admin socket begin at 1.
constexpr std::uint64_t figures_serial = 0;
constexpr std::size_t reader_threads = 2;

// How many per minute, from a total that only grows.
class MinuteRate {
 public:
  void look(std::uint64_t total, std::chrono::steady_clock::time_point now) {
    if (now - began_ < std::chrono::minutes{1}) return;
    last_ = total - at_began_;
    at_began_ = total;
    began_ = now;
  }
  [[nodiscard]] std::uint64_t last() const { return last_; }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::uint64_t at_began_ = 0;
  std::uint64_t last_ = 0;
};

std::string load_advice(const LoadFailure& failure) {
  return fmt::format("the store can't be used ({}: {}): run sambandd check, and restore a backup if it agrees",
                     name_of(failure.error), failure.detail);
}

// Of all files of a store; 0 for a folder that can't be read.
std::uint64_t bytes_in(const std::filesystem::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code error;
  for (std::filesystem::recursive_directory_iterator entry{folder, error}, end; !error && entry != end;
       entry.increment(error)) {
    std::error_code gone;  // a file that was compacted away meanwhile
    const auto size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) bytes += size;
  }
  return bytes;
}

protocol::AdminReply reply_of(const CheckReport& report) {
  if (report.faults.empty()) {
    return protocol::AdminDone{fmt::format("{} channels, {} entries", report.channels, report.entries)};
  }
  protocol::AdminRefused refused{fmt::format("the store has {} faults", report.faults.size()), {}};
  for (const std::string& fault : report.faults) {
    refused.rows.push_back({static_cast<std::uint32_t>(refused.rows.size()), fault});
  }
  return refused;
}

}  // namespace

// In the order in which they need each other: what is below is taken apart first.
struct Server::Parts {
  explicit Parts(const Configuration& with) : configuration{with} {}

  [[nodiscard]] std::expected<void, std::string> open_files(bool clock_is_right);
  [[nodiscard]] std::expected<void, std::string> open_core();
  [[nodiscard]] std::expected<void, std::string> open_listeners(PassedSockets sockets);
  [[nodiscard]] std::expected<void, std::string> open_http(Descriptor passed);
  void start_threads(Core core, const Bytes& tree_head);
  void release(const ReleasedBatch& batch);
  void keep_house();
  void keep_certificate();
  void tell_of_expiry(ExpiryWarning::Stage stage, WallTime now);
  void ask_for_figures();
  void figures_arrived(const protocol::ServerStatus& status);
  void use(std::shared_ptr<const Reloadable> fresh);
  // Of a running server: a certificate with another key is one that no enrolled client accepts. Any thread.
  [[nodiscard]] std::expected<TlsIdentity, std::string> load_renewed(const Configuration& fresh);
  void take(const Configuration& fresh, TlsIdentity tls, CertificateWatch watch);
  [[nodiscard]] std::string status_line() const;
  void tell_where_it_listens() const;
  void begin_shutdown();
  void await_sessions(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] Gauges gauges();
  [[nodiscard]] std::string not_ready_because() const;
  [[nodiscard]] AdminSocket::Outlets admin_outlets();
  void complete(protocol::ServerStatus& status);
  void check_store(const AdminSocket::Outlets::Tell& tell);
  void verify_audit(const protocol::VerifyAudit& request, AdminSocket::Outlets::Tell tell);
  void enter_maintenance(std::optional<storage::Maintenance> now);
  void hold_checkpoint(AdminSocket::Outlets::Tell tell);
  void let_checkpoint_go(bool finished, const Operator& who, AdminSocket::Outlets::Tell tell);

  Configuration configuration;  // in force; what needs a restart stays as it was at the start
  net::io_context control{1};
  WatchedClock clock;
  WallTime started_at = clock.now();
  Metrics metrics{started_at};
  RequestRates rates;
  std::unique_ptr<LogKey> log_key;
  Stores stores;
  std::unique_ptr<Checkpoint> checkpoint;
  WallTime checkpoint_at;
  std::unique_ptr<DiskWatch> disk;
  std::shared_ptr<const Reloadable> settings;
  Hash key_pin;  // of the certificate since the start
  std::optional<CertificateWatch> certificate_watch;
  ExpiryWarning expiry;
  std::shared_ptr<Admission> admission;
  net::thread_pool readers{reader_threads};
  std::unique_ptr<Services> services;
  std::vector<std::unique_ptr<IoThread>> io_threads;
  std::unique_ptr<CommitThread> commit;
  std::unique_ptr<CoreThread> core;
  std::vector<std::unique_ptr<Listener>> listeners;  // at least one
  std::unique_ptr<HttpListener> http;
  std::shared_ptr<AdminSocket> admin;
  net::steady_timer housekeeping{control};
  MinuteRate requests;
  MinuteRate deliveries;
  std::optional<storage::Maintenance> maintenance;  // as the core last said
  std::optional<Watchdog> watchdog;
  std::chrono::steady_clock::time_point figures_asked_at;
  protocol::ServerStatus figures;  // the core's part, as of its last answer
  std::uint64_t main_store_bytes = 0;
  std::uint64_t chunk_store_bytes = 0;
  std::string status_told;
  bool renewal_refused = false;
  bool configuration_refused = false;
  bool clients_passed = false;  // their sockets came from the service manager
  bool metrics_passed = false;
  bool stopping = false;
};

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

std::expected<void, std::string> Server::reload(const Configuration& fresh) {
  CertificateWatch watch{fresh.certificate, fresh.private_key};
  auto tls = parts_->load_renewed(fresh);
  if (!tls) return std::unexpected{tls.error()};
  net::post(parts_->control,
            [parts = parts_.get(), fresh, tls = std::move(*tls), watch] { parts->take(fresh, tls, watch); });
  return {};
}

void Server::reload_refused() {
  net::post(parts_->control, [parts = parts_.get()] {
    parts->configuration_refused = true;
    notify_ready(parts->status_line());
  });
}

std::expected<TlsIdentity, std::string> Server::Parts::load_renewed(const Configuration& fresh) {
  auto tls = load_tls(fresh.certificate, fresh.private_key, clock.now());
  if (tls && tls->key_pin != key_pin) {
    return std::unexpected{fresh.certificate.string() +
                           " has another key, and clients know the server by its key: renew it with the same one "
                           "(certbot: --reuse-key); only a restart takes another"};
  }
  return tls;
}

void Server::Parts::take(const Configuration& fresh, TlsIdentity tls, CertificateWatch watch) {
  for (const SettingChange& change : changes_between(configuration, fresh)) {
    const LogEvent event = change.needs_restart ? LogEvent::setting_needs_restart : LogEvent::setting_changed;
    write_log(event, {{"SAMBAND_SETTING", change.name}, {"SAMBAND_OLD", change.from}, {"SAMBAND_NEW", change.to}},
              fmt::format("{}: {} → {}{}", change.name, change.from, change.to,
                          change.needs_restart ? ", from the next restart on" : ""));
  }
  configuration = with_live_settings(configuration, fresh);
  configuration_refused = renewal_refused = false;
  certificate_watch = std::move(watch);
  disk->set_reserve(configuration.limits.disk_reserve_bytes);
  set_log_level(configuration.log_level);
  if (clock.holds()) log_event(LogEvent::clock_believed, "clock: the wall clock is believed, as SIGHUP says");
  clock.believe();
  use(std::make_shared<const Reloadable>(Reloadable{configuration.limits, std::move(tls)}));
  core->submit(RecordAct{.who = {.uid = ::geteuid(), .user = "sambandd"},
                         .act = storage::AuditAct::configuration,
                         .what = "configuration read anew, asked for by SIGHUP"});
  log_event(LogEvent::reloaded, "the configuration was read anew");
  notify_ready(status_line());
}

void Server::Parts::use(std::shared_ptr<const Reloadable> fresh) {
  const bool other_certificate = fresh->tls.fingerprint != settings->tls.fingerprint;
  settings = std::move(fresh);
  admission->set_limits(settings->limits);
  for (const auto& thread : io_threads) thread->reload(settings);
  if (other_certificate) {
    log_event(LogEvent::certificate_loaded, "certificate: {} is in use, good until {}",
              configuration.certificate.string(), date_text(settings->tls.expires_at));
  }
}

void Server::Parts::keep_certificate() {
  const WallTime now = clock.now();
  if (certificate_watch->look(std::chrono::steady_clock::now())) {
    auto tls = load_renewed(configuration);
    renewal_refused = !tls;
    if (tls) {
      use(std::make_shared<const Reloadable>(Reloadable{settings->limits, std::move(*tls)}));
    } else {
      log_event(LogEvent::certificate_refused, "certificate: the old one stays in use: {}", tls.error());
    }
  }
  if (const auto stage = expiry.look(now, settings->tls.expires_at)) tell_of_expiry(*stage, now);
}

void Server::Parts::tell_of_expiry(ExpiryWarning::Stage stage, WallTime now) {
  const WallTime end = settings->tls.expires_at;
  if (stage == ExpiryWarning::Stage::expired) {
    return log_event(LogEvent::certificate_expired, "certificate: {} expired at {}: renew it, it is loaded by itself",
                     configuration.certificate.string(), date_text(end));
  }
  log_event(LogEvent::certificate_expiring,
            "certificate: {} expires in {} days, at {}: renew it, it is loaded by itself",
            configuration.certificate.string(), days_left(now, end), date_text(end));
}

void Server::Parts::ask_for_figures() {
  figures_asked_at = std::chrono::steady_clock::now();
  main_store_bytes = store_bytes(configuration.store);
  chunk_store_bytes = store_bytes(configuration.chunks);
  core->submit(AdminCommand{make_ticket(0, figures_serial), protocol::GetStatus{}});
}

void Server::Parts::figures_arrived(const protocol::ServerStatus& status) {
  figures = status;
  std::string line = status_line();
  if (!stopping && line != status_told) notify_status(line);
  status_told = std::move(line);
}

void Server::Parts::tell_where_it_listens() const {
  constexpr std::string_view passed = "a socket of the service manager on ";
  for (const auto& listener : listeners) {
    log_event(LogEvent::listening, "clients: {}{}{}", clients_passed ? passed : "", text_of(listener->address()),
              clients_passed ? "; listen in the configuration is not used" : "");
  }
  if (http)
    log_event(LogEvent::listening, "health and metrics: {}{}", metrics_passed ? passed : "", text_of(http->address()));
}

std::string Server::Parts::status_line() const {
  std::string where;
  for (const auto& listener : listeners) where += (where.empty() ? "" : ", ") + text_of(listener->address());
  return fmt::format("serving {} on {}: {} channels, {} connections{}", configuration.name, where, figures.channels,
                     admission->counts().connections,
                     configuration_refused ? "; the configuration was refused at the last reload" : "");
}

Gauges Server::Parts::gauges() {
  const auto counts = admission->counts();
  return {.connections = counts.connections,
          .connections_waiting = counts.waiting,
          .core_queue = core->depth(),
          .core_queue_max = settings->limits.core_queue_max,
          .commit_queue = commit->depth(),
          .commit_queue_max = configuration.limits.commit_queue_max,
          .disk_free_bytes = disk->free_bytes(),
          .disk_reserve_bytes = disk->reserve_bytes(),
          .main_store_bytes = main_store_bytes,
          .chunk_store_bytes = chunk_store_bytes,
          .certificate_expires_at = settings->tls.expires_at,
          .certificate_renewal_refused = renewal_refused,
          .configuration_refused = configuration_refused,
          .taking_writes = !disk->below_reserve(),
          .clock_held = clock.holds(),
          .maintenance = maintenance.has_value(),
          .partners = figures.partners,
          .devices = figures.devices,
          .channels = figures.channels,
          .entries = figures.entries};
}

std::string Server::Parts::not_ready_because() const {
  if (stopping) return "shutting down";
  if (maintenance) return maintenance->reason.empty() ? "maintenance" : "maintenance: " + maintenance->reason;
  if (disk->below_reserve()) return "the disk is below its reserve; no writes are taken";
  if (clock.holds()) return "the wall clock has jumped ahead and is not believed";
  return "";
}

AdminSocket::Outlets Server::Parts::admin_outlets() {
  return {.submit = [this](Ticket ticket, protocol::AdminRequest request,
                           Operator who) { core->submit(AdminCommand{ticket, std::move(request), std::move(who)}); },
          .identity =
              [this] {
                return protocol::ServerIdentity{.name = configuration.name,
                                                .port = listeners.front()->address().port,
                                                .spki_pin = settings->tls.key_pin,
                                                .log_key = copy_of(log_key->public_key().view())};
              },
          .complete = [this](protocol::ServerStatus& status) { complete(status); },
          .check_store = [this](const AdminSocket::Outlets::Tell& tell) { check_store(tell); },
          .verify_audit = [this](const protocol::VerifyAudit& request,
                                 AdminSocket::Outlets::Tell tell) { verify_audit(request, std::move(tell)); },
          .hold_checkpoint = [this](AdminSocket::Outlets::Tell tell) { hold_checkpoint(std::move(tell)); },
          .let_checkpoint_go =
              [this](bool finished, const Operator& who, AdminSocket::Outlets::Tell tell) {
                let_checkpoint_go(finished, who, std::move(tell));
              }};
}

void Server::Parts::complete(protocol::ServerStatus& status) {
  const auto counts = admission->counts();
  status.connections = counts.connections;
  status.connections_waiting = counts.waiting;
  status.requests_per_minute = requests.last();
  status.deliveries_per_minute = deliveries.last();
  status.disk_free_bytes = disk->free_bytes();
  status.taking_writes = !disk->below_reserve() && !maintenance;
  status.name = configuration.name;
  status.not_ready_because = not_ready_because();
  status.certificate_expires_at = settings->tls.expires_at;
  status.main_store_bytes = bytes_in(configuration.store);
  status.chunk_store_bytes = bytes_in(configuration.chunks);
  status.disk_reserve_bytes = settings->limits.disk_reserve_bytes;
  status.started_at = started_at;
  status.version = version;
  status.last_backup_at = checkpoint->last_backup();
}

void Server::Parts::check_store(const AdminSocket::Outlets::Tell& tell) {
  net::post(readers, [this, tell] {
    CheckReport report;
    for (const storage::Store* store : {stores.main.get(), stores.chunks.get()}) {
      if (const auto sound = store->verify(); !sound) {
        report.faults.push_back(fmt::format("the {} store could not be read back ({}): restore it from a backup",
                                            store == stores.main.get() ? "main" : "chunk",
                                            storage::name_of(sound.error())));
      }
    }
    check_chains(*stores.main, report);
    if (auto fault = audit_chain_fault(*stores.main)) report.faults.push_back(std::move(*fault));
    net::post(control, [tell, report = std::move(report)] { tell(reply_of(report)); });
  });
}

void Server::Parts::verify_audit(const protocol::VerifyAudit& request, AdminSocket::Outlets::Tell tell) {
  net::post(readers, [this, noted = request.noted, tell = std::move(tell)]() mutable {
    auto verified = server::verify_audit(*stores.main, noted);
    net::post(control, [tell = std::move(tell), verified = std::move(verified)] {
      if (verified) {
        tell(*verified);
      } else {
        tell(protocol::AdminRefused{verified.error(), {}});
      }
    });
  });
}

void Server::Parts::hold_checkpoint(AdminSocket::Outlets::Tell tell) {
  checkpoint_at = clock.now();
  net::post(readers, [this, at = checkpoint_at, tell = std::move(tell)]() mutable {
    protocol::AdminReply reply;
    if (auto held = checkpoint->hold(*commit); held) {
      reply = protocol::CheckpointHeld{.main = held->main.string(),
                                       .chunks = held->chunks.string(),
                                       .at = at,
                                       .name = configuration.name,
                                       .version = version};
    } else {
      reply = protocol::AdminRefused{std::move(held.error()), {}};
    }
    net::post(control, [tell = std::move(tell), reply = std::move(reply)]() mutable { tell(std::move(reply)); });
  });
}

void Server::Parts::let_checkpoint_go(bool finished, const Operator& who, AdminSocket::Outlets::Tell tell) {
  net::post(readers, [this, finished, who, at = checkpoint_at, tell = std::move(tell)]() mutable {
    checkpoint->let_go();
    if (finished) checkpoint->backup_finished(at);
    net::post(control, [this, finished, who, at, tell = std::move(tell)] {
      if (finished) {
        metrics.backup_finished(at);
        core->submit(RecordAct{.who = who, .act = storage::AuditAct::backup, .what = "backup finished"});
        log_event(LogEvent::backup_finished, "backup: finished");
      } else {
        log_event(LogEvent::backup_given_up, "backup: given up before it was complete");
      }
      tell(protocol::AdminDone{});
    });
  });
}

}  // namespace samband::server::edge
