// Every bound of the server: its name in the configuration, its default, and the range it may have.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "server/core/limits.h"

namespace samband::server::edge {

struct Limits {
  // frames and HTTP
  std::uint64_t frame_bytes_max = 1U << 20U;
  std::uint64_t header_bytes_max = 8192;
  // connections
  std::uint64_t connections_max = 20'000;
  std::uint64_t connections_per_address_max = 2'000;
  std::uint64_t unauthenticated_max = 1'000;
  std::uint64_t unauthenticated_per_address_max = 200;
  // time
  std::uint64_t handshake_timeout_ms = 10'000;
  std::uint64_t login_timeout_ms = 10'000;
  std::uint64_t ping_interval_ms = 30'000;
  std::uint64_t idle_timeout_ms = 90'000;
  std::uint64_t closing_timeout_ms = 2'000;
  std::uint64_t dead_peer_timeout_ms = 60'000;
  std::uint64_t shutdown_timeout_ms = 10'000;
  // requests
  std::uint64_t requests_per_second = 200;
  std::uint64_t request_burst = 400;
  std::uint64_t enrolment_requests_max = 16;
  // of all devices of one partner together
  std::uint64_t partner_requests_per_second = 5'000;
  std::uint64_t partner_connections_max = 10'000;
  // slow readers
  std::uint64_t cursor_lag_entries_max = 10'000;
  std::uint64_t write_stall_timeout_ms = 30'000;
  std::uint64_t outbox_bytes_max = 8U << 20U;
  std::uint64_t subscriptions_per_session_max = 4'096;
  // fan-out
  std::uint64_t ring_entries_max = 256;
  std::uint64_t ring_bytes_max = 1U << 20U;
  std::uint64_t page_entries_max = 64;
  // from the core to the disk
  std::uint64_t core_queue_max = 10'000;
  std::uint64_t commit_queue_max = 4'096;
  std::uint64_t sync_records_max = 64;
  std::uint64_t sync_bytes_max = 4U << 20U;
  std::uint64_t disk_reserve_bytes = 512ULL << 20U;

  bool operator==(const Limits&) const = default;
};

template <class Owner>
struct LimitRow {
  std::string_view name;
  std::uint64_t Owner::* field;
  std::uint64_t least;
  std::uint64_t most;
  std::string_view says;  // one line for the configuration file
};

[[nodiscard]] std::span<const LimitRow<Limits>> limit_rows();
// Those that the core holds clients to. They stand in the same table of the file.
[[nodiscard]] std::span<const LimitRow<server::Limits>> core_limit_rows();

}  // namespace samband::server::edge
