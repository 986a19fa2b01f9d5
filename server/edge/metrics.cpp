#include "server/edge/metrics.h"

#include <array>
#include <atomic>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "server/edge/version.h"

namespace samband::server::edge {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;
using protocol::Status;

// A counter that is there from the start with 0, so that its first rise is seen as one.
using Reasons = std::initializer_list<std::string_view>;

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help, const char* label,
                          Reasons reasons) {
  Family<Counter>& family = prometheus::BuildCounter().Name(name).Help(help).Register(registry);
  for (const std::string_view reason : reasons) family.Add({{label, std::string{reason}}});
  return family;
}
Counter& counter(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry).Add({});
}
Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

const Histogram::BucketBoundaries seconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                          0.05,   0.1,     0.25,   0.5,   1,      2.5,   5,    10};
const Histogram::BucketBoundaries batch_sizes{1, 2, 4, 8, 16, 32, 64, 128, 256};

double seconds_of(WallTime time) {
  return static_cast<double>(time.ms) / 1000;
}

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;

  Counter& answered =
      counter(registry, "samband_requests_answered_total", "Requests answered with what they asked for.");
  Family<Counter>& refused =
      counters(registry, "samband_requests_refused_total", "Requests refused, by reason.", "reason",
               {name_of(Status::not_permitted), name_of(Status::invalid), name_of(Status::too_many),
                name_of(Status::disk_reserve), name_of(Status::stale_epoch), name_of(Status::counter_out_of_order)});
  Counter& throttled = counter(registry, "samband_requests_throttled_total",
                               "Requests that waited because their device asked too quickly.");
  Counter& logins = counter(registry, "samband_logins_accepted_total", "Logins accepted.");
  Family<Counter>& refused_logins =
      counters(registry, "samband_logins_refused_total", "Logins refused, by reason.", "reason",
               {name_of(Status::not_permitted), name_of(Status::device_revoked)});
  Family<Counter>& refused_connections =
      counters(registry, "samband_connections_refused_total", "Connections that did not become a session, by reason.",
               "reason", {"limit", "tls", "http", "origin"});
  Family<Counter>& closed = counters(
      registry, "samband_sessions_closed_total", "Sessions that the server closed, by reason.", "reason",
      {name_of(Status::malformed), name_of(Status::too_slow), name_of(Status::idle), name_of(Status::too_many)});
  Family<Counter>& bounds = counters(registry, "samband_session_bounds_hit_total",
                                     "Sessions closed because their client read too slowly, by the limit they hit.",
                                     "bound", {"outbox_bytes_max", "cursor_lag_entries_max", "write_stall_timeout_ms"});
  Counter& entries = counter(registry, "samband_entries_appended_total", "Entries appended to channels.");
  Counter& deliveries = counter(registry, "samband_deliveries_total", "Entries sent to sessions.");

  Histogram& commit_seconds = prometheus::BuildHistogram()
                                  .Name("samband_commit_duration_seconds")
                                  .Help("Time of one synced write of the stores.")
                                  .Register(registry)
                                  .Add({}, seconds);
  Histogram& commit_decisions = prometheus::BuildHistogram()
                                    .Name("samband_commit_decisions")
                                    .Help("Decisions that shared one synced write.")
                                    .Register(registry)
                                    .Add({}, batch_sizes);

  Gauge& started = gauge(registry, "samband_start_time_seconds", "When the server started, since 1970.");
  Gauge& connections = gauge(registry, "samband_connections", "Connections now.");
  Gauge& waiting = gauge(registry, "samband_connections_unauthenticated", "Connections that have not logged in.");
  Gauge& core_queue = gauge(registry, "samband_core_queue_requests", "Requests that wait to be decided.");
  Gauge& core_queue_max = gauge(registry, "samband_core_queue_requests_limit", "Their limit, core_queue_max.");
  Gauge& commit_queue = gauge(registry, "samband_commit_queue_decisions", "Decisions that wait for the disk.");
  Gauge& commit_queue_max = gauge(registry, "samband_commit_queue_decisions_limit", "Their limit, commit_queue_max.");
  Gauge& disk_free =
      gauge(registry, "samband_disk_free_bytes", "Free space where the stores are; the lesser of the two.");
  Gauge& disk_reserve =
      gauge(registry, "samband_disk_reserve_bytes", "With less free space than this, nothing is written.");
  Gauge& taking_writes =
      gauge(registry, "samband_taking_writes", "1 while writes are taken, 0 below the disk reserve.");
  Gauge& clock_held = gauge(registry, "samband_clock_held", "1 while a jump of the wall clock is not believed.");
  Gauge& maintenance = gauge(registry, "samband_maintenance", "1 while the operator lets no writes in.");
  Gauge& certificate_expiry = gauge(registry, "samband_certificate_expiry_timestamp_seconds",
                                    "When the certificate in use expires, since 1970.");
  Gauge& renewal_refused = gauge(registry, "samband_certificate_renewal_refused",
                                 "1 while newer certificate files can't be used and the old ones are kept.");
  Gauge& configuration_refused =
      gauge(registry, "samband_configuration_refused", "1 when the configuration was refused at the last reload.");
  Gauge& backup_finished = gauge(registry, "samband_backup_finished_timestamp_seconds",
                                 "When the last backup finished, since 1970; 0 when none is known.");
  Family<Gauge>& store_bytes =
      prometheus::BuildGauge().Name("samband_store_bytes").Help("Size of the store's files.").Register(registry);
  Gauge& main_store_bytes = store_bytes.Add({{"store", "main"}});
  Gauge& chunk_store_bytes = store_bytes.Add({{"store", "chunks"}});
  Gauge& partners = gauge(registry, "samband_partners", "Partners in the directory.");
  Gauge& devices = gauge(registry, "samband_devices", "Devices in the directory.");
  Gauge& channels = gauge(registry, "samband_channels", "Channels.");
  Gauge& stored_entries = gauge(registry, "samband_entries", "Entries of all channels.");
  Gauge& build_info = prometheus::BuildGauge()
                          .Name("samband_build_info")
                          .Help("1, with the version of the running program.")
                          .Register(registry)
                          .Add({{"version", version}});

  std::atomic<std::uint64_t> requests_total = 0;
  std::atomic<std::uint64_t> deliveries_total = 0;
};

Metrics::Metrics(WallTime started_at) : families_{std::make_unique<Families>()} {
  families_->build_info.Set(1);
  families_->started.Set(seconds_of(started_at));
}
Metrics::~Metrics() = default;

void Metrics::answered() {
  families_->answered.Increment();
  ++families_->requests_total;
}

void Metrics::refused(Status status) {
  families_->refused.Add({{"reason", std::string{name_of(status)}}}).Increment();
  ++families_->requests_total;
}

void Metrics::login_accepted() {
  families_->logins.Increment();
}

void Metrics::login_refused(Status status) {
  families_->refused_logins.Add({{"reason", std::string{name_of(status)}}}).Increment();
}

void Metrics::connection_refused(std::string_view reason) {
  families_->refused_connections.Add({{"reason", std::string{reason}}}).Increment();
}

void Metrics::session_closed(Status status) {
  families_->closed.Add({{"reason", std::string{name_of(status)}}}).Increment();
}

void Metrics::bound_hit(std::string_view bound) {
  families_->bounds.Add({{"bound", std::string{bound}}}).Increment();
}

void Metrics::throttled() {
  families_->throttled.Increment();
}

void Metrics::entry_stored() {
  families_->entries.Increment();
}

void Metrics::delivered(std::uint64_t frames) {
  families_->deliveries.Increment(static_cast<double>(frames));
  families_->deliveries_total += frames;
}

void Metrics::synced(std::chrono::nanoseconds took, std::uint64_t decisions) {
  families_->commit_seconds.Observe(std::chrono::duration<double>(took).count());
  families_->commit_decisions.Observe(static_cast<double>(decisions));
}

void Metrics::backup_finished(WallTime at) {
  families_->backup_finished.Set(seconds_of(at));
}

std::uint64_t Metrics::requests_total() const {
  return families_->requests_total;
}
std::uint64_t Metrics::deliveries_total() const {
  return families_->deliveries_total;
}

std::string Metrics::text(const Gauges& gauges) {
  const auto set = [](Gauge& to, std::uint64_t value) { to.Set(static_cast<double>(value)); };
  Families& f = *families_;
  set(f.connections, gauges.connections);
  set(f.waiting, gauges.connections_waiting);
  set(f.core_queue, gauges.core_queue);
  set(f.core_queue_max, gauges.core_queue_max);
  set(f.commit_queue, gauges.commit_queue);
  set(f.commit_queue_max, gauges.commit_queue_max);
  set(f.disk_free, gauges.disk_free_bytes);
  set(f.disk_reserve, gauges.disk_reserve_bytes);
  set(f.main_store_bytes, gauges.main_store_bytes);
  set(f.chunk_store_bytes, gauges.chunk_store_bytes);
  f.certificate_expiry.Set(seconds_of(gauges.certificate_expires_at));
  set(f.renewal_refused, gauges.certificate_renewal_refused ? 1 : 0);
  set(f.configuration_refused, gauges.configuration_refused ? 1 : 0);
  set(f.taking_writes, gauges.taking_writes ? 1 : 0);
  set(f.clock_held, gauges.clock_held ? 1 : 0);
  set(f.maintenance, gauges.maintenance ? 1 : 0);
  set(f.partners, gauges.partners);
  set(f.devices, gauges.devices);
  set(f.channels, gauges.channels);
  set(f.stored_entries, gauges.entries);
  return prometheus::TextSerializer{}.Serialize(f.registry.Collect());
}

}  // namespace samband::server::edge
