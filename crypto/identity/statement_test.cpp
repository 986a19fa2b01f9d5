// Every statement is read as it was written, only in its version, only whole; and signed in every octet.
#include "crypto/identity/statement.h"

#include <gtest/gtest.h>

#include "crypto/codec/hex.h"
#include "crypto/identity/identity_fixture.h"

namespace samband::identity {
namespace {

const Delegation invited = asker.delegation(1);

// One of each kind, with how it is parsed and verified.
struct PartnerKeyClaims {
  static SignedPartnerKeyClaim example() { return asker.claim(); }
  static auto parse(BytesView wire) { return parse_signed_partner_key_claim(wire); }
  static bool holds(const SignedPartnerKeyClaim& claim) { return verify(claim); }
};
struct Grants {
  static SignedAdministratorGrant example() { return asker.signed_grant(); }
  static auto parse(BytesView wire) { return parse_signed_administrator_grant(wire); }
  static bool holds(const SignedAdministratorGrant& grant) { return verify(grant); }
};
struct SignedDelegations {
  static SignedDelegation example() { return asker.signed_delegation(invited); }
  static auto parse(BytesView wire) { return parse_signed_delegation(wire); }
  static bool holds(const SignedDelegation& delegation) {
    return verify(delegation, public_of(asker.administrator_key()));
  }
};
struct Certificates {
  static SignedDeviceCertificate example() { return asker.signed_certificate(asker.certificate(invited, 1), 1); }
  static auto parse(BytesView wire) { return parse_signed_device_certificate(wire); }
  static bool holds(const SignedDeviceCertificate& certificate) { return verify(certificate, invited.enrolment_key); }
};
struct SignedRevocations {
  static SignedRevocation example() { return asker.revocation(asker.device(1)); }
  static auto parse(BytesView wire) { return parse_signed_revocation(wire); }
  static bool holds(const SignedRevocation& revocation) {
    return verify(revocation, public_of(asker.administrator_key()));
  }
};

template <class Kind>
class Statement : public testing::Test {};
using Kinds = testing::Types<PartnerKeyClaims, Grants, SignedDelegations, Certificates, SignedRevocations>;
TYPED_TEST_SUITE(Statement, Kinds);

TYPED_TEST(Statement, IsReadAsItWasWritten) {
  const auto example = TypeParam::example();
  EXPECT_TRUE(TypeParam::holds(example));
  EXPECT_EQ(TypeParam::parse(encode(example)), example);
}

TYPED_TEST(Statement, IsReadOnlyWhole) {
  Bytes wire = encode(TypeParam::example());
  for (std::size_t size = 0; size < wire.size(); ++size) {
    EXPECT_FALSE(TypeParam::parse(BytesView{wire}.first(size))) << size;
  }
  wire.push_back(0);
  EXPECT_EQ(TypeParam::parse(wire).error(), ParseError::trailing_bytes);
}

TYPED_TEST(Statement, IsReadOnlyInItsVersion) {
  Bytes wire = encode(TypeParam::example());
  wire[0] = statement_version + 1;
  EXPECT_EQ(TypeParam::parse(wire).error(), ParseError::unknown_value);
}

TYPED_TEST(Statement, IsSignedInEveryOctet) {
  const Bytes wire = encode(TypeParam::example());
  for (std::size_t i = 0; i < wire.size(); ++i) {
    Bytes changed = wire;
    changed[i] ^= 1;
    const auto parsed = TypeParam::parse(changed);
    if (!parsed) continue;
    EXPECT_FALSE(TypeParam::holds(*parsed)) << "octet " << i;
  }
}

TEST(Statements, OfOneKindAreNotTakenForAnother) {
  // The same bytes, signed by the same key for another purpose.
  const KeyPair key = asker.administrator_key();
  const SignedDelegation delegation = asker.signed_delegation(invited);
  const Bytes wire = encode(delegation);
  const BytesView body = BytesView{wire}.first(wire.size() - Ed25519Signature::size);
  SignedDelegation other = delegation;
  other.signature = Ed25519Signature::of(sign_statement(key.private_key.view(), "revocation", body)).value();
  EXPECT_FALSE(verify(other, public_of(key)));
  other.signature = Ed25519Signature::of(sign_statement(key.private_key.view(), "delegation", body)).value();
  EXPECT_TRUE(verify(other, public_of(key)));
}

TEST(Revocation, NamesEachKindOfSubject) {
  for (const RevocationSubject& subject :
       {RevocationSubject{asker.device(1)}, RevocationSubject{asker.staff(1)}, RevocationSubject{hash_of(invited)},
        RevocationSubject{hash_of(asker.grant())}, RevocationSubject{PendingPartnerKey{id_of<Hash>(4)}}}) {
    const SignedRevocation revocation = asker.revocation(subject);
    EXPECT_EQ(parse_signed_revocation(encode(revocation)), revocation);
  }
  Bytes wire = encode(asker.revocation(asker.device(1)));
  wire[1 + PartnerId::size + AdministratorHash::size] = 6;
  EXPECT_EQ(parse_signed_revocation(wire).error(), ParseError::unknown_value);
}

TEST(AdministratorGrant, MayStandWithoutAPersonOrADevice) {
  AdministratorGrant body = asker.grant();
  body.staff.reset();
  body.device.reset();
  const auto grant = sign(body, asker.partner_key().private_key.view());
  EXPECT_EQ(parse_signed_administrator_grant(encode(grant)), grant);
}

TEST(DeviceCertificate, FitsInALeafOfTheTree) {
  DeviceCertificate body = asker.certificate(invited, 1);
  EXPECT_LT(encode(asker.signed_certificate(body, 1)).size(), 300U);
  body.staff_name = std::string(200, 'x');
  body.device_label = std::string(200, 'x');
  EXPECT_LE(encode(asker.signed_certificate(body, 1)).size(), signed_device_certificate_bytes_max);
}

TEST(DeviceCertificate, HasNamesThatCanBeShown) {
  DeviceCertificate body = asker.certificate(invited, 1);
  body.staff_name = "";
  EXPECT_EQ(parse_signed_device_certificate(encode(asker.signed_certificate(body, 1))).error(), ParseError::malformed);
  body.staff_name = "Kari\x1b[1m";
  EXPECT_EQ(parse_signed_device_certificate(encode(asker.signed_certificate(body, 1))).error(), ParseError::malformed);
}

TEST(EnrolmentKey, ComesFromTheSeedAlone) {
  const Bytes seed(32, 1);
  EXPECT_EQ(derive_enrolment_key(seed).public_key, derive_enrolment_key(seed).public_key);
  EXPECT_NE(derive_enrolment_key(seed).public_key, derive_enrolment_key(Bytes(32, 2)).public_key);
  // Not the seed itself: the token of another use of these 32 bytes must not be a signing key.
  EXPECT_NE(derive_enrolment_key(seed).public_key, ed25519_key_pair(seed).public_key);
}

TEST(PartnerKeyFingerprint, IsReadAloudInGroupsOfFour) {
  Hash fingerprint;
  for (std::size_t i = 0; i < Hash::size; ++i) fingerprint.bytes[i] = static_cast<std::uint8_t>(i);
  EXPECT_EQ(fingerprint_text(fingerprint),
            "0001 0203 0405 0607 0809 0a0b 0c0d 0e0f 1011 1213 1415 1617 1819 1a1b 1c1d 1e1f");
}

TEST(DirectoryLeaf, IsRefusedWithATypeThatIsNotKnown) {
  Bytes wire = encode(DirectoryLeaf{noon, asker.added()});
  EXPECT_TRUE(parse_directory_leaf(wire));
  wire[1] = 0;
  EXPECT_EQ(parse_directory_leaf(wire).error(), ParseError::unknown_value);
  wire[1] = 14;
  EXPECT_EQ(parse_directory_leaf(wire).error(), ParseError::unknown_value);
  EXPECT_EQ(parse_directory_leaf(Bytes(directory_leaf_bytes_max + 1)).error(), ParseError::too_long);
}

}  // namespace
}  // namespace samband::identity
