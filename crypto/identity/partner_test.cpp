#include "crypto/identity/partner.h"

#include <gtest/gtest.h>

#include "crypto/identity/duties.h"
#include "crypto/identity/name.h"

namespace samband::identity {
namespace {

std::optional<NumberError> fault(std::string_view text, PartnerKind kind) {
  const auto number = parse_partner_number(text, kind);
  if (number) {
    EXPECT_EQ(number->text(), text);
    return std::nullopt;
  }
  return number.error();
}

TEST(PartnerNumber, OfAMunicipalityHasFourDigits) {
  EXPECT_EQ(fault("0301", PartnerKind::municipality), std::nullopt);
  EXPECT_EQ(fault("5636", PartnerKind::municipality), std::nullopt);
  EXPECT_EQ(fault("301", PartnerKind::municipality), NumberError::leading_zero_missing);
  EXPECT_EQ(fault("30101", PartnerKind::municipality), NumberError::wrong_length);
  EXPECT_EQ(fault("", PartnerKind::municipality), NumberError::wrong_length);
  EXPECT_EQ(fault("03O1", PartnerKind::municipality), NumberError::not_digits);
  EXPECT_EQ(fault("0300", PartnerKind::municipality), NumberError::unassignable);
  EXPECT_EQ(fault("0001", PartnerKind::municipality), NumberError::unassignable);
}

TEST(PartnerNumber, OfAnOrganisationHasACheckDigit) {
  for (PartnerKind kind :
       {PartnerKind::hospital_trust, PartnerKind::national_authority, PartnerKind::regional_authority}) {
    EXPECT_EQ(fault("894166762", kind), std::nullopt);
    EXPECT_EQ(fault("894166763", kind), NumberError::wrong_check_digit);
    EXPECT_EQ(fault("849166762", kind), NumberError::wrong_check_digit);  // two digits swapped
    EXPECT_EQ(fault("89416676", kind), NumberError::wrong_length);
    EXPECT_EQ(fault("894 166 762", kind), NumberError::not_digits);
    EXPECT_EQ(fault("000000000", kind), NumberError::unassignable);
  }
}

TEST(PartnerNumber, OfRepresentativesBeginsWithALetter) {
  EXPECT_EQ(fault("R-0001", PartnerKind::representative), std::nullopt);
  EXPECT_EQ(fault("R-1", PartnerKind::representative), NumberError::wrong_length);
  EXPECT_EQ(fault("R-00O1", PartnerKind::representative), NumberError::not_digits);
  EXPECT_EQ(fault("R-0000", PartnerKind::representative), NumberError::unassignable);
  EXPECT_EQ(fault("0301", PartnerKind::representative), NumberError::not_digits);
  EXPECT_EQ(representative_number(1)->text(), "R-0001");
  EXPECT_EQ(representative_number(9999)->text(), "R-9999");
  EXPECT_FALSE(representative_number(0));
  EXPECT_FALSE(representative_number(10000));
}

TEST(PartnerNumber, IsSuggestedWhereItIsPlainWhatWasMeant) {
  EXPECT_EQ(number_suggestion("301", PartnerKind::municipality)->text(), "0301");
  EXPECT_EQ(number_suggestion(" 0301 ", PartnerKind::municipality)->text(), "0301");
  EXPECT_EQ(number_suggestion("894 166 762", PartnerKind::hospital_trust)->text(), "894166762");
  EXPECT_EQ(number_suggestion("r1", PartnerKind::representative)->text(), "R-0001");
  EXPECT_FALSE(number_suggestion("31", PartnerKind::municipality));
  EXPECT_FALSE(number_suggestion("894166763", PartnerKind::hospital_trust));
}

TEST(PartnerKind, IsNamedAsItIsTyped) {
  for (PartnerKind kind : {PartnerKind::municipality, PartnerKind::hospital_trust, PartnerKind::national_authority,
                           PartnerKind::regional_authority, PartnerKind::representative}) {
    EXPECT_EQ(parse_partner_kind(name_of(kind)), kind);
  }
  EXPECT_FALSE(parse_partner_kind("hospital"));
  EXPECT_EQ(parse_language_form("nn"), LanguageForm::nn);
  EXPECT_FALSE(parse_language_form("en"));
}

TEST(Name, IsReadableTextOfSomeLength) {
  EXPECT_TRUE(is_valid_name("Nord-Østerdal"));
  EXPECT_TRUE(is_valid_name("Kárášjohka 日本 😀"));
  EXPECT_TRUE(is_valid_name(std::string(name_bytes_max, 'a')));
  EXPECT_FALSE(is_valid_name(std::string(name_bytes_max + 1, 'a')));
  EXPECT_FALSE(is_valid_name(""));
  EXPECT_TRUE(is_valid_text(""));
}

TEST(Name, DoesNotCommandTheScreenThatShowsIt) {
  for (std::string_view bad : {"a\nb", "a\tb", "a\x1b[2Jb", "a\x7f", "a\u0085", "a\u009b", "a\u2028", "a\u2029",
                               "a\u202e"
                               "b",
                               "a\u2066", "a\u200f", "a\u061c"}) {
    EXPECT_FALSE(is_valid_name(bad)) << testing::PrintToString(bad);
  }
  EXPECT_FALSE(is_valid_name(std::string_view{"a\0b", 3}));
}

TEST(Name, IsWellFormedUtf8) {
  for (std::string_view bad :
       {"\xff", "\xc3", "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf0\x8f\xbf\xbf", "\x80",
        "\xe2\x82", "\xc3\x28", "\xf5\x80\x80\x80", "\xf8\x90\x80\x80", "\x84\x80"}) {
    EXPECT_FALSE(is_valid_name(bad)) << testing::PrintToString(bad);
  }
  EXPECT_FALSE(is_valid_name(std::string_view{"æ"}.substr(0, 1)));  // the rest is there, behind the end
}

TEST(Duties, AreASet) {
  constexpr Duties some{Duty::coordinator, Duty::publisher};
  EXPECT_TRUE(some.has(Duty::publisher));
  EXPECT_FALSE(some.has(Duty::administrator));
  EXPECT_TRUE(Duties::all().includes(some));
  EXPECT_FALSE(some.includes(Duties::all()));
  EXPECT_TRUE(some.intersects(Duties::all()));
  EXPECT_FALSE(some.intersects(Duties{Duty::acknowledger}));
  EXPECT_TRUE(Duties{}.empty());
  EXPECT_EQ(Duties{Duty::coordinator}.with({Duty::publisher}), some);
}

TEST(Duties, AreReadOnlyFromBitsThatHaveAMeaning) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    const auto octet = static_cast<std::uint8_t>(bits);
    Reader in{{&octet, 1}};
    const Duties duties = read_duties(in);
    EXPECT_EQ(in.finish().has_value(), bits > Duties::all_bits);
    if (bits <= Duties::all_bits) {
      EXPECT_EQ(duties.bits(), bits);
    }
  }
}

}  // namespace
}  // namespace samband::identity
