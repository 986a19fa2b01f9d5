#include "client/core/guard/guard.h"

#include <gtest/gtest.h>

namespace samband::client {
namespace {

// Made for these tests: the date part is chosen and both check digits computed; no number of a person.
std::string with_check_digits(std::string nine, unsigned first_remainder = 0) {
  const auto sum = [&](std::string_view weights) {
    unsigned total = 0;
    for (std::size_t i = 0; i < nine.size(); ++i) {
      total += static_cast<unsigned>(nine[i] - '0') * static_cast<unsigned>(weights[i] - '0');
    }
    return total;
  };
  const unsigned first = (11 + first_remainder - sum("376189452") % 11) % 11;
  if (first == 10) return "";
  nine.push_back(static_cast<char>('0' + first));
  const unsigned second = (11 - sum("5432765432") % 11) % 11;
  if (second == 10) return "";
  nine.push_back(static_cast<char>('0' + second));
  return nine;
}

std::string number(const std::string& date, unsigned first_remainder = 0) {
  for (int individual = 100; individual < 1000; ++individual) {
    const std::string candidate = with_check_digits(date + std::to_string(individual), first_remainder);
    if (!candidate.empty()) return candidate;
  }
  return "";
}

std::vector<Finding> scan(const std::string& text) {
  return find_identity_numbers(text, CheckRule::until_2031);
}

TEST(Guard, SeesEachKindOfNumber) {
  EXPECT_EQ(scan("fnr " + number("010190") + ".").at(0).kind, NumberKind::birth_number);
  EXPECT_EQ(scan(number("410190")).at(0).kind, NumberKind::d_number);
  EXPECT_EQ(scan(number("014190")).at(0).kind, NumberKind::h_number);
  EXPECT_EQ(scan(number("018190")).at(0).kind, NumberKind::synthetic);
  EXPECT_EQ(scan(number("016690")).at(0).kind, NumberKind::synthetic);
}

TEST(Guard, SeesNumbersGroupedAsPeopleWriteThem) {
  const std::string n = number("010190");
  const std::string nbsp = "\xC2\xA0";
  for (const std::string& text : {n.substr(0, 6) + " " + n.substr(6), n.substr(0, 6) + nbsp + n.substr(6),
                                  n.substr(0, 2) + "." + n.substr(2, 2) + "." + n.substr(4, 2) + "-" + n.substr(6),
                                  n.substr(0, 6) + " " + n.substr(6, 3) + " " + n.substr(9)}) {
    const auto findings = scan("Pasient " + text + " skal");
    ASSERT_EQ(findings.size(), 1U) << text;
    EXPECT_EQ(findings[0].seen, text);
  }
}

TEST(Guard, LetsOtherNumbersPass) {
  const std::string n = number("010190");
  EXPECT_TRUE(scan("").empty());
  EXPECT_TRUE(scan("894166762 og 22 33 44 55").empty());
  EXPECT_TRUE(scan("1" + n).empty());  // twelve digits
  EXPECT_TRUE(scan(n + "1").empty());
  EXPECT_TRUE(scan(number("321390")).empty());  // no such day or month
  EXPECT_TRUE(scan(n.substr(0, 6) + ", " + n.substr(6)).empty());
}

TEST(Guard, NeedsBothCheckDigits) {
  std::string n = number("010190");
  for (std::size_t at : {9U, 10U}) {
    std::string wrong = n;
    wrong[at] = wrong[at] == '9' ? '0' : static_cast<char>(wrong[at] + 1);
    EXPECT_TRUE(scan(wrong).empty()) << at;
  }
}

TEST(Guard, FollowsTheRuleThatIsInForce) {
  const std::string later = number("010133", 2);
  EXPECT_TRUE(find_identity_numbers(later, CheckRule::until_2031).empty());
  EXPECT_EQ(find_identity_numbers(later, CheckRule::from_2032).size(), 1U);
  EXPECT_TRUE(find_identity_numbers(number("010133", 4), CheckRule::from_2032).empty());
  EXPECT_EQ(check_rule_at(WallTime{1956528000000 - 1}), CheckRule::until_2031);
  EXPECT_EQ(check_rule_at(WallTime{1956528000000}), CheckRule::from_2032);
}

TEST(Guard, SeesANumberThatLiesAcrossPieces) {
  const std::string text = "a " + number("010190") + " b";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    NumberScanner scanner{CheckRule::until_2031};
    scanner.feed(view_of(text.substr(0, cut)));
    scanner.feed(view_of(text.substr(cut)));
    scanner.finish();
    EXPECT_EQ(scanner.findings().size(), 1U) << cut;
  }
}

TEST(Guard, ListsABoundedNumberOfFindings) {
  std::string text;
  for (std::size_t i = 0; i < findings_max * 2; ++i) text += number("010190") + "\n";
  EXPECT_EQ(scan(text).size(), findings_max);
}

}  // namespace
}  // namespace samband::client
