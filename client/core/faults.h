// Why an operation did not do what was asked: one closed set, so that the edge has one line for each in
// every language it speaks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace samband::client {

enum class Fault : std::uint8_t {
  // the profile
  not_enrolled,      // enrol first
  already_enrolled,  // the profile has a device
  profile_copied,    // the server has seen requests this profile does not remember: a copy or an old backup
  cancelled,

  // the server
  server_away,             // not connected, and the operation can't wait
  server_refused,          // `detail` holds the server's own words
  server_full,             // its disk reserve is reached
  server_maintenance,      // its operator takes no writes for now; `detail` says why
  partner_limit,           // all devices of the own partner together have reached the limit named by `detail`
  server_incompatible,     // another version of the protocol
  server_contradicts_log,  // its directory is not the one the signed log describes: do not trust it
  too_many_requests,

  // invitations and devices
  not_an_invitation,
  invitation_mistyped,
  invitation_wrong_version,
  invitation_unknown,
  invitation_expired,
  invitation_used_up,
  invitation_revoked,
  invitation_forged,  // the server's chain does not match the hash or fingerprint in the invitation
  wrong_server,       // another server answers than the one named by the invitation
  device_revoked,
  name_invalid,

  // finding things
  no_such_partner,
  no_such_community,
  no_such_staff,
  no_such_device,
  no_such_channel,
  no_such_message,
  no_such_document,
  no_such_version,
  no_such_guidance,
  ambiguous,  // `choices` lists what answers to the name
  name_taken,

  // rights
  not_permitted,         // neither the policy of the channel nor one's duties allow it
  no_administrator_key,  // the device signs neither invitations nor revocations
  server_behind,         // the restored server lacks what this device holds of the channel: nothing is sent there
  not_a_member,          // join the channel first
  partner_without_key,   // the partner has not enrolled its first administrator
  last_moderator,        // leaving would leave the channel without one
  history_not_shared,    // later joiners could not be given what was said before: no such channel is made

  // content
  stopped_by_guard,  // `findings` shows what was seen
  too_large,
  not_text,
  empty,
  unreadable,         // a source failed
  unwritable,         // a sink failed
  source_changed,     // the file changed while it was read
  damaged,            // the content does not verify
  not_delivered_yet,  // the content is known but its blob is not

  store_failed,  // the profile could not be written: the client has stopped
  internal,      // the group's state did not allow it; `detail` says more
};

// What the guard saw.
struct GuardFinding {
  std::string kind;     // "birth number", "D number", "account number"; with " (synthetic)" or " (helper number)"
  std::string excerpt;  // the characters it saw
};

struct Failure {
  Fault fault = Fault::internal;
  std::string detail;                  // a name, a size, the server's words: what the line is about
  std::vector<std::string> choices;    // for `ambiguous`
  std::vector<GuardFinding> findings;  // for `stopped_by_guard`
};

}  // namespace samband::client
