#include "client/core/trust.h"

#include <algorithm>

#include "client/core/names.h"
#include "crypto/codec/hex.h"
#include "crypto/identity/invitation.h"
#include "crypto/identity/name.h"

namespace samband::client {

namespace {

identity::Delegation delegation_of(const Parts& parts, const Invite& command, const KeyPair& enrolment, StaffId staff) {
  const WallTime now = std::min(parts.turn.now(), parts.session.hello().now);
  return {
      .partner = parts.own->device().partner,
      .staff = staff,
      .staff_name = command.staff_name,
      .duties = command.duties,
      .enrolment_key = *Ed25519PublicKey::of(enrolment.public_key),
      .administrator = parts.own->administrator->grant,
      .issued_at = now,
      .expires_at = command.expires_at.value_or(WallTime{now.ms + identity::delegation_lifetime_ms_default}),
      .uses = command.uses,
  };
}

identity::Invitation invitation_of(const Parts& parts, SecretBytes seed, const DelegationHash& delegation) {
  identity::Invitation invitation;
  invitation.kind = identity::InvitationKind::from_administrator;
  invitation.seed = std::move(seed);
  invitation.delegation = delegation;
  invitation.partner_key_fingerprint = parts.own->partner_key_fingerprint;
  invitation.server_name = parts.own->server.name;
  invitation.server_port = parts.own->server.port;
  invitation.server_key_pin = parts.own->server.spki_pin;
  invitation.log_key = *Ed25519PublicKey::of(parts.own->log_key.view());
  return invitation;
}

RevokedLine line_of(const identity::RevocationSubject& subject, std::string asked) {
  const auto line = [&](std::string kind, BytesView id) {
    return RevokedLine{std::move(kind), to_hex(id), std::move(asked)};
  };
  if (const auto* device = std::get_if<DeviceId>(&subject)) return line("device", device->view());
  if (const auto* staff = std::get_if<StaffId>(&subject)) return line("staff", staff->view());
  if (const auto* delegation = std::get_if<DelegationHash>(&subject)) return line("invitation", delegation->view());
  if (const auto* grant = std::get_if<AdministratorHash>(&subject)) return line("administrator", grant->view());
  return line("partner key", std::get<identity::PendingPartnerKey>(subject).fingerprint.view());
}

}  // namespace

Task<Outcome> invite(Parts& parts, OperationId operation, Invite command) {
  if (!parts.own->administrator) co_return failure(Fault::no_administrator_key);
  // The same name at the same partner is the same person: a further device of theirs.
  const auto known = find_staff(parts.directory.directory(), {parts.own->device().partner}, command.staff_name);
  if (!known && known.error().fault == Fault::ambiguous) co_return std::unexpected(known.error());
  if (!identity::is_valid_name(command.staff_name) || command.uses == 0) co_return failure(Fault::name_invalid);
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;

  SecretBytes seed = parts.random.secret(identity::invitation_seed_bytes);
  const KeyPair enrolment = identity::derive_enrolment_key(seed.view());
  const StaffId staff = known ? *known : parts.random.id<StaffId>();
  const identity::SignedDelegation delegation =
      identity::sign(delegation_of(parts, command, enrolment, staff), parts.own->administrator->private_key.view());
  const auto answer = parts.session.submit(protocol::AddDelegation{identity::encode(delegation)});
  const protocol::ReplyBody reply = co_await answer;
  if (!std::holds_alternative<protocol::LeafPlaced>(reply)) co_return std::unexpected(failure_of(reply));

  const DelegationHash hash = identity::hash_of(delegation.body);
  const identity::Invitation invitation = invitation_of(parts, std::move(seed), hash);
  parts.turn.tell(operation, InvitationMade{identity::invitation_text(invitation), hash, delegation.body.expires_at});
  co_return Outcome{};
}

Task<Outcome> revoke(Parts& parts, OperationId operation, Revoke command) {
  if (!parts.own->administrator) co_return failure(Fault::no_administrator_key);
  if (!identity::is_valid_text(command.reason)) co_return failure(Fault::name_invalid);
  const auto subject = find_revocable(parts.directory.directory(), parts.own->device().partner, command.subject);
  if (!subject) co_return std::unexpected(subject.error());
  const Later<bool> ready = parts.session.until_ready();
  co_await ready;

  identity::Revocation body{.partner = parts.own->device().partner,
                            .administrator = parts.own->administrator->grant,
                            .subject = *subject,
                            .reason = command.reason,
                            .issued_at = std::min(parts.turn.now(), parts.session.hello().now)};
  const identity::SignedRevocation revocation =
      identity::sign(std::move(body), parts.own->administrator->private_key.view());
  const auto answer = parts.session.submit(protocol::Revoke{identity::encode(revocation)});
  const protocol::ReplyBody reply = co_await answer;
  const auto* placed = std::get_if<protocol::LeafPlaced>(&reply);
  if (placed == nullptr) co_return std::unexpected(failure_of(reply));
  const Later<bool> followed = parts.directory.reached(placed->index + 1);
  co_await followed;
  parts.turn.tell(operation, line_of(*subject, command.subject));
  co_return Outcome{};
}

}  // namespace samband::client
