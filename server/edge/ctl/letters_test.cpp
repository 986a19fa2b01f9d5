#include "server/edge/ctl/letters.h"

#include <cstdlib>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>
#include <sys/stat.h>

#include "server/edge/ctl/qr.h"
#include "server/edge/ctl/times.h"

namespace samband::server::edge::ctl {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Letter letter_to(std::string name, identity::LanguageForm form) {
  return {.number = "1120",
          .name = std::move(name),
          .community = "Stavanger",
          .language_form = form,
          .invitation = "samband-invite:AAAA",
          .expires_at = {1'800'000'000'000},
          .server_name = "samband.example.no"};
}

TEST(Letter, IsWrittenInThePartnersFormOfNorwegian) {
  EXPECT_THAT(letter_page(letter_to("Klepp", identity::LanguageForm::nn)), HasSubstr("Slik gjer de"));
  EXPECT_THAT(letter_page(letter_to("Klepp", identity::LanguageForm::nn)), HasSubstr("<html lang=\"nn\">"));
  EXPECT_THAT(letter_page(letter_to("Asker", identity::LanguageForm::nb)), HasSubstr("Slik gjør dere"));
  EXPECT_THAT(letter_page(letter_to("Oslo", identity::LanguageForm::neutral)), HasSubstr("Slik gjør dere"));
}

TEST(Letter, HasTheCodeAsTextAndAsPictureAndFetchesNothing) {
  const std::string page = letter_page(letter_to("Klepp", identity::LanguageForm::nn));
  EXPECT_THAT(page, HasSubstr("samband-invite:AAAA"));
  EXPECT_THAT(page, HasSubstr("<svg "));
  EXPECT_THAT(page, Not(HasSubstr("src=")));
  EXPECT_THAT(page, Not(HasSubstr("href=")));
}

TEST(Letter, KeepsMarkupOutOfAName) {
  const std::string page = letter_page(letter_to("<script>alert(1)</script>", identity::LanguageForm::nb));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

class LetterFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "samband-letters-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    path = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

TEST_F(LetterFolder, HoldsAPageForEachAndAFileForAMailMerge) {
  const std::vector letters{letter_to("Sør; Nord", identity::LanguageForm::nn)};
  ASSERT_TRUE(write_letters(path / "new", letters).has_value());
  struct stat status{};
  ASSERT_EQ(::stat((path / "new" / "1120.html").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  std::ostringstream merge;
  merge << std::ifstream{path / "new" / "letters.csv"}.rdbuf();
  EXPECT_THAT(merge.str(), HasSubstr("1120;\"Sør; Nord\";Stavanger;nn;samband-invite:AAAA;"));
}

TEST_F(LetterFolder, IsNotWrittenOver) {
  const std::vector letters{letter_to("Klepp", identity::LanguageForm::nn)};
  ASSERT_TRUE(write_letters(path, letters).has_value());
  const auto again = write_letters(path, letters);
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error(), HasSubstr("1120.html can't be written"));
}

TEST(QrSvg, HasAQuietZoneAndRefusesWhatNoCodeHolds) {
  const auto picture = qr_svg("samband");
  ASSERT_TRUE(picture);
  EXPECT_THAT(*picture, HasSubstr("viewBox=\"0 0 29 29\""));  // version 1: 21 modules, and 4 on each side
  EXPECT_THAT(*picture, HasSubstr("M4 4h1v1h-1z"));           // the corner of the finder pattern
  EXPECT_FALSE(qr_svg(std::string(4000, 'x')));
}

TEST(RelativeTime, IsAPlusANumberAndAUnit) {
  EXPECT_EQ(parse_relative_time("+10m", {0})->ms, 600'000U);
  EXPECT_EQ(parse_relative_time("+2h", {0})->ms, 7'200'000U);
  EXPECT_EQ(parse_relative_time("+7d", {5})->ms, 604'800'005U);
  for (const char* wrong : {"", "7d", "+d", "+0d", "+7", "+7w", "+-7d", "+367d", "+99999999999d"}) {
    EXPECT_FALSE(parse_relative_time(wrong, {0})) << wrong;
  }
}

}  // namespace
}  // namespace samband::server::edge::ctl
