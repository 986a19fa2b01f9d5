// The server's decisions: who may, who is next, who hears of it. A deterministic state machine over two stores:
// the same commands at the same times give the same effects and the same bytes, on every machine.
// No socket, thread, clock or random source. One thread owns it; `Core` reads the stores and never writes them.
//
// The edge's part:
//   1. effects = core.apply(command), in the order commands come;
//   2. write effects.chunks, then effects.main, synced; several commands may be gathered, batches in order;
//   3. core.synced(position of the last one written);
//   4. carry out the outgoing of those commands, in order.
// The core applies ahead: it sees what it decided before the disk does, and nothing of it has left meanwhile.
// A failed write, or `halt`, ends the process; what was not synced was not seen by anybody.
#pragma once

#include <expected>
#include <memory>
#include <string>

#include "server/core/command.h"
#include "server/core/effects.h"
#include "server/core/limits.h"
#include "server/core/log_signer.h"
#include "storage/model/records.h"

namespace samband::server {

enum class LoadError : std::uint8_t {
  unreadable,        // the store returned an error
  not_initialised,   // no StoreMeta: `initial_batch` was never written
  other_format,      // a record of a version this program does not know
  broken_chain,      // an entry does not continue the one before it, or is missing
  broken_directory,  // a leaf is missing, refused, or does not lead to the signed root
  broken_group,      // a channel's public group can't be read or does not follow its log
  other_log_key,     // the newest tree head was signed by another key
};
[[nodiscard]] std::string_view name_of(LoadError error);

struct LoadFailure {
  LoadError error;
  std::string detail;  // which channel, leaf or record
};

inline constexpr protocol::ShardIndex shard_count_max = 1024;

// What a new main store begins with. `meta.shard_count`: channel shards, 1..shard_count_max, fixed for good.
[[nodiscard]] storage::StoreBatch initial_batch(const storage::StoreMeta& meta, LogSigner& signer);

// The seqs of a channel that a device may read: `from` up to, not including, `until` (nullopt: it is in the channel).
struct ReadWindow {
  std::uint64_t from = 0;
  std::optional<std::uint64_t> until;
  bool operator==(const ReadWindow&) const = default;
};

class Core {
 public:
  // Rebuilds the state from the stores, which outlive the core and are written by the edge alone. Checks the tail of
  // every channel's log and the directory against its newest signed head.
  [[nodiscard]] static std::expected<Core, LoadFailure> load(const storage::Store& main, const storage::Store& chunks,
                                                             LogSigner& signer, const Limits& limits);
  Core(Core&&) noexcept;
  Core& operator=(Core&&) noexcept;
  ~Core();

  [[nodiscard]] Effects apply(const Command& command);
  // Everything up to this position is on the disk of both stores.
  void synced(std::uint64_t position);

  // --- asked by the edge, on the core's thread

  // What Hello says beside the edge's own.
  [[nodiscard]] std::uint64_t incarnation() const;
  [[nodiscard]] protocol::ShardIndex shard_count() const;
  [[nodiscard]] const std::optional<storage::Maintenance>& maintenance() const;
  [[nodiscard]] const Bytes& tree_head() const;  // the newest SignedTreeHead; may be ahead of the disk

  // Whether, and how far, the device may read the channel: the newest of its windows that begins at or before
  // `seq`, or the first after it. nullopt: none, and the channel is unknown to it.
  [[nodiscard]] std::optional<ReadWindow> readable(const DeviceId& device, const ChannelId& channel,
                                                   std::uint64_t seq) const;

 private:
  class State;
  explicit Core(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// --- read straight from the main store, by the edge, on any thread: durable by nature

// Welcomes that wait for the device with a number above `after`, oldest first.
[[nodiscard]] std::expected<std::vector<protocol::InboxEvent>, storage::StoreError> read_inbox(
    const storage::Store& main, const DeviceId& device, protocol::ShardIndex shard, std::uint64_t after,
    std::size_t items_max);

// Frames (EntryEvent) of the channel from `from` up to, not including, `until`; at least one if there is any, then
// while they fit into `bytes_max`.
[[nodiscard]] std::expected<std::vector<std::shared_ptr<const Bytes>>, storage::StoreError> read_entry_frames(
    const storage::Store& main, const ChannelId& channel, std::uint64_t from, std::uint64_t until,
    std::size_t bytes_max);

}  // namespace samband::server
