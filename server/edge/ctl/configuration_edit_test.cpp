#include "server/edge/ctl/configuration_edit.h"

#include <gtest/gtest.h>

namespace samband::server::edge::ctl {
namespace {

TEST(WithSetting, ReplacesTheLineAndNothingElse) {
  EXPECT_EQ(with_setting("# a name\nname = \"\"\n\nlisten = \"a\"\n[tls]\nname = \"x\"\n", "name", "b.example"),
            "# a name\nname = \"b.example\"\n\nlisten = \"a\"\n[tls]\nname = \"x\"\n");
  EXPECT_EQ(with_setting("  name=\"old\"  # which\nnames = 1", "name", "new"), "name = \"new\"\nnames = 1");
  EXPECT_EQ(with_setting("name = \"last line\"", "name", "new"), "name = \"new\"\n");
}

TEST(WithSetting, AddsWhatIsNotThereBeforeTheFirstTable) {
  EXPECT_EQ(with_setting("listen = \"a\"\n[log]\nname = \"x\"\n", "name", "b"),
            "listen = \"a\"\nname = \"b\"\n[log]\nname = \"x\"\n");
  EXPECT_EQ(with_setting("names = 1", "name", "b"), "names = 1\nname = \"b\"\n");
  EXPECT_EQ(with_setting("#name = \"comment\"\n", "name", "b"), "#name = \"comment\"\nname = \"b\"\n");
  EXPECT_EQ(with_setting("", "name", "b"), "name = \"b\"\n");
}

}  // namespace
}  // namespace samband::server::edge::ctl
