// Every bound the core holds a client to. Defaults here; the configuration may change them.
#pragma once

#include <cstddef>
#include <cstdint>

namespace samband::server {

struct Limits {
  // Channels
  std::size_t members_per_channel_max = 20'000;
  std::size_t channels_per_creator_max = 1'000;            // made by the devices of one partner
  std::size_t commit_bytes_max = std::size_t{900} << 10U;  // an entry fits into a frame
  std::size_t group_info_bytes_max = std::size_t{600} << 10U;
  std::size_t welcome_bytes_max = std::size_t{600} << 10U;  // an inbox event fits into a frame
  std::size_t tree_bytes_max = std::size_t{32} << 20U;
  std::size_t waiting_trees_max = 64;  // trees of past epochs kept for Welcomes that wait, for each channel

  // Messages and statements
  std::size_t message_bytes_max = std::size_t{64} << 10U;
  std::size_t scheduled_releases_max = 64;  // for each channel

  // Devices and KeyPackages
  std::size_t devices_per_partner_max = 20'000;
  std::size_t open_delegations_per_partner_max = 5'000;
  std::size_t key_packages_per_device_max = 100;              // beside one last resort
  std::size_t key_package_bytes_max = std::size_t{3} << 10U;  // so that a reply with 256 fits into a frame
  std::size_t inbox_items_per_device_max = 4'096;  // for each shard; what comes after is left to external Commits

  // What waits under a lease
  std::uint64_t staged_lease_ms = 60ULL * 60 * 1000;
  std::size_t staged_bytes_per_device_max = std::size_t{64} << 20U;
  std::uint64_t upload_lease_ms = 7ULL * 24 * 60 * 60 * 1000;
  std::size_t uploads_per_device_max = 32;
  std::uint64_t document_bytes_max = (2ULL << 30U) + (4ULL << 20U);  // 2 GiB and its tags
  std::uint64_t partner_document_bytes_max = 1ULL << 40U;            // 1 TiB: of all devices of a partner

  // Answers
  std::size_t replies_kept = 64;  // for each device and shard
  std::size_t page_items_max = 512;
  std::size_t page_bytes_max = std::size_t{960} << 10U;

  // A tree head is signed anew after this much time without a change.
  std::uint64_t tree_head_interval_ms = 5ULL * 60 * 1000;
};

}  // namespace samband::server
