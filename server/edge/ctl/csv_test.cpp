#include "server/edge/ctl/csv.h"

#include <gtest/gtest.h>

namespace samband::server::edge::ctl {
namespace {

using Fields = std::vector<std::string>;

std::vector<CsvRow> rows_of(std::string_view text) {
  auto rows = parse_csv(text);
  EXPECT_TRUE(rows.has_value());
  return rows.value_or(std::vector<CsvRow>{});
}

TEST(Csv, ReadsCommasAndSemicolons) {
  EXPECT_EQ(rows_of("a,b\n1,2;3\n")[1].fields, (Fields{"1", "2;3"}));
  EXPECT_EQ(rows_of("a;b\n1;2,3\n")[1].fields, (Fields{"1", "2,3"}));
}

TEST(Csv, PassesOverAByteOrderMark) {
  EXPECT_EQ(rows_of("\xEF\xBB\xBF"
                    "a,b\n")[0]
                .fields,
            (Fields{"a", "b"}));
}

TEST(Csv, ReadsQuotedFieldsWithSeparatorsQuotesAndLineEnds) {
  const auto rows = rows_of("a,b\n\"x,y\",\"he said \"\"hi\"\"\"\n\"two\nlines\",z\nlast,row\n");
  EXPECT_EQ(rows[1].fields, (Fields{"x,y", "he said \"hi\""}));
  EXPECT_EQ(rows[2].fields, (Fields{"two\nlines", "z"}));
  EXPECT_EQ(rows[2].line, 3U);
  EXPECT_EQ(rows[3].line, 5U);
}

TEST(Csv, ReadsLinesOfAnySystemAndAFileWithoutALastOne) {
  const auto rows = rows_of("a,b\r\n\r\n1,2\r\n3,");
  ASSERT_EQ(rows.size(), 3U);
  EXPECT_EQ(rows[1].line, 3U);
  EXPECT_EQ(rows[2].fields, (Fields{"3", ""}));
}

TEST(Csv, NamesTheLineOfAQuoteThatIsOutOfPlace) {
  EXPECT_EQ(parse_csv("a,b\n1,x\"y\n").error().line, 2U);
  EXPECT_EQ(parse_csv("a,b\n1,\"x\"y\n").error().line, 2U);
  EXPECT_EQ(parse_csv("a,b\n\n1,\"never ends\n\n").error().line, 3U);
}

TEST(Csv, WritesBackWhatItReads) {
  for (const std::string text : {"plain", "with;semicolon", "with \"quotes\"", "two\nlines"}) {
    EXPECT_EQ(rows_of("x;" + csv_field(text) + "\n")[0].fields[1], text);
  }
}

}  // namespace
}  // namespace samband::server::edge::ctl
