// What a server consists of. For the sources named server*.cpp and nobody else.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <optional>
#include <vector>

#include "server/edge/admin_socket.h"
#include "server/edge/certificate_watch.h"
#include "server/edge/checkpoint.h"
#include "server/edge/http.h"
#include "server/edge/io_thread.h"
#include "server/edge/listener.h"
#include "server/edge/log_key.h"
#include "server/edge/server.h"
#include "server/edge/stores.h"
#include "server/edge/watchdog.h"

namespace samband::server::edge {

// Of a question of the server's own to the core; those of the admin socket begin at 1.
inline constexpr std::uint64_t figures_serial = 0;
inline constexpr std::size_t reader_threads = 2;

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

}  // namespace samband::server::edge
