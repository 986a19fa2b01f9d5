#include "storage/rocks/store_file.h"

#include <gtest/gtest.h>

namespace samband::storage {
namespace {

TEST(StoreFile, SaysWhatTheStoreIs) {
  const StoreLayout layout{.kind = "samband server", .format = 3, .families = {}};
  EXPECT_EQ(describe(layout), "samband-store 1\nkind samband server\nformat 3\n");
  EXPECT_EQ(parse_description(describe(layout)).value(), (StoreDescription{"samband server", 3}));
}

TEST(StoreFile, ThatIsNotExactlySoIsCorrupt) {
  for (const std::string_view text :
       {"", "samband-store 1\n", "samband-store 1\nkind x\n", "samband-store 1\nkind x\nformat 1",
        "samband-store 1\nkind x\nformat 01\n", "samband-store 1\nkind x\nformat 1\n\n",
        "samband-store 1\nkind x\nformat -1\n", "samband-store 1\nkind x\nformat 4294967296\n", "other 1\n"}) {
    EXPECT_EQ(parse_description(text).error(), StoreError::corrupt) << text;
  }
}

TEST(StoreFile, OfANewerFileFormatIsToldApartFromDamage) {
  EXPECT_EQ(parse_description("samband-store 2\nkind x\nformat 1\n").error(), StoreError::format_newer);
}

}  // namespace
}  // namespace samband::storage
