#include "crypto/identity/invitation.h"

#include <functional>
#include <gtest/gtest.h>

#include "crypto/codec/hex.h"
#include "crypto/suite/signing.h"

namespace samband::identity {
namespace {

template <class Id>
Id filled(std::uint8_t with) {
  Id id;
  id.bytes.fill(with);
  return id;
}

Invitation from_administrator() {
  Invitation invitation;
  invitation.kind = InvitationKind::from_administrator;
  invitation.seed = SecretBytes{Bytes(32, 1)};
  invitation.delegation = filled<DelegationHash>(2);
  invitation.partner_key_fingerprint = filled<Hash>(3);
  invitation.server_name = "samband.example.no";
  invitation.server_port = 7443;
  invitation.server_key_pin = filled<Hash>(4);
  invitation.log_key = filled<Ed25519PublicKey>(5);
  return invitation;
}

Invitation from_operator() {
  Invitation invitation = from_administrator();
  invitation.kind = InvitationKind::from_operator;
  invitation.partner = filled<PartnerId>(6);
  invitation.delegation = {};
  invitation.partner_key_fingerprint = {};
  return invitation;
}

// The code's bytes, changed, under a checksum that is right.
std::string with_bytes(std::string_view code, const std::function<void(Bytes&)>& change) {
  Bytes wire = from_base64url(code.substr(invitation_prefix.size())).value();
  wire.resize(wire.size() - 4);
  change(wire);
  const Hash hash = sha256(wire);
  wire.insert(wire.end(), hash.bytes.begin(), hash.bytes.begin() + 4);
  return std::string{invitation_prefix} + to_base64url(wire);
}

TEST(Invitation, IsReadAsItWasPrinted) {
  for (const Invitation& invitation : {from_administrator(), from_operator()}) {
    const auto parsed = parse_invitation(invitation_text(invitation));
    ASSERT_TRUE(parsed);
    EXPECT_EQ(parsed->kind, invitation.kind);
    EXPECT_TRUE(equal(parsed->seed.view(), invitation.seed.view()));
    EXPECT_EQ(parsed->partner, invitation.partner);
    EXPECT_EQ(parsed->delegation, invitation.delegation);
    EXPECT_EQ(parsed->partner_key_fingerprint, invitation.partner_key_fingerprint);
    EXPECT_EQ(parsed->server_name, invitation.server_name);
    EXPECT_EQ(parsed->server_port, invitation.server_port);
    EXPECT_EQ(parsed->server_key_pin, invitation.server_key_pin);
    EXPECT_EQ(parsed->log_key, invitation.log_key);
    EXPECT_EQ(invitation_text(parsed->duplicate()), invitation_text(invitation));
  }
}

TEST(Invitation, IsReadFromALetterThatWrapsIt) {
  const std::string code = invitation_text(from_administrator());
  std::string wrapped = "  ";
  for (std::size_t i = 0; i < code.size(); i += 40) wrapped += code.substr(i, 40) + "\r\n\t";
  EXPECT_TRUE(parse_invitation(wrapped));
}

TEST(Invitation, NoticesEveryWrongLetter) {
  const std::string code = invitation_text(from_administrator());
  for (std::size_t i = invitation_prefix.size(); i < code.size(); ++i) {
    std::string mistyped = code;
    mistyped[i] = code[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(parse_invitation(mistyped).error(), InvitationError::mistyped) << i;
  }
  EXPECT_EQ(parse_invitation(code.substr(0, code.size() - 4)).error(), InvitationError::mistyped);
  EXPECT_EQ(parse_invitation(code + "!").error(), InvitationError::mistyped);
  EXPECT_EQ(parse_invitation(invitation_prefix).error(), InvitationError::mistyped);
}

TEST(Invitation, IsNotAnyOtherText) {
  EXPECT_EQ(parse_invitation("").error(), InvitationError::not_an_invitation);
  EXPECT_EQ(parse_invitation("https://example.no").error(), InvitationError::not_an_invitation);
  const std::string endless(invitation_text_bytes_max + 1, 'A');
  EXPECT_EQ(parse_invitation(std::string{invitation_prefix} + endless).error(), InvitationError::not_an_invitation);
}

TEST(Invitation, SaysWhenItIsOfANewerSamband) {
  const std::string newer = with_bytes(invitation_text(from_administrator()), [](Bytes& wire) { wire[0] = 2; });
  EXPECT_EQ(parse_invitation(newer).error(), InvitationError::wrong_version);
}

TEST(Invitation, OfAnAdministratorAlwaysPinsTheDelegationAndThePartnerKey) {
  // Without them a server could put a partner of its own above the enrolment key.
  Invitation unpinned = from_administrator();
  unpinned.delegation = {};
  EXPECT_EQ(parse_invitation(invitation_text(unpinned)).error(), InvitationError::not_an_invitation);
  unpinned = from_administrator();
  unpinned.partner_key_fingerprint = {};
  EXPECT_EQ(parse_invitation(invitation_text(unpinned)).error(), InvitationError::not_an_invitation);
}

TEST(Invitation, OfTheOperatorNamesThePartnerAndPinsNothingOfIt) {
  Invitation odd = from_operator();
  odd.partner_key_fingerprint = filled<Hash>(3);
  EXPECT_EQ(parse_invitation(invitation_text(odd)).error(), InvitationError::not_an_invitation);
  odd = from_operator();
  odd.delegation = filled<DelegationHash>(2);
  EXPECT_EQ(parse_invitation(invitation_text(odd)).error(), InvitationError::not_an_invitation);
  odd = from_operator();
  odd.partner = {};
  EXPECT_EQ(parse_invitation(invitation_text(odd)).error(), InvitationError::not_an_invitation);
}

TEST(Invitation, IsNotReadWithUnknownKindsOrNamesThatAreNoHosts) {
  const std::string code = invitation_text(from_administrator());
  const auto refused = [](std::string_view text) {
    return parse_invitation(text).error() == InvitationError::not_an_invitation;
  };
  EXPECT_TRUE(refused(with_bytes(code, [](Bytes& wire) { wire[1] = 3; })));
  EXPECT_TRUE(refused(with_bytes(code, [](Bytes& wire) { wire.push_back(0); })));
  for (std::string_view name : {"", "a/b", "a b", "a\nb", "[::1]", "a@b"}) {
    Invitation odd = from_administrator();
    odd.server_name = name;
    EXPECT_TRUE(refused(invitation_text(odd))) << name;
  }
  Invitation portless = from_administrator();
  portless.server_port = 0;
  EXPECT_TRUE(refused(invitation_text(portless)));
}

TEST(OperatorToken, IsKnownToTheServerByItsHashOnly) {
  EXPECT_EQ(operator_token_hash(Bytes(32, 1)), hash_statement("operator invitation", Bytes(32, 1)));
  EXPECT_NE(operator_token_hash(Bytes(32, 1)), sha256(Bytes(32, 1)));
}

}  // namespace
}  // namespace samband::identity
