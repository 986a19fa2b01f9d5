#include "server/edge/metrics.h"

#include <array>
#include <atomic>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

namespace samband::server::edge {
namespace {

using prometheus::Counter;
using prometheus::Family;
using prometheus::Gauge;
using prometheus::Histogram;

Family<Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
}

const Histogram::BucketBoundaries seconds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 1};
const Histogram::BucketBoundaries batch_sizes{1, 2, 4, 8, 16, 32, 64, 128, 256};

}  // namespace

struct Metrics::Families {
  prometheus::Registry registry;
  Family<Counter>& requests =
      counters(registry, "samband_requests_total", "Requests answered, by status; ok is everything but a refusal.");
  Family<Counter>& logins = counters(registry, "samband_logins_total", "Logins, by status.");
  Family<Counter>& refused_connections =
      counters(registry, "samband_connections_refused_total", "Connections that did not become a session, by reason.");
  Family<Counter>& closed =
      counters(registry, "samband_sessions_closed_total", "Sessions the server closed, by reason.");
  Counter& throttled = counters(registry, "samband_requests_throttled_total",
                                "Requests that waited because their device asked too quickly.")
                           .Add({});
  Counter& entries = counters(registry, "samband_entries_total", "Entries stored in channels.").Add({});
  Counter& deliveries = counters(registry, "samband_deliveries_total", "Entries sent to sessions.").Add({});
  Counter& requests_ok = requests.Add({{"status", "ok"}});
  Histogram& sync_seconds = prometheus::BuildHistogram()
                                .Name("samband_sync_seconds")
                                .Help("Time of one synced write.")
                                .Register(registry)
                                .Add({}, seconds);
  Histogram& sync_records = prometheus::BuildHistogram()
                                .Name("samband_sync_records")
                                .Help("Decisions that shared one synced write.")
                                .Register(registry)
                                .Add({}, batch_sizes);
  Gauge& connections = gauge(registry, "samband_connections", "Connections now.");
  Gauge& waiting = gauge(registry, "samband_connections_waiting", "Of them not logged in.");
  Gauge& core_queue = gauge(registry, "samband_core_queue", "Requests that wait to be decided.");
  Gauge& commit_queue = gauge(registry, "samband_commit_queue", "Decisions that wait for the disk.");
  Gauge& disk_free = gauge(registry, "samband_disk_free_bytes", "Free space of the store.");
  Gauge& taking_writes = gauge(registry, "samband_taking_writes", "0 below the disk reserve.");
  Gauge& clock_held = gauge(registry, "samband_clock_held", "1 while a jump of the wall clock is not believed.");
  Gauge& maintenance = gauge(registry, "samband_maintenance", "1 while the operator lets no writes in.");
  std::atomic<std::uint64_t> requests_total = 0;
  std::atomic<std::uint64_t> deliveries_total = 0;
};

Metrics::Metrics() : families_{std::make_unique<Families>()} {}
Metrics::~Metrics() = default;

void Metrics::answered() {
  families_->requests_ok.Increment();
  ++families_->requests_total;
}

void Metrics::refused(protocol::Status status) {
  families_->requests.Add({{"status", std::string{name_of(status)}}}).Increment();
  ++families_->requests_total;
}

void Metrics::login_accepted() {
  families_->logins.Add({{"status", "ok"}}).Increment();
}

void Metrics::login_refused(protocol::Status status) {
  families_->logins.Add({{"status", std::string{name_of(status)}}}).Increment();
}

void Metrics::connection_refused(std::string_view reason) {
  families_->refused_connections.Add({{"reason", std::string{reason}}}).Increment();
}

void Metrics::session_closed(protocol::Status status) {
  families_->closed.Add({{"reason", std::string{name_of(status)}}}).Increment();
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

void Metrics::synced(std::chrono::nanoseconds took, std::uint64_t records) {
  families_->sync_seconds.Observe(std::chrono::duration<double>(took).count());
  families_->sync_records.Observe(static_cast<double>(records));
}

std::uint64_t Metrics::requests_total() const {
  return families_->requests_total;
}
std::uint64_t Metrics::deliveries_total() const {
  return families_->deliveries_total;
}

std::string Metrics::text(const Gauges& gauges) {
  families_->connections.Set(static_cast<double>(gauges.connections));
  families_->waiting.Set(static_cast<double>(gauges.connections_waiting));
  families_->core_queue.Set(static_cast<double>(gauges.core_queue));
  families_->commit_queue.Set(static_cast<double>(gauges.commit_queue));
  families_->disk_free.Set(static_cast<double>(gauges.disk_free_bytes));
  families_->taking_writes.Set(gauges.taking_writes ? 1 : 0);
  families_->clock_held.Set(gauges.clock_held ? 1 : 0);
  families_->maintenance.Set(gauges.maintenance ? 1 : 0);
  return prometheus::TextSerializer{}.Serialize(families_->registry.Collect());
}

}  // namespace samband::server::edge
