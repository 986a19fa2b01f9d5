// One channel: its log's end, its group as seen from outside, and who may read what of it.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "crypto/mls/public/public_group.h"
#include "server/core/core.h"
#include "server/core/partner_documents.h"
#include "server/core/turn.h"
#include "server/protocol/verdict/verdict.h"
#include "storage/model/policy.h"
#include "storage/model/records.h"

namespace samband::server {

// A device that is a leaf, or was one.
struct ChannelReader {
  std::vector<ReadWindow> windows;             // in order, apart from one another
  std::optional<std::uint64_t> leave_request;  // seq of its open request to be removed
  [[nodiscard]] bool is_leaf() const { return !windows.empty() && !windows.back().until; }
  // The window `seq` lies in, or the first after it.
  [[nodiscard]] std::optional<ReadWindow> window_at(std::uint64_t seq) const;
};

struct Release {
  WallTime at;
  protocol::ReleaseSecret secret;
  DeviceId scheduled_by;
};

struct Channel {
  storage::ChannelRecord record;  // as it will next be written; its head is the log's end
  storage::ChannelPolicy policy;
  mls::PublicGroup group;
  std::map<DeviceId, ChannelReader> readers;
  std::map<GuidanceId, Release> releases;

  std::map<std::uint64_t, std::size_t> waiting_welcomes;  // of the present group, by the epoch they lead to
  std::set<std::uint64_t> waiting_trees;                  // past epochs whose tree is kept for them
  std::uint64_t record_seq = 0;                           // next_seq when the record was last written

  [[nodiscard]] const ChannelId& id() const { return record.head.channel; }
  [[nodiscard]] bool is_leaf(const DeviceId& device) const;
  [[nodiscard]] protocol::OpenLeaveRequests leave_requests() const;
};

// What a command needs beside its turn when it is about channels.
class ChannelIndex;
struct ChannelTurn {
  Turn& turn;
  const identity::Directory& directory;
  ChannelIndex& index;
  PartnerDocuments& documents;

  [[nodiscard]] protocol::Circumstances circumstances(const ChannelId& channel, const DeviceId& sender) const {
    return {channel, sender, turn.at, directory, directory.size()};
  }
};

// --- changes; what they touch is written with the turn

// Appends an entry and delivers it. Whoever changes the group with it writes the record afterwards.
[[nodiscard]] protocol::Placed place_entry(Turn& turn, Channel& channel, std::uint64_t directory_size,
                                           storage::EntryKind kind, const DeviceId& sender, Bytes body);
// The same for an entry that leaves the group as it is; now and then the channel's records follow the log's end.
[[nodiscard]] protocol::Placed place_post(Turn& turn, Channel& channel, std::uint64_t directory_size,
                                          storage::EntryKind kind, const DeviceId& sender, Bytes body);
void write_record(Turn& turn, Channel& channel);
void write_reader(Turn& turn, const Channel& channel, const DeviceId& device);
// The group's records that changed. Goes with write_record, so that the two never part.
void write_group(Turn& turn, Channel& channel);

// The device becomes a leaf by the entry at `seq`, or stops being one.
void open_window(ChannelTurn& at, Channel& channel, const DeviceId& device, std::uint64_t seq);
void close_window(ChannelTurn& at, Channel& channel, const DeviceId& device, std::uint64_t seq);

// --- records of this folder's own
[[nodiscard]] Bytes encode(const ChannelReader& reader);
[[nodiscard]] std::expected<ChannelReader, ParseError> parse_reader(BytesView wire);
[[nodiscard]] Bytes encode(const Release& release);
[[nodiscard]] std::expected<Release, ParseError> parse_release(BytesView wire);

// --- keys behind storage's parts of a channel
[[nodiscard]] Bytes reader_key(const ChannelId& channel, const DeviceId& device);
[[nodiscard]] Bytes waiting_tree_key(const ChannelId& channel, std::uint64_t epoch);
[[nodiscard]] Bytes release_key(const ChannelId& channel, const GuidanceId& guidance);

}  // namespace samband::server
