// What operations tell: typed lines, which the edge prints for people or as JSON.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "client/core/commands.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/identity/duties.h"
#include "crypto/identity/ids.h"

namespace samband::client {

struct Enrolled {
  std::string partner_name;
  std::string partner_number;
  DeviceId device;
  std::string fingerprint;  // of the partner key, as people compare it
  // A partner's first device only: the partner key's private half for the recovery sheet, shown once.
  std::optional<std::string> recovery_sheet;  // 64 hex digits
};
struct InvitationMade {
  std::string text;  // samband-invite:...
  DelegationHash delegation;
  WallTime expires_at;
};
struct SelfLine {
  PartnerId partner;
  std::string partner_name;
  std::string partner_number;
  std::string fingerprint;
  StaffId staff;
  std::string staff_name;
  DeviceId device;
  std::string device_label;
  identity::Duties duties;
  std::string server_name;
  bool has_administrator_key = false;  // may sign invitations and revocations
  bool revoked = false;
};
struct PartnerLine {
  PartnerId partner;
  std::string number;
  std::string name;
  std::string community;
  bool enrolled = false;
  std::string fingerprint;  // empty before enrolment
};
struct DeviceLine {
  PartnerId partner;
  std::string partner_name;
  StaffId staff;
  std::string staff_name;
  DeviceId device;
  std::string label;
  identity::Duties duties;
  WallTime since;
  bool revoked = false;
  bool is_this_device = false;
};
struct RevokedLine {
  std::string kind;     // device, staff, invitation
  std::string subject;  // its id
  std::string asked;    // as the person named it
};

enum class Membership : std::uint8_t { member, may_join, left, removed };
struct ChannelLine {
  ChannelId channel;
  std::string name;
  ChannelKind kind{};
  ChannelHistory history{};
  Membership membership{};
  std::uint64_t unread = 0;
  std::uint64_t last_seq = 0;
  bool only_one_moderator = false;
  std::uint64_t server_behind = 0;  // entries that the restored server lacks
  bool server_parted = false;       // the restored server is behind, or its log went another way
};
struct ChannelMade {
  ChannelId channel;
  std::string name;
};
struct MemberLine {
  PartnerId partner;
  std::string partner_name;
  std::string from;  // staff member
  DeviceId device;
  std::string role;  // moderator, publisher, member
  bool fingerprint_known = true;
};

struct Placed {
  ChannelId channel;
  std::uint64_t seq = 0;
};

struct Reaction {
  std::string emoji;
  std::string from;
};
struct MessageLine {
  ChannelId channel;
  std::uint64_t seq = 0;
  WallTime at;
  PartnerId partner;
  std::string partner_name;
  std::string from;
  DeviceId device;
  std::string text;
  std::optional<std::uint64_t> reply_to;
  std::vector<Reaction> reactions;
  bool edited = false;
  bool deleted = false;
  std::optional<std::string> document;  // path, when the message is a document's version
  std::optional<std::string> guard_reason;
};

struct DocumentLine {
  std::string path;
  std::uint32_t version = 0;
  std::uint64_t bytes = 0;
  Hash sha256;
  WallTime at;
  std::string from;
  PartnerId partner;
  std::string partner_name;
  std::uint64_t seq = 0;
  bool conflicting = false;  // another version has the same parent
};

struct GuidanceLine {
  GuidanceId id;
  ChannelId channel;
  std::string channel_name;
  std::string title;
  WallTime at;
  std::string state;  // released
  Hash sha256;        // of the manifest: equal for everybody
  std::optional<WallTime> acknowledge_by;
  std::string from;
  PartnerId partner;
  std::string partner_name;
};
struct GuidancePublished {
  GuidanceLine guidance;
};
struct GuidanceTextLine {
  GuidanceId id;
  GuidanceText text;
};
struct GuidanceFileLine {
  GuidanceId id;
  std::string name;
  std::uint64_t bytes = 0;
  Hash sha256;
};

struct VerifiedLine {
  std::uint64_t tree_size = 0;
  WallTime head_at;
  Hash root;
  std::uint64_t leaves_followed = 0;  // each applied and checked by this client
  bool own_device_found = false;
};

struct NothingWaits {};  // the overview is empty

// --- unasked

struct MessageArrived {  // ids only: `read` shows it
  ChannelId channel;
  std::string channel_name;
  std::uint64_t seq = 0;
};
struct JoinedChannel {
  ChannelId channel;
  std::string channel_name;
};
struct LeftChannel {
  ChannelId channel;
  std::string channel_name;
  Membership membership{};  // left or removed
};
struct MayJoinChannel {
  ChannelId channel;
  std::string channel_name;
};
struct NewDeviceOfYours {  // announced to the person's other devices
  DeviceId device;
  std::string label;
  WallTime at;
};
struct PartnerKeyChanged {  // loud: a roster may pin the earlier one
  PartnerId partner;
  std::string partner_name;
  std::string fingerprint;
};
enum class Warning : std::uint8_t {
  entry_from_the_future,   // held: the server's time is over 5 minutes ahead
  entry_refused,           // an entry breaks the rules; it was set aside and has no effect
  commit_not_processed,    // a Commit could not be applied: a complaint was posted, the group is joined anew
  tree_head_old,           // the signed head is over 15 minutes old: the server may withhold news
  server_contradicts_log,  // two signed heads do not belong to one log
  history_differs,         // a member has seen another entry at the same place than this client
  server_restored,         // the server was restored from a backup
  profile_copied,
  fingerprint_not_compared,  // a partner's key was taken from the directory
  channel_behind,            // the restored server lacks entries of the channel: `detail` says how many
  channel_parted,            // the restored server's log of the channel went another way than ours
  directory_behind,          // the restored server's directory lacks leaves that this client holds: how many
};
struct WarningLine {
  Warning warning{};
  std::optional<ChannelId> channel;
  std::string channel_name;
  std::uint64_t seq = 0;
  std::string detail;
};
struct Progress {  // of a document
  std::uint64_t done = 0;
  std::uint64_t total = 0;
};

using Line = std::variant<Enrolled, InvitationMade, SelfLine, PartnerLine, DeviceLine, RevokedLine, ChannelLine,
                          ChannelMade, MemberLine, Placed, MessageLine, DocumentLine, GuidanceLine, GuidancePublished,
                          GuidanceTextLine, GuidanceFileLine, VerifiedLine, NothingWaits, MessageArrived, JoinedChannel,
                          LeftChannel, MayJoinChannel, NewDeviceOfYours, PartnerKeyChanged, WarningLine, Progress>;

}  // namespace samband::client
