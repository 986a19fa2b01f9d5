#include "tests/bench/organisation.h"

#include "crypto/suite/signing.h"
#include "server/protocol/verdict/channel_group.h"
#include "tests/bench/must.h"

namespace samband::bench {
namespace {

constexpr std::uint64_t lifetime_seconds = 30ULL * 24 * 60 * 60;
constexpr std::uint64_t clock_slack_seconds = 60;
constexpr std::string_view staff_name = "Kari Nordmann";

KeyPair new_key_pair(RandomSource& random) {
  return ed25519_key_pair(random.secret(ed25519_private_key_bytes).view());
}

Ed25519PublicKey public_key_of(const KeyPair& pair) {
  return must(Ed25519PublicKey::of(pair.public_key), "no key");
}

}  // namespace

mls::LeafIdentity EnrolledDevice::leaf_identity() const {
  return {.credential = mls::BasicCredential{identity::encode(certificate)},
          .capabilities = protocol::leaf_capabilities(),
          .extensions = {}};
}

Organisation::Organisation(const identity::Invitation& invitation, std::uint16_t devices_max, WallTime now,
                           RandomSource& random)
    : random_{random},
      now_{now},
      partner_{invitation.partner},
      token_{must(protocol::OperatorToken::of(invitation.seed.view()), "an invitation without token")},
      enrolment_key_{identity::derive_enrolment_key(random.secret(identity::invitation_seed_bytes).view())} {
  const KeyPair partner = new_key_pair(random);
  const KeyPair administrator = new_key_pair(random);
  const Ed25519PublicKey partner_key = public_key_of(partner);
  partner_key_fingerprint_ = identity::partner_key_fingerprint(partner_key);
  claim_ = identity::sign(
      identity::PartnerKeyClaim{partner_, partner_key, identity::operator_token_hash(invitation.seed.view())},
      partner.private_key.view());
  grant_ = identity::sign(identity::AdministratorGrant{.partner = partner_,
                                                       .partner_key = partner_key,
                                                       .administrator_key = public_key_of(administrator),
                                                       .staff = std::nullopt,
                                                       .device = std::nullopt,
                                                       .label = std::string{staff_name},
                                                       .issued_at = now},
                          partner.private_key.view());
  delegation_ = identity::sign(identity::Delegation{.partner = partner_,
                                                    .staff = random.id<StaffId>(),
                                                    .staff_name = std::string{staff_name},
                                                    .duties = identity::Duties::all(),
                                                    .enrolment_key = public_key_of(enrolment_key_),
                                                    .administrator = identity::hash_of(grant_.body),
                                                    .issued_at = now,
                                                    .expires_at = {now.ms + identity::delegation_lifetime_ms_default},
                                                    .uses = devices_max},
                               administrator.private_key.view());
}

EnrolledDevice Organisation::new_device() {
  auto key = std::make_unique<KeyPair>(new_key_pair(random_));
  const identity::Delegation& delegation = delegation_.body;
  identity::DeviceCertificate body{.partner = partner_,
                                   .staff = delegation.staff,
                                   .device = random_.id<DeviceId>(),
                                   .signature_key = public_key_of(*key),
                                   .staff_name = delegation.staff_name,
                                   .device_label = "bench",
                                   .delegation = identity::hash_of(delegation),
                                   .administrator = delegation.administrator,
                                   .not_before = now_,
                                   .not_after = {now_.ms + delegation.certificate_validity_ms}};
  const DeviceId id = body.device;
  return {id, std::move(key), identity::sign(std::move(body), enrolment_key_.private_key.view())};
}

protocol::EnrolFirst Organisation::first_enrolment(const EnrolledDevice& device) const {
  return {.token = token_,
          .partner_key = identity::encode(claim_),
          .administrator_grant = identity::encode(grant_),
          .delegation = identity::encode(delegation_),
          .certificate = identity::encode(device.certificate)};
}

protocol::EnrolInvited Organisation::enrolment(const EnrolledDevice& device) {
  return {identity::encode(device.certificate)};
}

storage::ChannelPolicy Organisation::new_policy(const std::string& name) {
  storage::ChannelPolicy policy;
  policy.channel = random_.id<ChannelId>();
  policy.name = name;
  policy.created_at = now_;
  policy.items.push_back({.partner = partner_,
                          .partner_key = partner_key_fingerprint_,
                          .role = storage::Role::moderator,
                          .who = storage::AllStaff{}});
  return policy;
}

mls::Lifetime Organisation::lifetime() const {
  const std::uint64_t seconds = now_.ms / 1000;
  return {.not_before = seconds - clock_slack_seconds, .not_after = seconds - clock_slack_seconds + lifetime_seconds};
}

}  // namespace samband::bench
