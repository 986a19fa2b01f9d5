// A backup of a living server and what is made of it.
#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/edge/check.h"
#include "server/edge/checkpoint.h"
#include "server/edge/ctl/commands.h"
#include "server/edge/fixture.h"
#include "server/edge/restore.h"

namespace samband::server::edge::ctl {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::RunningServer;
using ::testing::SizeIs;

class Backups : public ::testing::Test {
 protected:
  Backups() {
    where.configuration = (running.configuration.store.parent_path() / "sambandd.toml").string();
    add_partner("0301");
  }

  void add_partner(const std::string& number) {
    protocol::NewPartner partner;
    partner.id.bytes[0] = static_cast<std::uint8_t>(number[3]);
    partner.number = number;
    partner.name = "Kommune " + number;
    partner.token.bytes[0] = static_cast<std::uint8_t>(number[3]);
    partner.expires_at = {testing::wall_now().ms + 1'000'000};
    auto server = ServerClient::connect(running.configuration.admin_socket);
    ASSERT_TRUE(server->ask_for<protocol::PartnersListed>(protocol::AddPartners{{partner}}).has_value());
  }
  // The exit status, and what was said.
  std::pair<int, std::string> back_up(std::size_t kept = 0) { return back_up_to(place(), kept); }
  std::pair<int, std::string> back_up_to(const fs::path& place_of_it, std::size_t kept = 0) {
    ::testing::internal::CaptureStderr();
    ::testing::internal::CaptureStdout();
    const int status = ctl::back_up(where, place_of_it, kept);
    return {status, ::testing::internal::GetCapturedStdout() + ::testing::internal::GetCapturedStderr()};
  }
  [[nodiscard]] fs::path place() const { return folder.path() / "backups"; }
  [[nodiscard]] BackupFolder backups() const { return BackupFolder{place()}; }
  [[nodiscard]] BackupManifest newest() const { return backups().read(backups().names().back()).value(); }
  // The configuration of an empty place for the same server.
  [[nodiscard]] Configuration elsewhere(const std::string& name = "new") const {
    Configuration out = running.configuration;
    const fs::path root = folder.path() / name;
    out.store = root / "store";
    out.chunks = root / "chunks";
    out.log_key = root / "log_key";
    out.certificate = root / "tls" / "certificate.pem";
    out.private_key = root / "tls" / "private_key.pem";
    out.admin_socket = root / "admin.sock";
    return out;
  }
  std::expected<Restored, std::string> restored(const Configuration& to, const std::string& backup = "") {
    SeededRandom random{4};
    return restore(backups(), backup, to, testing::wall_now(), random);
  }
  static std::size_t count(const fs::path& of) {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator{of}, fs::directory_iterator{}));
  }
  [[nodiscard]] protocol::ServerStatus status() const {
    auto server = ServerClient::connect(running.configuration.admin_socket);
    return server->ask_for<protocol::ServerStatus>(protocol::GetStatus{}).value();
  }

  testing::TemporaryFolder folder;
  RunningServer running;
  Where where;
};

TEST_F(Backups, OfALivingServerBecomeAServer) {
  EXPECT_EQ(status().last_backup_at.ms, 0U);
  const auto before = testing::wall_now();
  const auto [exit, said] = back_up();
  ASSERT_EQ(exit, 0) << said;
  EXPECT_GE(status().last_backup_at, before);
  EXPECT_FALSE(fs::exists(held_beside(running.configuration.store)));
  EXPECT_FALSE(fs::exists(held_beside(running.configuration.chunks)));

  const Configuration to = elsewhere();
  const auto made = restored(to);
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_GT(made->incarnation, made->manifest.incarnation);
  EXPECT_THAT(made->remarks, ::testing::ElementsAre(HasSubstr("the certificate was put into")));
  {
    std::ofstream file{folder.path() / "new" / "sambandd.toml"};
    file << configuration_text(to);
  }
  EXPECT_THAT(check(folder.path() / "new" / "sambandd.toml", testing::wall_now()).faults, SizeIs(0));

  running.stop();
  running.configuration = to;
  running.start();
  EXPECT_EQ(status().partners, 1U);
  EXPECT_EQ(status().incarnation, made->incarnation);
  EXPECT_EQ(status().last_backup_at.ms, 0U) << "the new place has none of its own";
  auto server = ServerClient::connect(to.admin_socket);
  const auto audit = server->ask_for<protocol::AuditListed>(protocol::ListAudit{10});
  ASSERT_TRUE(audit.has_value());
  EXPECT_THAT(audit->items.front().what, HasSubstr("restored from a backup; incarnation 1 became "));
}

TEST_F(Backups, BringTheirConfigurationWhereNoneIsInForce) {
  ASSERT_EQ(back_up().first, 0);
  const fs::path file = folder.path() / "sambandd.toml";
  const auto text_in = [&] {
    std::ifstream in{file};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  };
  ASSERT_EQ(restore_configuration(backups(), "", file), true);
  const std::string own = text_in();
  EXPECT_THAT(own, HasSubstr("name = \"localhost\""));

  std::ofstream{file} << "name = \"\"\n";
  fs::permissions(file, fs::perms{0600});
  ASSERT_EQ(restore_configuration(backups(), "", file), true);
  EXPECT_EQ(text_in(), own);
  EXPECT_EQ(fs::status(file).permissions(), fs::perms{0600});

  for (const char* kept : {"name = \"other.example\"\n", "not a configuration"}) {
    std::ofstream{file} << kept;
    ASSERT_EQ(restore_configuration(backups(), "", file), false);
    EXPECT_EQ(text_in(), kept);
  }
  fs::remove(file);
  const BackupManifest manifest = newest();
  std::ofstream{backups().file(manifest.find(backup_configuration)->digest.sha256), std::ios::app} << "# changed\n";
  EXPECT_THAT(restore_configuration(backups(), "", file).error(), HasSubstr("sambandd.toml"));
  EXPECT_FALSE(fs::exists(file));
}

TEST_F(Backups, AreTheOwnersAlone) {
  ASSERT_EQ(back_up().first, 0);
  for (const auto& entry : fs::recursive_directory_iterator{place()}) {
    const auto wanted = entry.is_directory() ? fs::perms{0700} : fs::perms{0600};
    EXPECT_EQ(entry.status().permissions(), wanted) << entry.path();
  }
  EXPECT_EQ(fs::status(place()).permissions(), fs::perms{0700});
}

TEST_F(Backups, CopyNothingTwice) {
  ASSERT_EQ(back_up().first, 0);
  struct stat first{};
  const fs::path table = [&] {
    for (const BackupFile& file : newest().files) {
      if (file.path.ends_with(".sst")) return backups().file(file.digest.sha256);
    }
    return fs::path{};
  }();
  ASSERT_EQ(::stat(table.c_str(), &first), 0);
  add_partner("0302");
  ASSERT_EQ(back_up().first, 0);
  struct stat second{};
  ASSERT_EQ(::stat(table.c_str(), &second), 0);
  EXPECT_EQ(first.st_ino, second.st_ino);
  EXPECT_EQ(first.st_mtim.tv_nsec, second.st_mtim.tv_nsec);
  const BackupManifest manifest = newest();
  EXPECT_TRUE(std::ranges::any_of(manifest.files, [&](const BackupFile& file) {
    return backups().file(file.digest.sha256) == table;
  })) << "the second backup names the same file";
}

TEST_F(Backups, KeepAsManyAsAsked) {
  for (const char* number : {"0302", "0303", "0304"}) {
    ASSERT_EQ(back_up().first, 0);
    add_partner(number);
  }
  const std::string second = backups().names()[1];
  ASSERT_EQ(back_up(2).first, 0);
  EXPECT_THAT(backups().names(), SizeIs(2));
  std::set<Hash> named;
  for (const std::string& name : backups().names()) {
    for (const BackupFile& file : backups().read(name)->files) {
      named.insert(file.digest.sha256);
      EXPECT_TRUE(backups().verify(file).has_value());
    }
  }
  EXPECT_EQ(count(backups().files()), named.size()) << "what nobody names is gone";
  EXPECT_THAT(restored(elsewhere(), second).error(), HasSubstr("there is no backup " + second));
}

TEST_F(Backups, SayInOneLineWhyTheyCanNotBeMade) {
  const auto inside = back_up_to(running.configuration.store.parent_path() / "backups");
  EXPECT_EQ(inside.first, 1);
  EXPECT_THAT(inside.second, HasSubstr("inside the server's own folder"));
  fs::create_directory(folder.path() / "full");
  std::ofstream{folder.path() / "full" / "letter"} << "x";
  EXPECT_THAT(back_up_to(folder.path() / "full").second, HasSubstr("not empty and holds no backups"));
  EXPECT_THAT(back_up_to(folder.path() / "absent" / "backups").second, HasSubstr("No such file"));

  ASSERT_EQ(back_up().first, 0);
  const int other = ::open((place() / ".lock").c_str(), O_RDWR);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  EXPECT_THAT(back_up().second, HasSubstr("another backup writes to"));
  ::close(other);

  running.stop();
  const auto away = back_up();
  EXPECT_EQ(away.first, 3);
}

TEST_F(Backups, HoldOneCheckpointAtATimeAndLetItGoWithTheirConnection) {
  {
    auto holder = ServerClient::connect(running.configuration.admin_socket);
    const auto held = holder->ask_for<protocol::CheckpointHeld>(protocol::HoldCheckpoint{});
    ASSERT_TRUE(held.has_value()) << held.error().says;
    EXPECT_EQ(held->incarnation, 1U);
    EXPECT_TRUE(fs::exists(held->main));
    EXPECT_TRUE(fs::exists(held->chunks));
    const auto [exit, said] = back_up();
    EXPECT_EQ(exit, 1);
    EXPECT_THAT(said, HasSubstr("another backup is under way"));
    auto stranger = ServerClient::connect(running.configuration.admin_socket);
    EXPECT_FALSE(stranger->ask_for<protocol::AdminDone>(protocol::LetCheckpointGo{true}).has_value());
  }
  for (int i = 0; i < 5000 && fs::exists(held_beside(running.configuration.chunks)); ++i) ::usleep(1000);
  EXPECT_FALSE(fs::exists(held_beside(running.configuration.store)));
  EXPECT_EQ(status().last_backup_at.ms, 0U) << "it was given up";
  for (int i = 0; i < 100; ++i) {  // the server has let it go a moment before it takes the next
    if (back_up().first == 0) return;
    ::usleep(10'000);
  }
  FAIL() << "no backup after one that was given up";
}

TEST_F(Backups, LeaveWhatAKilledServerHeldToItsNextStart) {
  running.stop();
  fs::create_directories(held_beside(running.configuration.store) / "x");
  running.start();
  EXPECT_FALSE(fs::exists(held_beside(running.configuration.store)));
}

TEST_F(Backups, RememberTheLastOneAcrossARestart) {
  ASSERT_EQ(back_up().first, 0);
  const WallTime at = status().last_backup_at;
  running.stop();
  running.start();
  EXPECT_EQ(status().last_backup_at, at);
}

TEST_F(Backups, ThatAreDamagedAreRefusedAndNothingIsWritten) {
  ASSERT_EQ(back_up().first, 0);
  const std::string name = backups().names().back();
  for (const BackupFile& file : newest().files) {
    if (file.digest.bytes == 0) continue;  // an empty log: nothing to cut or change
    const fs::path stored = backups().file(file.digest.sha256);
    const fs::path kept = folder.path() / "kept";
    fs::copy_file(stored, kept, fs::copy_options::overwrite_existing);
    const auto refused = [&] {
      const auto result = restored(elsewhere());
      ASSERT_FALSE(result.has_value()) << file.path;
      EXPECT_THAT(result.error(), HasSubstr(name));
      EXPECT_FALSE(fs::exists(folder.path() / "new"));
    };
    fs::resize_file(stored, file.digest.bytes - 1);
    refused();
    fs::copy_file(kept, stored, fs::copy_options::overwrite_existing);
    {
      std::fstream bytes{stored, std::ios::in | std::ios::out | std::ios::binary};
      const char first = static_cast<char>(bytes.get() ^ 1);
      bytes.seekp(0);
      bytes.put(first);
    }
    refused();
    fs::remove(stored);
    refused();
    fs::copy_file(kept, stored);
  }
  std::ofstream{backups().manifest(name), std::ios::app} << "x";
  EXPECT_THAT(restored(elsewhere()).error(), HasSubstr("damaged or cut short"));
  EXPECT_FALSE(fs::exists(folder.path() / "new"));
  fs::remove_all(backups().backups());
  EXPECT_THAT(restored(elsewhere()).error(), HasSubstr("holds no backup"));
}

TEST_F(Backups, AreNotRestoredOverAnything) {
  ASSERT_EQ(back_up().first, 0);
  EXPECT_THAT(restored(running.configuration).error(), HasSubstr("is not empty"));
  Configuration other = elsewhere();
  other.name = "another.example.no";
  EXPECT_THAT(restored(other).error(), HasSubstr("the backup is of the server localhost"));
  Configuration keyed = elsewhere("keyed");
  fs::create_directories(keyed.log_key.parent_path());
  std::ofstream{keyed.log_key} << std::string(64, 'a') << '\n';
  EXPECT_THAT(restored(keyed).error(), HasSubstr("another log key"));
  fs::remove(keyed.log_key);
  fs::create_directories(keyed.certificate.parent_path());
  fs::copy_file(running.configuration.certificate, keyed.certificate);
  const auto made = restored(keyed);
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_THAT(made->remarks, ::testing::ElementsAre(HasSubstr("left as it is")));
  EXPECT_FALSE(fs::exists(keyed.private_key));
}

TEST_F(Backups, MakeADifferentIncarnationEachTimeTheyAreRestored) {
  ASSERT_EQ(back_up().first, 0);
  SeededRandom random{5};
  const auto one = restore(backups(), "", elsewhere("one"), testing::wall_now(), random);
  const auto two = restore(backups(), "", elsewhere("two"), testing::wall_now(), random);
  ASSERT_TRUE(one.has_value() && two.has_value());
  EXPECT_NE(one->incarnation, two->incarnation);
}

}  // namespace
}  // namespace samband::server::edge::ctl
