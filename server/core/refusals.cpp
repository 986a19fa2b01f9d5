#include "server/core/refusals.h"

#include <cstdlib>
#include <string>

namespace samband::server {
namespace {

using protocol::Status;
using protocol::VerdictError;

Status status_of(VerdictError error) {
  switch (error) {
    case VerdictError::stale_epoch:
    case VerdictError::future_epoch: return Status::stale_epoch;
    case VerdictError::sender_not_entitled:
    case VerdictError::joiner_not_entitled:
    case VerdictError::remove_not_permitted:
    case VerdictError::policy_not_permitted: return Status::not_permitted;
    case VerdictError::too_many_adds: return Status::too_many;
    case VerdictError::too_large: return Status::too_large;
    case VerdictError::malformed:
    case VerdictError::wrong_form:
    case VerdictError::wrong_group:
    case VerdictError::mls_invalid:
    case VerdictError::wrong_sender:
    case VerdictError::proposal_by_reference:
    case VerdictError::proposal_not_allowed:
    case VerdictError::extensions_not_allowed:
    case VerdictError::partner_key_not_pinned:
    case VerdictError::citation_unfounded:
    case VerdictError::invalid_signature:
    case VerdictError::not_a_first_epoch: return Status::invalid;
  }
  std::abort();  // every enumerator returns above
}

Status status_of(identity::DirectoryError error) {
  using enum identity::DirectoryError;
  switch (error) {
    case unknown_invitation:
    case unknown_delegation: return Status::invitation_unknown;
    case invitation_used:
    case no_uses_left: return Status::invitation_used_up;
    case expired: return Status::invitation_expired;
    case revoked: return Status::invitation_revoked;
    case already_there:
    case number_taken:
    case name_taken:
    case key_reused:
    case partner_key_exists:
    case partner_key_pending: return Status::conflict;
    case unknown_partner:
    case unknown_administrator:
    case unknown_subject: return Status::not_found;
    case time_goes_back:
    case partner_gone:
    case wrong_kind:
    case no_partner_key:
    case partner_key_not_in_force:
    case malformed:
    case wrong_partner:
    case wrong_administrator:
    case wrong_staff:
    case wrong_name:
    case no_uses:
    case lifetime_too_long:
    case dates_out_of_order:
    case bad_signature: return Status::invalid;
  }
  std::abort();  // every enumerator returns above
}

}  // namespace

protocol::Refused to_refusal(const protocol::Rejection& rejection) {
  return {status_of(rejection.error), std::string{protocol::name_of(rejection.error)}};
}

protocol::Refused to_refusal(identity::DirectoryError error) {
  return {status_of(error), std::string{describe(error)}};
}

std::string_view describe(identity::DirectoryError error) {
  using enum identity::DirectoryError;
  switch (error) {
    case time_goes_back: return "older than what stands in the directory";
    case unknown_partner: return "there is no such partner";
    case partner_gone: return "the partner was removed, or merged into another";
    case already_there: return "it stands in the directory already";
    case number_taken: return "the number belongs to another partner";
    case name_taken: return "another partner of the community has that name";
    case wrong_kind: return "the number is one of another kind of partner";
    case unknown_invitation: return "there is no such invitation";
    case invitation_used: return "the invitation was used";
    case expired: return "the invitation or certificate has expired";
    case revoked: return "it was revoked";
    case key_reused: return "a key stands in the directory already";
    case partner_key_exists: return "the partner has a key, and the invitation does not replace it";
    case no_partner_key: return "the partner has no key to replace";
    case partner_key_pending: return "a replacing key waits already";
    case partner_key_not_in_force: return "the partner key is not in force";
    case wrong_partner: return "a part belongs to another partner";
    case malformed: return "not what it should be";
    case wrong_administrator: return "a part names another administrator";
    case wrong_staff: return "made for another person";
    case wrong_name: return "another name than the invitation's";
    case unknown_administrator: return "there is no such administrator key";
    case unknown_delegation: return "there is no such invitation";
    case unknown_subject: return "there is nothing like that to revoke";
    case no_uses_left: return "the invitation was used up";
    case no_uses: return "an invitation has at least one use";
    case lifetime_too_long: return "it would last too long";
    case dates_out_of_order: return "its dates are out of order";
    case bad_signature: return "a signature does not verify";
  }
  std::abort();  // every enumerator returns above
}

}  // namespace samband::server
