#include "server/edge/certificate_watch.h"

#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

#include "server/edge/credentials.h"

namespace samband::server::edge {
namespace {

using namespace std::chrono_literals;
using Stage = ExpiryWarning::Stage;

constexpr std::uint64_t day = 24ULL * 3600 * 1000;

class WatchedFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "samband-watch-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder = pattern;
    write("certificate", "old");
    write("key", "old");
  }
  void TearDown() override { std::filesystem::remove_all(folder); }
  // As a careful renewal does: beside it, then in its place.
  void write(const std::string& name, const std::string& text) const {
    std::ofstream{folder / "new"} << text;
    std::filesystem::rename(folder / "new", folder / name);
  }
  CertificateWatch watch() const { return {folder / "certificate", folder / "key"}; }

  std::filesystem::path folder;
  CertificateWatch::Time start{1h};
};

TEST_F(WatchedFiles, AreQuietWhileNothingChanges) {
  auto watched = watch();
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(watched.look(start + i * 1s));
}

TEST_F(WatchedFiles, AreToldOfOnceWhenARenewalHasSettled) {
  auto watched = watch();
  EXPECT_FALSE(watched.look(start));
  write("certificate", "new");
  EXPECT_FALSE(watched.look(start + 1s));
  write("key", "new");  // the other half comes later
  EXPECT_FALSE(watched.look(start + 2s));
  EXPECT_FALSE(watched.look(start + 3s));
  EXPECT_TRUE(watched.look(start + 4s));
  EXPECT_FALSE(watched.look(start + 5s));
  EXPECT_FALSE(watched.look(start + 9s));
  write("key", "newer");
  EXPECT_FALSE(watched.look(start + 10s));
  EXPECT_TRUE(watched.look(start + 12s));
}

TEST_F(WatchedFiles, AreToldOfWhenOneIsGoneAndWhenItIsBack) {
  auto watched = watch();
  std::filesystem::remove(folder / "key");
  EXPECT_FALSE(watched.look(start));
  EXPECT_TRUE(watched.look(start + 2s));
  write("key", "old");
  EXPECT_FALSE(watched.look(start + 3s));
  EXPECT_TRUE(watched.look(start + 5s));
}

TEST_F(WatchedFiles, MayBeCredentials) {
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  CertificateWatch watched{"credential:certificate", "credential:key"};
  write("certificate", "new");
  EXPECT_FALSE(watched.look(start));
  EXPECT_TRUE(watched.look(start + 2s));
  ::unsetenv("CREDENTIALS_DIRECTORY");
}

TEST(ExpiryWarning, ComesOnceAt30And14And7And1DaysAndAtTheEnd) {
  const WallTime end{1000 * day};
  ExpiryWarning warning;
  const auto at = [&](double days_before) {
    return warning.look({end.ms - static_cast<std::uint64_t>(days_before * day)}, end);
  };
  EXPECT_EQ(at(31), std::nullopt);
  EXPECT_EQ(at(30), Stage::days_30);
  EXPECT_EQ(at(29), std::nullopt);
  EXPECT_EQ(at(14), Stage::days_14);
  EXPECT_EQ(at(7.5), std::nullopt);
  EXPECT_EQ(at(7), Stage::days_7);
  EXPECT_EQ(at(1), Stage::days_1);
  EXPECT_EQ(at(0.5), std::nullopt);
  EXPECT_EQ(at(0), Stage::expired);
  EXPECT_EQ(at(0), std::nullopt);
  EXPECT_EQ(warning.look({end.ms}, {end.ms + 90 * day}), std::nullopt) << "renewed";
  EXPECT_EQ(warning.look({end.ms}, {end.ms + 3 * day}), Stage::days_7) << "a short one";
}

TEST(DaysLeft, AreWholeDays) {
  EXPECT_EQ(days_left({0}, {day}), 1U);
  EXPECT_EQ(days_left({1}, {day}), 0U);
  EXPECT_EQ(days_left({2 * day}, {day}), 0U);
}

TEST(Credential, IsAFileInTheFolderThatTheServiceManagerNames) {
  ::setenv("CREDENTIALS_DIRECTORY", "/run/credentials/x", 1);
  EXPECT_EQ(resolved("credential:tls.key"), std::filesystem::path{"/run/credentials/x/tls.key"});
  EXPECT_EQ(resolved("/etc/key.pem"), std::filesystem::path{"/etc/key.pem"});
  ::unsetenv("CREDENTIALS_DIRECTORY");
  ASSERT_FALSE(resolved("credential:tls.key").has_value());
  EXPECT_NE(resolved("credential:tls.key").error().find("LoadCredential=tls.key:"), std::string::npos);
  for (const char* wrong : {"", ".", "..", "a/b", "/a"}) EXPECT_FALSE(is_credential_name(wrong)) << wrong;
}

}  // namespace
}  // namespace samband::server::edge
