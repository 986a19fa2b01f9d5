// What the server counts about itself: numbers only, never names, ids or content.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "server/edge/frame.h"

namespace samband::server::edge {

// Read when somebody asks.
struct Gauges {
  std::uint64_t connections = 0;
  std::uint64_t connections_waiting = 0;  // not logged in yet
  std::uint64_t core_queue = 0;
  std::uint64_t commit_queue = 0;
  std::uint64_t disk_free_bytes = 0;
  bool taking_writes = false;
  bool clock_held = false;
  bool maintenance = false;
};

// Shared by all threads.
class Metrics {
 public:
  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void answered();                        // a request, with anything but a refusal
  void refused(protocol::Status status);  // a request
  void login_accepted();
  void login_refused(protocol::Status status);
  void connection_refused(std::string_view reason);  // before it was one: "limit", "tls", "http", "origin"
  void session_closed(protocol::Status status);      // by us; outbox and lag bounds are `too_slow`
  void throttled();                                  // a request waited for its device's rate
  void entry_stored();
  void delivered(std::uint64_t frames);
  void synced(std::chrono::nanoseconds took, std::uint64_t records);

  [[nodiscard]] std::uint64_t requests_total() const;
  [[nodiscard]] std::uint64_t deliveries_total() const;

  // The text format of Prometheus.
  [[nodiscard]] std::string text(const Gauges& gauges);

 private:
  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace samband::server::edge
