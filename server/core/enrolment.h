// How partners, staff and devices come into the directory, and leave it: requests that become leaves.
#pragma once

#include "server/core/directory_log.h"

namespace samband::server {

// Before login. Repeating an enrolment with the same certificate is answered like the first time.
[[nodiscard]] Outcome enrol_first(Turn& turn, DirectoryLog& log, const protocol::EnrolFirst& request);
[[nodiscard]] Outcome enrol_invited(Turn& turn, DirectoryLog& log, const protocol::EnrolInvited& request);
[[nodiscard]] Outcome fetch_delegation(Turn& turn, const DirectoryLog& log, const protocol::FetchDelegation& request);

// By a device of the partner concerned.
[[nodiscard]] Outcome add_delegation(Turn& turn, DirectoryLog& log, const DeviceId& from,
                                     const protocol::AddDelegation& request);
[[nodiscard]] Outcome revoke(Turn& turn, DirectoryLog& log, const DeviceId& from, const protocol::Revoke& request);

}  // namespace samband::server
