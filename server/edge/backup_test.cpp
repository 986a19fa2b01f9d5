#include "server/edge/backup.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/edge/fixture.h"
#include "server/edge/restore.h"

namespace samband::server::edge {
namespace {

using ::testing::HasSubstr;

BackupManifest example() {
  const FileDigest digest{.bytes = 12, .sha256 = Hash::of(Bytes(32, 3)).value()};
  return {.server = "samband.example.no",
          .version = "0.4.0",
          .at = WallTime{1'800'000'000'123},
          .incarnation = 2,
          .entries = 3,
          .files = {{"chunks/000012.blob", digest}, {"log_key", digest}, {"store/CURRENT", digest}}};
}

TEST(BackupManifest, IsReadBackAndHasOneForm) {
  const std::string text = encode(example());
  const auto read = parse_backup_manifest(text);
  ASSERT_TRUE(read.has_value()) << read.error();
  EXPECT_EQ(*read, example());
}

TEST(BackupManifest, ThatWasChangedAnywhereOrCutIsRefused) {
  const std::string text = encode(example());
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(parse_backup_manifest(changed).has_value()) << i;
    EXPECT_FALSE(parse_backup_manifest(text.substr(0, i)).has_value()) << i;
  }
  EXPECT_FALSE(parse_backup_manifest(text + "\n").has_value());
}

TEST(BackupManifest, OfANewerSambandOrOfSomethingElseIsToldApart) {
  EXPECT_THAT(parse_backup_manifest("samband-backup 2\n").error(), HasSubstr("newer"));
  EXPECT_THAT(parse_backup_manifest("hello\n").error(), HasSubstr("not the manifest"));
}

TEST(BackupManifest, NamesNoPathOutsideItsPlaces) {
  for (const char* path : {"store/CURRENT", "chunks/000001.blob", "log_key", "tls/private_key.pem", "sambandd.toml"}) {
    EXPECT_TRUE(is_backup_path(path)) << path;
  }
  for (const char* path : {"", "/etc/passwd", "store/", "store/..", "store/../x", "store/a/b", "tls/x", "log_key/",
                           "store/a b", "store/\xC3\xA5"}) {
    EXPECT_FALSE(is_backup_path(path)) << path;
  }
  BackupManifest outside = example();
  outside.files.front().path = "../x";
  EXPECT_FALSE(parse_backup_manifest(encode(outside)).has_value());
  BackupManifest twice = example();
  twice.files[1] = twice.files[0];
  EXPECT_FALSE(parse_backup_manifest(encode(twice)).has_value());
}

TEST(BackupName, SortsAsItsTime) {
  EXPECT_EQ(backup_name(WallTime{1'800'000'000'123}), "2027-01-15T080000.123Z");
  EXPECT_LT(backup_name(WallTime{1'800'000'000'123}), backup_name(WallTime{1'800'000'001'000}));
  EXPECT_TRUE(is_backup_name("2027-01-15T080000.123Z"));
  for (const char* name : {"2027-01-15T080000.123Z.creating", "..", "2027-01-15T08:00:00.123Z", ""}) {
    EXPECT_FALSE(is_backup_name(name)) << name;
  }
}

TEST(BackupFolder, FindsWhatIsMissingCutOrChanged) {
  testing::TemporaryFolder folder;
  const BackupFolder backups{folder.path()};
  std::filesystem::create_directory(backups.files());
  std::ofstream{folder.path() / "source"} << "content";
  const BackupFile file{"store/000001.sst", digest_of(folder.path() / "source").value()};
  EXPECT_THAT(backups.verify(file).error(), HasSubstr("store/000001.sst is missing"));
  std::ofstream{backups.file(file.digest.sha256)} << "conten";
  EXPECT_THAT(backups.verify(file).error(), HasSubstr("size"));
  std::ofstream{backups.file(file.digest.sha256)} << "content";
  EXPECT_TRUE(backups.verify(file).has_value());
  std::ofstream{backups.file(file.digest.sha256)} << "contend";
  EXPECT_THAT(backups.verify(file).error(), HasSubstr("damaged"));
}

TEST(Incarnation, GrowsWithTimeAndNeverGoesBack) {
  SeededRandom random{1};
  const WallTime now{1'800'000'000'000};
  const std::uint64_t first = incarnation_after(1, now, random);
  const std::uint64_t again = incarnation_after(1, now, random);
  EXPECT_NE(first, again);
  EXPECT_GT(incarnation_after(1, WallTime{now.ms + 1000}, random), first);
  EXPECT_GT(incarnation_after(first, WallTime{5}, random), first);  // a clock that was set back
  EXPECT_GT(incarnation_after(first, now, random), first);
  EXPECT_LT(incarnation_after(1, WallTime{4'000'000'000'000}, random), std::uint64_t{1} << 53U);
}

}  // namespace
}  // namespace samband::server::edge
