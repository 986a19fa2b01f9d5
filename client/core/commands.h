// What a person, or an agent working for one, asks of the client: a closed set.
// Texts are in NFC already (the edge sees to that). A partner is named by its number or its name, a channel
// by its name; what several things answer to is refused with the choices.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "client/core/streams.h"
#include "crypto/bytes/bytes.h"
#include "crypto/bytes/fixed_id.h"
#include "crypto/identity/duties.h"
#include "crypto/identity/ids.h"

namespace samband::client {

// Makes this profile's device from an invitation of either kind. `start` it, then connect to `server()`.
struct Enrol {
  std::string invitation;  // the text `samband-invite:...`
  std::string staff_name;
  std::string device_label;
};

struct Invite {
  std::string staff_name;
  identity::Duties duties;
  std::uint16_t uses = 1;
  std::optional<WallTime> expires_at;  // 7 days from now if not given
};

struct WhoAmI {};
struct ListPartners {};
struct ListDevices {
  std::optional<std::string> partner;  // one's own if not given
};
// Hex of a device, a staff member or an invitation (a prefix of at least 8 digits will do), or a name
// that only one of them has.
struct Revoke {
  std::string subject;
  std::string reason;
};
// What needs this person: unread, deadlines, new devices, channels to join.
struct ShowOverview {};

enum class ChannelKind : std::uint8_t { discussion, guidance };
enum class ChannelHistory : std::uint8_t { from_joining, shared };

struct AllPartners {};
struct OfCommunity {
  std::string name;
};
struct NamedPartners {
  std::vector<std::string> partners;
};
using Audience = std::variant<NamedPartners, OfCommunity, AllPartners>;

struct AllStaff {};
struct NamedStaff {
  std::vector<std::string> staff;  // name or hex
};
using Who = std::variant<identity::Duties, AllStaff, NamedStaff>;

struct CreateChannel {
  std::string name;
  ChannelKind kind = ChannelKind::discussion;
  Audience audience;
  Who who;
  ChannelHistory history = ChannelHistory::from_joining;
  std::vector<std::string> moderators;  // partners beside one's own
  std::optional<std::string> successor;
};
struct ListChannels {};
struct JoinChannel {
  std::string channel;
};
struct ListMembers {
  std::string channel;
};
struct AddPartners {
  std::string channel;
  std::vector<std::string> partners;
  Who who;
  bool moderate = false;  // they moderate too, whether they were in the channel or not
};
struct RemovePartners {
  std::string channel;
  std::vector<std::string> partners;
};
struct LeaveChannel {
  std::string channel;
};

struct SendText {
  std::string channel;
  std::string text;
  std::optional<std::uint64_t> reply_to;    // sequence number
  std::optional<std::string> guard_reason;  // given: the guard lets it through and records the reason
};
struct ReadChannel {
  std::string channel;
  std::uint64_t since = 0;  // the first sequence number of interest
  bool follow = false;      // goes on with what arrives until cancelled
};
struct EditText {
  std::string channel;
  std::uint64_t seq = 0;
  std::string text;
  std::optional<std::string> guard_reason;
};
struct DeleteMessage {
  std::string channel;
  std::uint64_t seq = 0;
};
struct React {
  std::string channel;
  std::uint64_t seq = 0;
  std::string emoji;
};

struct PutDocument {
  std::string channel;
  std::string path;  // in the channel's library
  std::shared_ptr<DocumentSource> source;
  std::optional<std::string> guard_reason;
};
struct ListDocuments {
  std::string channel;
};
struct GetDocument {
  std::string channel;
  std::string path;
  std::optional<std::uint32_t> version;  // the newest if not given; 1 is the first
  std::shared_ptr<DocumentSink> sink;
};
struct ListVersions {
  std::string channel;
  std::string path;
};

// One text of a guidance in one language form ("nb", "nn", "en", or "" when not said).
struct GuidanceText {
  std::string language;
  std::string text;
};
struct GuidanceFile {
  std::string name;
  std::shared_ptr<DocumentSource> source;
};
struct PublishGuidance {
  // Given: this identifier. Publishing it a second time, after a crash say, is the same guidance and done at once.
  std::optional<GuidanceId> id;
  std::string channel;
  std::string title;
  std::vector<GuidanceText> texts;
  std::vector<GuidanceFile> files;
  std::optional<WallTime> acknowledge_by;
  std::optional<std::string> guard_reason;
};
struct ListGuidance {};
struct ShowGuidance {
  std::string id;                          // hex, or a prefix of at least 8 digits
  std::shared_ptr<DocumentFolder> folder;  // given: the texts and files are saved there
};

// Fetches and processes all that waits, then finishes.
struct Sync {};
// Stays connected, keeps groups current, admits waiting devices, tells what happens; until cancelled.
struct Agent {};
// Checks the transparency log and says what was proved.
struct Verify {};

using Command =
    std::variant<Enrol, Invite, WhoAmI, ListPartners, ListDevices, Revoke, ShowOverview, CreateChannel, ListChannels,
                 JoinChannel, ListMembers, AddPartners, RemovePartners, LeaveChannel, SendText, ReadChannel, EditText,
                 DeleteMessage, React, PutDocument, ListDocuments, GetDocument, ListVersions, PublishGuidance,
                 ListGuidance, ShowGuidance, Sync, Agent, Verify>;

}  // namespace samband::client
