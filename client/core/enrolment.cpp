#include "client/core/enrolment.h"

#include <algorithm>

#include "client/core/places.h"
#include "crypto/codec/hex.h"
#include "crypto/identity/invitation.h"
#include "crypto/identity/name.h"
#include "crypto/suite/signing.h"
#include "server/protocol/codec.h"

namespace samband::client {

namespace {

using identity::Invitation;
using identity::InvitationKind;

std::expected<Invitation, Failure> read_invitation(const std::string& text) {
  auto invitation = identity::parse_invitation(text);
  if (invitation) return std::move(*invitation);
  switch (invitation.error()) {
    case identity::InvitationError::not_an_invitation: return failure(Fault::not_an_invitation);
    case identity::InvitationError::mistyped: return failure(Fault::invitation_mistyped);
    case identity::InvitationError::wrong_version: return failure(Fault::invitation_wrong_version);
  }
  return failure(Fault::not_an_invitation);
}

Own begin_own(const Invitation& invitation) {
  Own own;
  own.invitation = sha256(invitation.seed.view());
  own.server = {invitation.server_name, invitation.server_port, invitation.server_key_pin};
  own.log_key = *transparency::LogPublicKey::of(invitation.log_key.view());
  own.partner_key_fingerprint = invitation.partner_key_fingerprint;
  return own;
}

struct Person {
  PartnerId partner;
  StaffId staff;
  std::string name;
  std::string device_label;
};

// The device's key pair and its certificate under `delegation`, signed with the enrolment key.
void make_device(Own& own, const Person& person, const identity::Delegation& delegation, BytesView enrolment_key,
                 WallTime from, DeviceId device, RandomSource& random) {
  const SecretBytes seed = random.secret(ed25519_private_key_bytes);
  own.signature_key = ed25519_key_pair(seed.view());
  identity::DeviceCertificate body{
      .partner = person.partner,
      .staff = person.staff,
      .device = device,
      .signature_key = *Ed25519PublicKey::of(own.signature_key.public_key),
      .staff_name = person.name,
      .device_label = person.device_label,
      .delegation = identity::hash_of(delegation),
      .administrator = delegation.administrator,
      .not_before = from,
      .not_after = {from.ms + delegation.certificate_validity_ms},
  };
  own.certificate = identity::sign(std::move(body), enrolment_key);
}

// Partner key, administrator key, a delegation to oneself and the certificate, in one go.
Own make_first(const Invitation& invitation, const Enrol& command, WallTime now, RandomSource& random) {
  Own own = begin_own(invitation);
  own.partner_private_key = random.secret(ed25519_private_key_bytes);
  const KeyPair partner = ed25519_key_pair(own.partner_private_key->view());
  const Ed25519PublicKey partner_key = *Ed25519PublicKey::of(partner.public_key);
  own.partner_key_fingerprint = identity::partner_key_fingerprint(partner_key);

  const Person person{invitation.partner, random.id<StaffId>(), command.staff_name, command.device_label};
  const auto device = random.id<DeviceId>();
  const identity::SignedPartnerKeyClaim claim =
      identity::sign(identity::PartnerKeyClaim{.partner = invitation.partner,
                                               .key = partner_key,
                                               .token_hash = identity::operator_token_hash(invitation.seed.view())},
                     own.partner_private_key->view());

  AdministratorKey administrator{.grant = {}, .private_key = random.secret(ed25519_private_key_bytes)};
  const KeyPair administrator_pair = ed25519_key_pair(administrator.private_key.view());
  const identity::SignedAdministratorGrant grant = identity::sign(
      identity::AdministratorGrant{.partner = invitation.partner,
                                   .partner_key = partner_key,
                                   .administrator_key = *Ed25519PublicKey::of(administrator_pair.public_key),
                                   .staff = person.staff,
                                   .device = device,
                                   .label = command.staff_name,
                                   .issued_at = now},
      own.partner_private_key->view());
  administrator.grant = identity::hash_of(grant.body);

  const SecretBytes seed = random.secret(identity::invitation_seed_bytes);
  const KeyPair enrolment = identity::derive_enrolment_key(seed.view());
  const identity::SignedDelegation delegation =
      identity::sign(identity::Delegation{.partner = invitation.partner,
                                          .staff = person.staff,
                                          .staff_name = command.staff_name,
                                          .duties = identity::Duties::all(),
                                          .enrolment_key = *Ed25519PublicKey::of(enrolment.public_key),
                                          .administrator = administrator.grant,
                                          .issued_at = now,
                                          .expires_at = {now.ms + identity::delegation_lifetime_ms_default}},
                     administrator.private_key.view());
  make_device(own, person, delegation.body, enrolment.private_key.view(), now, device, random);
  own.administrator = std::move(administrator);
  own.request = protocol::encode_request_body(protocol::EnrolFirst{
      .token = *protocol::OperatorToken::of(invitation.seed.view()),
      .partner_key = identity::encode(claim),
      .administrator_grant = identity::encode(grant),
      .delegation = identity::encode(delegation),
      .certificate = identity::encode(own.certificate),
  });
  return own;
}

// The chain that the server holds, against the two hashes in the invitation: without them a server could put a
// partner of its own above the enrolment key.
std::expected<identity::SignedDelegation, Failure> check_chain(const protocol::DelegationFound& found,
                                                               const Invitation& invitation) {
  const auto delegation = identity::parse_signed_delegation(found.delegation);
  const auto grant = identity::parse_signed_administrator_grant(found.administrator_grant);
  if (!delegation || !grant) return failure(Fault::invitation_forged);
  const KeyPair enrolment = identity::derive_enrolment_key(invitation.seed.view());
  const bool genuine =
      identity::hash_of(delegation->body) == invitation.delegation &&
      identity::hash_of(grant->body) == delegation->body.administrator &&
      identity::partner_key_fingerprint(grant->body.partner_key) == invitation.partner_key_fingerprint &&
      grant->body.partner == delegation->body.partner && identity::verify(*grant) &&
      identity::verify(*delegation, grant->body.administrator_key) &&
      equal(delegation->body.enrolment_key.view(), enrolment.public_key);
  if (!genuine) return failure(Fault::invitation_forged);
  return *delegation;
}

Own make_invited(const Invitation& invitation, const Enrol& command, const identity::Delegation& delegation,
                 WallTime now, RandomSource& random) {
  Own own = begin_own(invitation);
  const KeyPair enrolment = identity::derive_enrolment_key(invitation.seed.view());
  const Person person{delegation.partner, delegation.staff,
                      delegation.staff_name.empty() ? command.staff_name : delegation.staff_name, command.device_label};
  make_device(own, person, delegation, enrolment.private_key.view(), now, random.id<DeviceId>(), random);
  own.request = protocol::encode_request_body(protocol::EnrolInvited{identity::encode(own.certificate)});
  return own;
}

void save(Parts& parts) {
  parts.profile.put(places::own(), encode(*parts.own));
}

Task<Outcome> make_own(Parts& parts, const Invitation& invitation, const Enrol& command) {
  // A certificate from the future is refused: the earlier of both clocks dates it.
  if (invitation.kind == InvitationKind::from_operator) {
    const Later<bool> greeted = parts.session.until_greeted();
    co_await greeted;
    const WallTime from = std::min(parts.turn.now(), parts.session.hello().now);
    parts.own = make_first(invitation, command, from, parts.random);
  } else {
    const auto answer = parts.session.ask(protocol::FetchDelegation{Hash{invitation.delegation.bytes}});
    const protocol::ReplyBody reply = co_await answer;
    const auto* found = std::get_if<protocol::DelegationFound>(&reply);
    if (found == nullptr) co_return std::unexpected(failure_of(reply));
    const auto delegation = check_chain(*found, invitation);
    if (!delegation) co_return std::unexpected(delegation.error());
    const WallTime from = std::min(parts.turn.now(), parts.session.hello().now);
    parts.own = make_invited(invitation, command, delegation->body, from, parts.random);
  }
  save(parts);
  co_return Outcome{};
}

// The leaf of the device. Asking again with the same certificate gives the place it has already.
Task<std::expected<std::uint64_t, Failure>> ask_for_place(Parts& parts) {
  auto request = protocol::parse_request_body(parts.own->request);
  SAMBAND_CHECK(request.has_value());
  const auto answer = parts.session.ask(std::move(*request));
  const protocol::ReplyBody reply = co_await answer;
  const auto* placed = std::get_if<protocol::LeafPlaced>(&reply);
  if (placed == nullptr) {
    parts.own.reset();
    parts.profile.remove(places::own());
    co_return std::unexpected(failure_of(reply));
  }
  parts.own->enrolled = true;
  parts.own->request.clear();
  save(parts);
  co_return placed->index;
}

Enrolled told(const Parts& parts) {
  const Own& own = *parts.own;
  const identity::PartnerRecord* partner = parts.directory.directory().partner(own.device().partner);
  Enrolled line{.partner_name = {},
                .partner_number = {},
                .device = own.device().device,
                .fingerprint = identity::fingerprint_text(own.partner_key_fingerprint),
                .recovery_sheet = std::nullopt};
  if (partner != nullptr) {
    line.partner_name = partner->profile().name;
    line.partner_number = partner->profile().number.text();
  }
  if (own.partner_private_key) line.recovery_sheet = to_hex(own.partner_private_key->view());
  return line;
}

}  // namespace

Task<Outcome> enrol(Parts& parts, OperationId operation, Enrol command) {
  const auto invitation = read_invitation(command.invitation);
  if (!invitation) co_return std::unexpected(invitation.error());
  if (!identity::is_valid_name(command.staff_name) || !identity::is_valid_name(command.device_label)) {
    co_return failure(Fault::name_invalid);
  }
  const bool resumed = parts.own && parts.own->invitation == sha256(invitation->seed.view());
  const bool to_show = resumed && parts.own->partner_private_key.has_value();
  if (parts.own && parts.own->enrolled && !to_show) co_return failure(Fault::already_enrolled);

  parts.enrolling_at = {invitation->server_name, invitation->server_port, invitation->server_key_pin};
  parts.session.expect_server(invitation->server_name);
  if (!resumed) {
    auto making = make_own(parts, *invitation, command);
    const Outcome made = co_await making;
    if (!made) co_return made;
  }
  std::uint64_t leaf = 0;
  if (!parts.own->enrolled) {
    auto asking = ask_for_place(parts);
    const auto placed = co_await asking;
    if (!placed) co_return std::unexpected(placed.error());
    leaf = *placed;
  }
  if (parts.session.phase() == Session::Phase::greeted) parts.session.log_in();
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;
  const Later<bool> followed = parts.directory.reached(leaf + 1);
  co_await followed;
  parts.turn.tell(operation, told(parts));
  co_return Outcome{};
}

void forget_partner_key(Parts& parts) {
  if (!parts.own || !parts.own->enrolled || !parts.own->partner_private_key) return;
  parts.own->partner_private_key.reset();
  save(parts);
}

}  // namespace samband::client
