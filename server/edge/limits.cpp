#include "server/edge/limits.h"

#include <array>

namespace samband::server::edge {
std::span<const LimitRow<Limits>> limit_rows() {
  constexpr std::uint64_t second = 1000;
  constexpr std::uint64_t hour = 3600 * second;
  constexpr std::uint64_t mebibyte = 1U << 20U;
  static constexpr std::array rows{
      LimitRow<Limits>{"frame_bytes_max", &Limits::frame_bytes_max, 64 << 10, mebibyte, "one frame from a client"},
      LimitRow<Limits>{"header_bytes_max", &Limits::header_bytes_max, 512, 64 << 10,
                       "the HTTP header that opens a connection"},
      LimitRow<Limits>{"connections_max", &Limits::connections_max, 1, 1'000'000, "connections at a time"},
      LimitRow<Limits>{"connections_per_address_max", &Limits::connections_per_address_max, 1, 1'000'000,
                       "of them from one address; an organisation may sit behind one"},
      LimitRow<Limits>{"unauthenticated_max", &Limits::unauthenticated_max, 1, 1'000'000,
                       "connections at a time that have not logged in yet"},
      LimitRow<Limits>{"unauthenticated_per_address_max", &Limits::unauthenticated_per_address_max, 1, 1'000'000,
                       "of them from one address"},
      LimitRow<Limits>{"handshake_timeout_ms", &Limits::handshake_timeout_ms, 100, 60 * second,
                       "from the TCP connection to the end of the TLS and WebSocket handshakes"},
      LimitRow<Limits>{"login_timeout_ms", &Limits::login_timeout_ms, 100, 600 * second, "from there to the login"},
      LimitRow<Limits>{"ping_interval_ms", &Limits::ping_interval_ms, 100, hour, "a quiet client is pinged this often"},
      LimitRow<Limits>{"idle_timeout_ms", &Limits::idle_timeout_ms, 200, hour,
                       "a client that sends nothing for so long, not even an answer to a ping, is closed"},
      LimitRow<Limits>{"closing_timeout_ms", &Limits::closing_timeout_ms, 10, 60 * second,
                       "how long a closed client may take to read the reason"},
      LimitRow<Limits>{"dead_peer_timeout_ms", &Limits::dead_peer_timeout_ms, second, hour,
                       "TCP_USER_TIMEOUT: sent bytes that nobody confirms end the connection"},
      LimitRow<Limits>{"shutdown_timeout_ms", &Limits::shutdown_timeout_ms, 100, 600 * second,
                       "from SIGTERM until the connections that are left are cut"},
      LimitRow<Limits>{"requests_per_second", &Limits::requests_per_second, 1, 1'000'000, "of one device"},
      LimitRow<Limits>{"request_burst", &Limits::request_burst, 1, 1'000'000, "requests of one device at once"},
      LimitRow<Limits>{"enrolment_requests_max", &Limits::enrolment_requests_max, 1, 1'000,
                       "requests of one connection before it has logged in"},
      LimitRow<Limits>{"partner_requests_per_second", &Limits::partner_requests_per_second, 1, 10'000'000,
                       "of all devices of one partner together; who is quicker waits"},
      LimitRow<Limits>{"partner_connections_max", &Limits::partner_connections_max, 1, 1'000'000,
                       "connections of one partner's devices at a time"},
      LimitRow<Limits>{
          "cursor_lag_entries_max", &Limits::cursor_lag_entries_max, 16, 10'000'000,
          "a reader that was up to date and falls so far behind a channel is closed; it resumes where it was"},
      LimitRow<Limits>{"write_stall_timeout_ms", &Limits::write_stall_timeout_ms, 100, hour,
                       "a reader that takes nothing for so long is closed; it resumes where it was"},
      LimitRow<Limits>{"outbox_bytes_max", &Limits::outbox_bytes_max, 2 * mebibyte, 1024 * mebibyte,
                       "replies and notices that wait for one client"},
      LimitRow<Limits>{"subscriptions_per_session_max", &Limits::subscriptions_per_session_max, 1, 100'000,
                       "channels that one client follows"},
      LimitRow<Limits>{"ring_entries_max", &Limits::ring_entries_max, 1, 1'000'000,
                       "newest entries of a channel kept ready in memory, for each I/O thread"},
      LimitRow<Limits>{"ring_bytes_max", &Limits::ring_bytes_max, 64 << 10, 1024 * mebibyte, "and their bytes"},
      LimitRow<Limits>{"page_entries_max", &Limits::page_entries_max, 1, 512,
                       "entries read from the store at a time for a reader that is behind"},
      LimitRow<Limits>{"core_queue_max", &Limits::core_queue_max, 64, 10'000'000,
                       "requests that wait to be decided; more are refused"},
      LimitRow<Limits>{"commit_queue_max", &Limits::commit_queue_max, 64, 1'000'000,
                       "decisions that wait for the disk; the core pauses at this many"},
      LimitRow<Limits>{"sync_records_max", &Limits::sync_records_max, 1, 100'000, "decisions that share one sync"},
      LimitRow<Limits>{"sync_bytes_max", &Limits::sync_bytes_max, mebibyte, 1024 * mebibyte, "and their bytes"},
      LimitRow<Limits>{"disk_reserve_bytes", &Limits::disk_reserve_bytes, 0, 1ULL << 50U,
                       "with less free space than this, nothing is written and clients are told so"},
  };
  return rows;
}

std::span<const LimitRow<server::Limits>> core_limit_rows() {
  using Core = server::Limits;
  constexpr std::uint64_t minute = 60ULL * 1000;
  constexpr std::uint64_t day = minute * 60 * 24;
  constexpr std::uint64_t mebibyte = 1U << 20U;
  static constexpr std::array rows{
      LimitRow<Core>{"members_per_channel_max", &Core::members_per_channel_max, 2, 100'000, "devices in one channel"},
      LimitRow<Core>{"channels_per_creator_max", &Core::channels_per_creator_max, 1, 1'000'000,
                     "channels made by the devices of one partner"},
      LimitRow<Core>{"commit_bytes_max", &Core::commit_bytes_max, 64 << 10, 900 << 10, "one Commit"},
      LimitRow<Core>{"group_info_bytes_max", &Core::group_info_bytes_max, 16 << 10, mebibyte,
                     "one published GroupInfo"},
      LimitRow<Core>{"welcome_bytes_max", &Core::welcome_bytes_max, 16 << 10, 900 << 10, "one Welcome"},
      LimitRow<Core>{"tree_bytes_max", &Core::tree_bytes_max, mebibyte, 256 * mebibyte, "one ratchet tree"},
      LimitRow<Core>{"waiting_trees_max", &Core::waiting_trees_max, 1, 10'000,
                     "trees of past epochs kept for Welcomes that wait, for each channel"},
      LimitRow<Core>{"message_bytes_max", &Core::message_bytes_max, 1024, 64 << 10, "one message"},
      LimitRow<Core>{"scheduled_releases_max", &Core::scheduled_releases_max, 1, 10'000,
                     "sealed guidances that wait for their time, for each channel"},
      LimitRow<Core>{"devices_per_partner_max", &Core::devices_per_partner_max, 1, 1'000'000, "devices of one partner"},
      LimitRow<Core>{"open_delegations_per_partner_max", &Core::open_delegations_per_partner_max, 1, 1'000'000,
                     "invitations of one partner that may still be used"},
      LimitRow<Core>{"key_packages_per_device_max", &Core::key_packages_per_device_max, 1, 10'000,
                     "single-use KeyPackages of one device"},
      LimitRow<Core>{"key_package_bytes_max", &Core::key_package_bytes_max, 512, 3 << 10, "one KeyPackage"},
      LimitRow<Core>{"inbox_items_per_device_max", &Core::inbox_items_per_device_max, 16, 1'000'000,
                     "Welcomes that wait for one device, for each shard"},
      LimitRow<Core>{"staged_lease_ms", &Core::staged_lease_ms, minute, 7 * day,
                     "how long parts of a large request are kept"},
      LimitRow<Core>{"staged_bytes_per_device_max", &Core::staged_bytes_per_device_max, mebibyte, 1024 * mebibyte,
                     "and their bytes"},
      LimitRow<Core>{"upload_lease_ms", &Core::upload_lease_ms, minute, 90 * day,
                     "how long an unfinished upload is kept"},
      LimitRow<Core>{"uploads_per_device_max", &Core::uploads_per_device_max, 1, 10'000,
                     "unfinished uploads of one device"},
      LimitRow<Core>{"document_bytes_max", &Core::document_bytes_max, mebibyte, 64ULL << 30U, "one encrypted document"},
      LimitRow<Core>{
          "partner_document_bytes_max", &Core::partner_document_bytes_max, mebibyte, 1ULL << 50U,
          "of all documents that the devices of one partner uploaded; sambandctl partner quota overrides it"},
      LimitRow<Core>{"replies_kept", &Core::replies_kept, 64, 4'096,
                     "last replies kept for each device and shard, for requests that are repeated"},
      LimitRow<Core>{"page_items_max", &Core::page_items_max, 1, 512, "items of one answer"},
      LimitRow<Core>{"page_bytes_max", &Core::page_bytes_max, 64 << 10, 960 << 10, "and their bytes"},
      LimitRow<Core>{"tree_head_interval_ms", &Core::tree_head_interval_ms, 1'000, 10 * minute,
                     "the directory's head is signed anew this often; clients warn at 15 minutes"},
  };
  return rows;
}

}  // namespace samband::server::edge
