#include "server/edge/ctl/partner_file.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace samband::server::edge::ctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string header = "community,partner_kind,number,name\n";

// The faults of rows below the header, as "line: what".
std::vector<std::string> faults_of(const std::string& text) {
  std::vector<std::string> out;
  const auto parsed = parse_partner_file(text);
  if (parsed) return out;
  for (const LineFault& fault : parsed.error()) out.push_back(std::to_string(fault.line) + ": " + fault.says);
  return out;
}

TEST(PartnerFile, ReadsRowsWithAndWithoutALanguageForm) {
  const auto rows = parse_partner_file(
      "community;partner_kind;number;name;language_form\nVest;municipality;0301;Oslo;neutral\n"
      "Vest;representative;;Fastlegene;nn\n");
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->front().number, "0301");
  EXPECT_EQ(rows->front().line, 2U);
  EXPECT_EQ(rows->back().kind, identity::PartnerKind::representative);
  EXPECT_EQ(rows->back().language_form, identity::LanguageForm::nn);
  EXPECT_TRUE(parse_partner_file(header + "Vest,municipality,0301,Oslo\n").has_value());
}

TEST(PartnerFile, SuggestsTheLeadingZeroThatASpreadsheetTookAway) {
  EXPECT_THAT(faults_of(header + "Vest,municipality,301,Oslo\n"), ElementsAre(HasSubstr("2: number \"301\"")));
  EXPECT_THAT(faults_of(header + "Vest,municipality,301,Oslo\n"), ElementsAre(HasSubstr("did you mean 0301?")));
}

TEST(PartnerFile, ReportsEveryFaultOfEveryRowWithItsLine) {
  EXPECT_THAT(faults_of(header + "Vest,municipality,301,Oslo\n"
                                 "Vest,monastery,0301,Oslo\n"
                                 "Vest,hospital_trust,894166763,Vestre Viken\n"
                                 "Vest,municipality,1103\n"
                                 "Vest,municipality,11x3,\n"),
              ElementsAre(HasSubstr("2: "), HasSubstr("3: unknown kind \"monastery\""), HasSubstr("4: "),
                          HasSubstr("5: has 3 fields"), HasSubstr("6: "), HasSubstr("6: ")));
}

TEST(PartnerFile, FindsNumbersAndNamesThatStandTwice) {
  EXPECT_THAT(faults_of(header + "Vest,municipality,0301,Oslo\nVest,municipality,0301,Bergen\n"),
              ElementsAre(HasSubstr("3: number 0301 stands already on line 2")));
  EXPECT_THAT(faults_of(header + "Vest,municipality,1515,Herøy\nVest,municipality,1818,Herøy\n"),
              ElementsAre(HasSubstr("3: the name Herøy stands already on line 2")));
  EXPECT_TRUE(faults_of(header + "Vest,municipality,1515,Herøy\nNord,municipality,1818,Herøy\n").empty());
}

TEST(PartnerFile, TakesADecomposedNameForTheSameName) {
  const std::string decomposed = "A\xCC\x8Al";  // A, ring above
  const auto rows = parse_partner_file(header + "Vest,municipality,3328," + decomposed + "\n");
  ASSERT_TRUE(rows.has_value());
  EXPECT_EQ(rows->front().name, "Ål");
  EXPECT_FALSE(faults_of(header + "Vest,municipality,3328,Ål\nVest,municipality,0301," + decomposed + "\n").empty());
}

TEST(PartnerFile, RefusesOtherColumnsAndOtherEncodings) {
  EXPECT_THAT(faults_of("community,kind,number,name\n"), ElementsAre(HasSubstr("1: unknown column \"kind\"")));
  EXPECT_THAT(faults_of("community,partner_kind,number\n"), ElementsAre(HasSubstr("1: column name is missing")));
  EXPECT_THAT(faults_of(header + "Vest,municipality,0301,\xC5slo\n"), ElementsAre(HasSubstr("2: name is not UTF-8")));
  EXPECT_THAT(faults_of(""), ElementsAre(HasSubstr("1: the file is empty")));
  EXPECT_THAT(faults_of(header), ElementsAre(HasSubstr("1: the file has no rows")));
}

TEST(PartnerFile, ReadsTheCommunitiesOfTheCountry) {
  const char* shared = std::getenv("SAMBAND_SHARED");
  const std::filesystem::path file =
      std::filesystem::path{shared ? shared : SAMBAND_SHARED_DEFAULT} / "data" / "communities.csv";
  if (!std::filesystem::exists(file)) {
    const char* all = std::getenv("REQUIRE_ALL");
    if (all && std::string_view{all} == "1") FAIL() << file << " is missing; SAMBAND_SHARED names its folder";
    GTEST_SKIP() << file << " is missing; SAMBAND_SHARED names its folder";
  }
  std::ostringstream text;
  text << std::ifstream{file}.rdbuf();
  const auto rows = parse_partner_file(text.str());
  if (!rows) FAIL() << "line " << rows.error().front().line << ": " << rows.error().front().says;
  EXPECT_GE(rows->size(), 20U);
}

}  // namespace
}  // namespace samband::server::edge::ctl
