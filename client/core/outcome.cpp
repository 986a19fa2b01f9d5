#include "client/core/outcome.h"

#include <cstdlib>

namespace samband::client {

namespace {

using protocol::Status;

Fault fault_of(Status status) {
  switch (status) {
    case Status::malformed:
    case Status::invalid:
    case Status::stale_epoch:
    case Status::counter_out_of_order: return Fault::server_refused;
    case Status::not_logged_in: return Fault::not_enrolled;
    case Status::not_permitted: return Fault::not_permitted;
    case Status::not_found: return Fault::no_such_channel;
    case Status::too_large: return Fault::too_large;
    case Status::too_many: return Fault::too_many_requests;
    case Status::invitation_unknown: return Fault::invitation_unknown;
    case Status::invitation_expired: return Fault::invitation_expired;
    case Status::invitation_used_up: return Fault::invitation_used_up;
    case Status::invitation_revoked: return Fault::invitation_revoked;
    case Status::device_revoked: return Fault::device_revoked;
    case Status::disk_reserve: return Fault::server_full;
    case Status::maintenance: return Fault::server_maintenance;
    case Status::partner_limit: return Fault::partner_limit;
    case Status::unsupported_version: return Fault::server_incompatible;
    case Status::shutting_down:
    case Status::too_slow:
    case Status::idle: return Fault::server_away;
    case Status::conflict: return Fault::name_taken;
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

Failure failure_of(const protocol::Refused& refused) {
  return {.fault = fault_of(refused.status), .detail = refused.detail, .choices = {}, .findings = {}};
}

Failure failure_of(const protocol::ReplyBody& reply) {
  if (const auto* refused = std::get_if<protocol::Refused>(&reply)) return failure_of(*refused);
  return {.fault = Fault::server_incompatible, .detail = "an answer of another kind", .choices = {}, .findings = {}};
}

}  // namespace samband::client
