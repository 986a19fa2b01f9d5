// What the server counts about itself: numbers only, never names, ids or content. Their names are listed, with alerts
// and a dashboard upon them, in packaging/monitoring.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "crypto/bytes/fixed_id.h"
#include "server/edge/frame.h"

namespace samband::server::edge {

// Read when somebody asks.
struct Gauges {
  std::uint64_t connections = 0;
  std::uint64_t connections_waiting = 0;  // not logged in yet
  std::uint64_t core_queue = 0;
  std::uint64_t core_queue_max = 0;
  std::uint64_t commit_queue = 0;
  std::uint64_t commit_queue_max = 0;
  std::uint64_t disk_free_bytes = 0;
  std::uint64_t disk_reserve_bytes = 0;
  std::uint64_t main_store_bytes = 0;
  std::uint64_t chunk_store_bytes = 0;
  WallTime certificate_expires_at;
  bool certificate_renewal_refused = false;  // newer files are there, and can't be used
  bool configuration_refused = false;        // the file as it is now was refused when it was last read
  bool taking_writes = false;
  bool clock_held = false;
  bool maintenance = false;
  // as of the core's last answer
  std::uint64_t partners = 0;
  std::uint64_t devices = 0;
  std::uint64_t channels = 0;
  std::uint64_t entries = 0;
};

// Shared by all threads.
class Metrics {
 public:
  explicit Metrics(WallTime started_at = {});
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void answered();                        // a request, with anything but a refusal
  void refused(protocol::Status status);  // a request
  void login_accepted();
  void login_refused(protocol::Status status);
  void connection_refused(std::string_view reason);  // before it was one: "limit", "tls", "http", "origin"
  void session_closed(protocol::Status status);      // by us; outbox and lag bounds are `too_slow`
  void bound_hit(std::string_view bound);            // of a slow reader: which limit its session was closed for
  void throttled();                                  // a request waited for its device's rate
  void entry_stored();
  void delivered(std::uint64_t frames);
  void synced(std::chrono::nanoseconds took, std::uint64_t decisions);
  void backup_finished(WallTime at);  // 0, or never called: none that this server knows of

  [[nodiscard]] std::uint64_t requests_total() const;
  [[nodiscard]] std::uint64_t deliveries_total() const;

  // The text format of Prometheus.
  [[nodiscard]] std::string text(const Gauges& gauges);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace samband::server::edge
