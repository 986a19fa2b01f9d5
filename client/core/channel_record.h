// What the profile keeps of a channel beside its group: where it stands in the log, and what is left to do there.
#pragma once

#include <cstdint>
#include <expected>
#include <vector>

#include "crypto/codec/reader.h"
#include "storage/model/entry.h"
#include "storage/model/policy.h"

namespace samband::client {

inline constexpr std::size_t leave_requests_max = 4096;  // open ones, in one channel
inline constexpr std::size_t departed_max = 65'536;

// Never renumber.
enum class Standing : std::uint8_t {
  may_join = 1,  // the roster means this device; the policy is the server's word until it has joined
  creating = 2,  // the group is made, the server has not answered yet
  joining = 3,   // an external Commit is on its way
  member = 4,
  left = 5,  // asked for it, or cited by a Commit that did
  removed = 6,
  halted = 7,  // the server showed a log that does not continue the one known: nothing more is taken from it
};

struct OpenLeaveRequest {
  std::uint64_t seq = 0;
  DeviceId device;
  bool operator==(const OpenLeaveRequest&) const = default;
};

struct ChannelRecord {
  static constexpr std::uint8_t version = 1;

  Standing standing = Standing::may_join;
  storage::ChainHead head;                       // next_seq: the cursor
  storage::ChannelPolicy policy;                 // of the current epoch
  std::uint64_t read_until = 0;                  // a person has read everything below
  bool asked_to_leave = false;                   // by this device; nothing is sent any more
  bool path_due = false;                         // joined, and no Commit with a path of our own yet
  bool lost = false;                             // a Commit could not be processed: the group is to be joined anew
  WallTime path_at;                              // of the newest Commit with a path of our own
  std::vector<OpenLeaveRequest> leave_requests;  // whose devices still have a leaf
  std::vector<DeviceId> departed;                // left at their own request: nobody puts them back but they themselves
  Hash joining_by;                               // while joining: SHA-256 of the external Commit

  bool operator==(const ChannelRecord&) const = default;
  [[nodiscard]] const ChannelId& id() const { return policy.channel; }
};

[[nodiscard]] Bytes encode(const ChannelRecord& record);
[[nodiscard]] std::expected<ChannelRecord, ParseError> parse_channel_record(BytesView wire);

}  // namespace samband::client
