#include "server/edge/config_changes.h"

#include <algorithm>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sstream>

namespace samband::server::edge {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> names_of(const std::vector<SettingChange>& changes) {
  std::vector<std::string> out;
  for (const SettingChange& change : changes) out.push_back(change.name);
  return out;
}

// Another value for everything there is.
Configuration all_different() {
  Configuration c;
  c.name = "other.example.no";
  c.listen.port = 1;
  c.store = c.chunks = c.log_key = c.certificate = c.private_key = c.admin_socket = "/other";
  c.admin_group = "other";
  c.http.port = 1;
  c.log_level = "debug";
  c.origins = {"https://other.example.no"};
  c.io_threads = 3;
  c.shards = 5;
  for (const auto& row : limit_rows()) ++(c.limits.*row.field);
  for (const auto& row : core_limit_rows()) ++(c.core.*row.field);
  return c;
}

TEST(ConfigurationChanges, AreNoneWhereNothingDiffers) {
  EXPECT_THAT(changes_between(Configuration{}, Configuration{}), IsEmpty());
}

TEST(ConfigurationChanges, NameTheSettingItsOldAndItsNewValue) {
  Configuration fresh;
  fresh.limits.idle_timeout_ms = 60'000;
  fresh.origins = {"https://a.no", "https://b.no"};
  const auto changes = changes_between(Configuration{}, fresh);
  ASSERT_THAT(names_of(changes), ElementsAre("origins", "limits.idle_timeout_ms"));
  EXPECT_EQ(changes[0].to, "[\"https://a.no\", \"https://b.no\"]");
  EXPECT_TRUE(changes[0].needs_restart);
  EXPECT_EQ(changes[1].from, "90000");
  EXPECT_EQ(changes[1].to, "60000");
  EXPECT_FALSE(changes[1].needs_restart);
}

TEST(ConfigurationChanges, LeaveNoSettingOfTheFileOut) {
  std::vector<std::string> written;
  std::string section;
  std::istringstream text{configuration_text(Configuration{})};
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1) + ".";
    const auto equals = line.find(" = ");
    if (!line.starts_with("#") && equals != std::string::npos) written.push_back(section + line.substr(0, equals));
  }
  ASSERT_GT(written.size(), 40U);
  EXPECT_EQ(names_of(changes_between(Configuration{}, all_different())), written);
}

TEST(ConfigurationChanges, TakeEffectOrAreToldAgainUntilTheRestart) {
  const Configuration in_force = with_live_settings(Configuration{}, all_different());
  const auto left = changes_between(in_force, all_different());
  EXPECT_FALSE(left.empty());
  EXPECT_TRUE(std::ranges::all_of(left, &SettingChange::needs_restart));
  const auto all = changes_between(Configuration{}, all_different());
  EXPECT_EQ(std::ranges::count_if(all, &SettingChange::needs_restart), std::ranges::ssize(left));
  EXPECT_EQ(in_force.log_level, "debug");
  EXPECT_EQ(in_force.certificate, "/other");
  EXPECT_EQ(in_force.limits.commit_queue_max, Limits{}.commit_queue_max);
}

}  // namespace
}  // namespace samband::server::edge
