// What changes while a server runs: the configuration, and the certificate.
#include <unistd.h>

#include "server/edge/clock_check.h"
#include "server/edge/config_changes.h"
#include "server/edge/log.h"
#include "server/edge/notify.h"
#include "server/edge/server_parts.h"

namespace samband::server::edge {

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

}  // namespace samband::server::edge
