// One channel on this device: its record, its group, and what waits for it. Knows how to keep itself in the
// profile; what to do is decided by others.
#pragma once

#include <cstdint>
#include <deque>
#include <expected>
#include <optional>
#include <vector>

#include "client/core/channel_record.h"
#include "client/core/outcome.h"
#include "client/core/own.h"
#include "client/core/parting.h"
#include "client/core/profile.h"
#include "client/core/task.h"
#include "crypto/mls/group/group.h"
#include "server/protocol/verdict/verdict.h"

namespace samband::client {

// What became of a Commit of ours.
struct CommitFate {
  enum class Kind : std::uint8_t {
    placed,   // it is the epoch's Commit
    beaten,   // another was first: begin anew on the next epoch
    refused,  // by the server: `failure` says why
  };
  Kind kind{};
  std::uint64_t seq = 0;
  Failure failure;
};

// Leaves that have no place in the group any more, and what a Commit that removes them has to cite.
struct LeavesToRemove {
  std::vector<DeviceId> devices;
  std::vector<std::uint64_t> revocations;     // directory leaves, increasing
  std::vector<std::uint64_t> leave_requests;  // seq of entries, increasing
  [[nodiscard]] bool empty() const { return devices.empty(); }
};

// Tells one Commit of this device from another: the start of its SHA-256.
[[nodiscard]] std::uint64_t commit_mark(const Hash& commit);

// A channel's group as the profile keeps it; nullopt when it keeps none, or can't be read.
[[nodiscard]] std::optional<std::expected<mls::Group, ParseError>> load_group(Profile& profile,
                                                                              const ChannelId& channel,
                                                                              const KeyPair& signature_key);

class Channel {
 public:
  Channel(Profile& profile, ReadyQueue& ready, ChannelRecord initial)
      : record{std::move(initial)}, profile_{profile}, ready_{ready} {}

  ChannelRecord record;
  std::optional<mls::Group> group;  // while standing is creating, joining or member

  // --- not kept: they are heard again from the server
  std::deque<Bytes> waiting;              // encoded entries in the order they came, not processed yet
  bool subscribed = false;                // on this connection
  bool gap = false;                       // entries were dropped or missed: subscribe again
  WallTime welcome_awaited_until;         // a Welcome is on its way until then
  std::uint64_t known_next = 0;           // the server's next_seq when it was last heard
  bool is_busy = false;                   // an errand sees to joining or upkeep
  std::optional<Later<bool>> pause;       // before leaves are removed; ends at once when there is something to say
  std::uint64_t admit_pause_ms = 0;       // grows while none of those who wait has a KeyPackage
  WallTime admit_after;                   // devices without a KeyPackage are not asked for before
  WallTime upkeep_after;                  // after something failed that the group needs
  std::optional<Later<CommitFate>> fate;  // of the pending Commit, while somebody waits for it

  std::uint64_t pending_mark = 0;  // kept with the pending Commit
  std::optional<Parting> parting;  // kept; nullopt while the server's log and ours are one

  [[nodiscard]] const ChannelId& id() const { return record.id(); }
  [[nodiscard]] bool is_member() const { return record.standing == Standing::member && group.has_value(); }
  // Messages and Commits of ours can be made.
  [[nodiscard]] bool can_speak() const { return is_member() && !parting && !record.lost && !record.asked_to_leave; }
  [[nodiscard]] bool is_comparing() const { return parting && parting->kind == Parting::Kind::comparing; }
  [[nodiscard]] bool is_parted() const { return parting && !is_comparing(); }
  // Entries that this device holds and the server, being behind, lacks.
  [[nodiscard]] std::uint64_t entries_ahead() const {
    return parting && record.head.next_seq > parting->server_next ? record.head.next_seq - parting->server_next : 0;
  }

  // The group's part of the profile. False: it does not load.
  [[nodiscard]] bool load_group(const KeyPair& signature_key);
  void save_record();
  // See parting.cpp.
  void part(const Parting& found);
  void meet();
  [[nodiscard]] bool load_parting();
  // After a change of epoch, or when the group is new.
  void save_group();
  // After a message: what changed in the secret tree.
  void save_ratchets();
  // The pending Commit, with the request that submits it; `mark` tells its answer from that of an earlier one.
  void save_pending(std::uint64_t mark);
  // Takes the pending Commit up again after a restart. False: there is none that still fits.
  [[nodiscard]] bool load_pending(const mls::Services& services);
  void forget_pending();
  // Every secret of the group, here and in the profile.
  void forget_group();

  // --- the leaves of the group
  [[nodiscard]] std::vector<DeviceId> devices() const;
  [[nodiscard]] std::optional<mls::LeafIndex> leaf_of(const DeviceId& device) const;
  [[nodiscard]] protocol::OpenLeaveRequests leave_requests() const;
  // Judged by the directory as it is now; remembered until group, directory or requests change.
  [[nodiscard]] const LeavesToRemove& leaves_to_remove(const identity::Directory& directory, const DeviceId& own);

  // Settles when an entry was processed or a Commit's fate became known.
  [[nodiscard]] Later<bool> until_changed();
  void changed();
  void settle_fate(CommitFate settled);

 private:
  Profile& profile_;
  ReadyQueue& ready_;
  std::vector<Later<bool>> watchers_;

  struct JudgedAt {
    std::uint64_t epoch = 0;
    std::uint64_t directory_size = 0;
    std::vector<OpenLeaveRequest> requests;
    bool operator==(const JudgedAt&) const = default;
  };
  std::optional<JudgedAt> judged_at_;
  LeavesToRemove to_remove_;
};

}  // namespace samband::client
