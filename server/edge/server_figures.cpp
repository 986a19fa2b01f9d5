// What a server says of itself: to the service manager, to monitoring, to `sambandctl status`.
#include "server/edge/log.h"
#include "server/edge/notify.h"
#include "server/edge/server_parts.h"
#include "server/edge/version.h"

namespace samband::server::edge {

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
  status.main_store_bytes = store_bytes(configuration.store);
  status.chunk_store_bytes = store_bytes(configuration.chunks);
  status.disk_reserve_bytes = settings->limits.disk_reserve_bytes;
  status.started_at = started_at;
  status.version = version;
  status.last_backup_at = checkpoint->last_backup();
}

}  // namespace samband::server::edge
