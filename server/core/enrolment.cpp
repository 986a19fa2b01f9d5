#include "server/core/enrolment.h"

#include "crypto/identity/invitation.h"
#include "server/core/refusals.h"
#include "storage/model/server_layout.h"

namespace samband::server {
namespace {

namespace layout = storage::server_store;
using protocol::Status;

Outcome outcome_of(const std::expected<protocol::LeafPlaced, identity::DirectoryError>& placed) {
  if (!placed) return std::unexpected(to_refusal(placed.error()));
  return *placed;
}

// The answer to a certificate that stands in the directory already, byte for byte.
std::optional<protocol::LeafPlaced> placed_before(const identity::Directory& directory,
                                                  const identity::SignedDeviceCertificate& certificate) {
  const identity::DeviceRecord* device = directory.device(certificate.body.device);
  if (device == nullptr || device->certificate_hash != identity::hash_of(certificate)) return std::nullopt;
  return protocol::LeafPlaced{device->place, directory.time_at(device->place + 1)};
}

bool has_room_for_device(const Turn& turn, const identity::Directory& directory, const PartnerId& partner) {
  return directory.devices_of(partner, directory.size()).size() < turn.limits.devices_per_partner_max;
}

// The leaf that brought a thing in, as it stands in the log.
template <class Signed>
std::optional<Bytes> signed_at(const Turn& turn, identity::LeafPlace place) {
  const auto wire = turn.main.get(layout::directory, layout::directory_key(place));
  if (!wire) return std::nullopt;
  const auto leaf = identity::parse_directory_leaf(*wire);
  const auto* found = leaf ? std::get_if<Signed>(&leaf->body) : nullptr;
  if (found == nullptr) return std::nullopt;
  return identity::encode(*found);
}

bool is_of_partner(const identity::Directory& directory, const DeviceId& device, const PartnerId& partner) {
  const identity::DeviceRecord* record = directory.device(device);
  return record != nullptr && record->certificate.partner == partner;
}

}  // namespace

Outcome enrol_first(Turn& turn, DirectoryLog& log, const protocol::EnrolFirst& request) {
  const auto claim = identity::parse_signed_partner_key_claim(request.partner_key);
  const auto grant = identity::parse_signed_administrator_grant(request.administrator_grant);
  const auto delegation = identity::parse_signed_delegation(request.delegation);
  const auto certificate = identity::parse_signed_device_certificate(request.certificate);
  if (!claim || !grant || !delegation || !certificate) return refuse(Status::malformed, "enrolment");
  if (const auto before = placed_before(log.directory(), *certificate)) return *before;
  // Whoever knows the hash alone (it stands in the log for all to read) is not invited.
  if (identity::operator_token_hash(request.token.view()) != claim->body.token_hash) {
    return refuse(Status::invitation_unknown);
  }
  if (!has_room_for_device(turn, log.directory(), certificate->body.partner)) return refuse(Status::too_many);
  const std::vector<identity::DirectoryLeafBody> chain{*claim, *grant, *delegation, *certificate};
  const auto placed = log.append(turn, chain);
  if (!placed) return std::unexpected(to_refusal(placed.error().error));
  return *placed;
}

Outcome enrol_invited(Turn& turn, DirectoryLog& log, const protocol::EnrolInvited& request) {
  const auto certificate = identity::parse_signed_device_certificate(request.certificate);
  if (!certificate) return refuse(Status::malformed, "certificate");
  if (const auto before = placed_before(log.directory(), *certificate)) return *before;
  if (!has_room_for_device(turn, log.directory(), certificate->body.partner)) return refuse(Status::too_many);
  return outcome_of(log.append(turn, *certificate));
}

Outcome fetch_delegation(Turn& turn, const DirectoryLog& log, const protocol::FetchDelegation& request) {
  const identity::Directory& directory = log.directory();
  const identity::DelegationRecord* record = directory.delegation(DelegationHash{request.delegation.bytes});
  if (record == nullptr) return refuse(Status::invitation_unknown);
  const identity::AdministratorRecord* administrator = directory.administrator(record->delegation.administrator);
  if (administrator == nullptr) return refuse(Status::invitation_unknown);
  auto delegation = signed_at<identity::SignedDelegation>(turn, record->place);
  auto grant = signed_at<identity::SignedAdministratorGrant>(turn, administrator->place);
  if (!delegation || !grant) return refuse(Status::invitation_unknown);
  return protocol::DelegationFound{std::move(*delegation), std::move(*grant)};
}

Outcome add_delegation(Turn& turn, DirectoryLog& log, const DeviceId& from, const protocol::AddDelegation& request) {
  const auto delegation = identity::parse_signed_delegation(request.delegation);
  if (!delegation) return refuse(Status::malformed, "delegation");
  if (!is_of_partner(log.directory(), from, delegation->body.partner)) return refuse(Status::not_permitted);
  if (log.directory().open_delegations(delegation->body.partner, turn.at).size() >=
      turn.limits.open_delegations_per_partner_max) {
    return refuse(Status::too_many, "open invitations");
  }
  return outcome_of(log.append(turn, *delegation));
}

Outcome revoke(Turn& turn, DirectoryLog& log, const DeviceId& from, const protocol::Revoke& request) {
  const auto revocation = identity::parse_signed_revocation(request.revocation);
  if (!revocation) return refuse(Status::malformed, "revocation");
  if (!is_of_partner(log.directory(), from, revocation->body.partner)) return refuse(Status::not_permitted);
  return outcome_of(log.append(turn, *revocation));
}

}  // namespace samband::server
