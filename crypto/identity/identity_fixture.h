// A small vocabulary for the tests of this folder: two municipalities with all their keys, and a directory
// with a clock that tests move by hand.
#pragma once

#include <gtest/gtest.h>
#include <optional>
#include <string>

#include "crypto/identity/directory.h"
#include "crypto/suite/signing.h"

namespace samband::identity {

inline constexpr WallTime noon{1'800'000'000'000};  // 2027-01-15T08:00:00Z
inline constexpr std::uint64_t second_ms = 1000;
inline constexpr std::uint64_t hour_ms = 60 * 60 * second_ms;
inline constexpr std::uint64_t day_ms = 24 * hour_ms;

inline WallTime later(WallTime time, std::uint64_t ms) {
  return WallTime{time.ms + ms};
}

template <class Id>
Id id_of(std::uint8_t first, std::uint8_t second = 0) {
  Id id;
  id.bytes[0] = first;
  id.bytes[1] = second;
  return id;
}

inline KeyPair key_of(std::uint8_t first, std::uint8_t second) {
  Bytes seed(32, first);
  seed[0] = second;
  return ed25519_key_pair(seed);
}

inline Ed25519PublicKey public_of(const KeyPair& pair) {
  return Ed25519PublicKey::of(pair.public_key).value();
}

inline PartnerNumber number_of(std::string_view text, PartnerKind kind = PartnerKind::municipality) {
  return parse_partner_number(text, kind).value();
}

// A partner as its own people know it: every key of it derives from `seed`.
struct Municipality {
  std::uint8_t seed;
  std::string number;
  std::string name;

  [[nodiscard]] PartnerId id() const { return id_of<PartnerId>(seed); }
  [[nodiscard]] KeyPair partner_key(std::uint8_t generation = 0) const {
    return key_of(seed, static_cast<std::uint8_t>(10 + generation));
  }
  [[nodiscard]] KeyPair administrator_key(std::uint8_t n = 0) const {
    return key_of(seed, static_cast<std::uint8_t>(20 + n));
  }
  [[nodiscard]] KeyPair device_key(std::uint8_t n) const { return key_of(seed, static_cast<std::uint8_t>(100 + n)); }
  [[nodiscard]] StaffId staff(std::uint8_t n) const { return id_of<StaffId>(seed, n); }
  [[nodiscard]] DeviceId device(std::uint8_t n) const { return id_of<DeviceId>(seed, n); }
  [[nodiscard]] Hash token(std::uint8_t n = 0) const { return id_of<Hash>(seed, n); }
  [[nodiscard]] Bytes enrolment_seed(std::uint8_t n) const { return copy_of(id_of<Hash>(seed, n).view()); }

  [[nodiscard]] PartnerAdded added() const {
    return {id(), PartnerKind::municipality, number_of(number), name, "Vestre Viken", LanguageForm::nb};
  }
  [[nodiscard]] OperatorInvitation invited(std::uint8_t n = 0, bool reinvite = false) const {
    return {id(), token(n), later(noon, 30 * day_ms), reinvite};
  }
  [[nodiscard]] SignedPartnerKeyClaim claim(std::uint8_t n = 0) const {
    const KeyPair key = partner_key(n);
    return sign(PartnerKeyClaim{id(), public_of(key), token(n)}, key.private_key.view());
  }

  // The administrator key of its first staff member, kept on the first device.
  [[nodiscard]] AdministratorGrant grant(std::uint8_t n = 0, std::uint8_t key_generation = 0) const {
    return {id(),
            public_of(partner_key(key_generation)),
            public_of(administrator_key(n)),
            staff(n),
            device(n),
            "grant " + std::to_string(n),
            noon};
  }
  [[nodiscard]] SignedAdministratorGrant signed_grant(std::uint8_t n = 0, std::uint8_t key_generation = 0) const {
    return sign(grant(n, key_generation), partner_key(key_generation).private_key.view());
  }

  // Invites staff member `n`, once, for a week, with all duties.
  [[nodiscard]] Delegation delegation(std::uint8_t n, std::uint8_t administrator = 0) const {
    return {.partner = id(),
            .staff = staff(n),
            .staff_name = "Staff " + std::to_string(n),
            .duties = Duties::all(),
            .enrolment_key = public_of(derive_enrolment_key(enrolment_seed(n))),
            .administrator = hash_of(grant(administrator)),
            .issued_at = noon,
            .expires_at = later(noon, 7 * day_ms),
            .uses = 1,
            .certificate_validity_ms = 365 * day_ms};
  }
  [[nodiscard]] SignedDelegation signed_delegation(const Delegation& body, std::uint8_t administrator = 0) const {
    return sign(body, administrator_key(administrator).private_key.view());
  }

  // What device `n` says of itself with that invitation.
  [[nodiscard]] DeviceCertificate certificate(const Delegation& from, std::uint8_t n) const {
    return {from.partner,  from.staff,         device(n), public_of(device_key(n)), from.staff_name, "laptop",
            hash_of(from), from.administrator, noon,      later(noon, 365 * day_ms)};
  }
  [[nodiscard]] SignedDeviceCertificate signed_certificate(const DeviceCertificate& body,
                                                           std::uint8_t invitation) const {
    return sign(body, derive_enrolment_key(enrolment_seed(invitation)).private_key.view());
  }

  [[nodiscard]] SignedRevocation revocation(RevocationSubject subject, std::uint8_t administrator = 0) const {
    return sign(Revocation{id(), hash_of(grant(administrator)), subject, "lost", noon},
                administrator_key(administrator).private_key.view());
  }
};

inline const Municipality asker{1, "3203", "Asker"};
inline const Municipality drammen{2, "3301", "Drammen"};

class DirectoryTest : public testing::Test {
 protected:
  Directory directory;
  WallTime now = noon;

  [[nodiscard]] bool accepts(DirectoryLeafBody body) { return directory.apply({now, std::move(body)}).has_value(); }

  // Why the leaf is refused, or nullopt if it was not; nothing else may have changed.
  [[nodiscard]] std::optional<DirectoryError> refusal(DirectoryLeafBody body) {
    const Directory before = directory;
    const auto applied = directory.apply({now, std::move(body)});
    if (applied) return std::nullopt;
    EXPECT_EQ(directory, before);
    return applied.error();
  }

  void wait(std::uint64_t ms) { now = later(now, ms); }

  void add(const Municipality& partner) { ASSERT_TRUE(accepts(partner.added())); }
  void add_with_key(const Municipality& partner) {
    add(partner);
    ASSERT_TRUE(accepts(partner.invited()));
    ASSERT_TRUE(accepts(partner.claim()));
  }
  void add_with_administrator(const Municipality& partner) {
    add_with_key(partner);
    ASSERT_TRUE(accepts(partner.signed_grant()));
  }
  void invite(const Municipality& partner, const Delegation& body, std::uint8_t administrator = 0) {
    ASSERT_TRUE(accepts(partner.signed_delegation(body, administrator)));
  }
  // Staff member `n` with device `n`.
  void enrol(const Municipality& partner, std::uint8_t n) {
    const Delegation body = partner.delegation(n);
    invite(partner, body);
    ASSERT_TRUE(accepts(partner.signed_certificate(partner.certificate(body, n), n)));
  }
};

}  // namespace samband::identity
