// `init`, what it makes, and `check` of it.
#include "server/edge/init.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "server/edge/check.h"
#include "server/edge/fixture.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "server/edge/tls.h"
#include "storage/memory/memory_store.h"
#include "storage/model/server_layout.h"

namespace samband::server::edge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

const SocketAddress anywhere{"127.0.0.1", 0};

unsigned mode_of(const std::filesystem::path& file) {
  struct stat status{};
  EXPECT_EQ(::stat(file.c_str(), &status), 0) << file;
  return status.st_mode & 0777U;
}

class NewServerFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto made = initialise(directory, "localhost", anywhere, testing::wall_now());
    ASSERT_TRUE(made.has_value()) << made.error();
    file = made->configuration;
    fingerprint = made->fingerprint;
    configuration = *read_configuration(file);
  }
  TemporaryFolder folder;
  std::filesystem::path directory = folder.path() / "server";
  std::filesystem::path file;
  Hash fingerprint;
  Configuration configuration;
};

TEST_F(NewServerFolder, HasEverythingAServerNeeds) {
  EXPECT_TRUE(check(file, testing::wall_now()).faults.empty());
  const auto tls = load_tls(configuration.certificate, configuration.private_key, testing::wall_now());
  ASSERT_TRUE(tls.has_value()) << tls.error();
  EXPECT_EQ(tls->fingerprint, fingerprint);
  EXPECT_TRUE(read_log_key(configuration.log_key).has_value());
}

TEST_F(NewServerFolder, KeepsItsSecretsToItself) {
  EXPECT_EQ(mode_of(configuration.log_key), 0600U);
  EXPECT_EQ(mode_of(configuration.private_key), 0600U);
  EXPECT_EQ(mode_of(directory), 0700U);
}

TEST_F(NewServerFolder, IsNotMadeTwice) {
  const auto again = initialise(directory, "localhost", anywhere, testing::wall_now());
  ASSERT_FALSE(again.has_value());
  EXPECT_THAT(again.error(), HasSubstr("is not empty"));
}

TEST(Initialise, TakesAnEmptyFolderAndATrailingSlash) {
  TemporaryFolder folder;
  EXPECT_TRUE(initialise(folder.path() / "", "localhost", anywhere, testing::wall_now()).has_value());
}

TEST(Initialise, PutsHttpBesideAPortOfItsOwn) {
  TemporaryFolder folder;
  const auto http_port = [&](const char* name, std::uint16_t port) {
    const auto made = initialise(folder.path() / name, "localhost", {"127.0.0.1", port}, testing::wall_now());
    return read_configuration(made->configuration)->http.port;
  };
  EXPECT_EQ(http_port("usual", 8443), 9464);
  EXPECT_EQ(http_port("own", 18443), 18444);
  EXPECT_EQ(http_port("free", 0), 0);
}

TEST(Initialise, LeavesNothingWhenItFails) {
  TemporaryFolder folder;
  const auto made = initialise(folder.path() / "server", "two words", anywhere, testing::wall_now());
  EXPECT_FALSE(made.has_value());
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

// What `init --config` makes: where the configuration says, and nothing twice.
class Furnish : public ::testing::Test {
 protected:
  void SetUp() override {
    configuration = installed_configuration();
    configuration.name = "localhost";
    configuration.store = folder.path() / "store";
    configuration.chunks = folder.path() / "chunks";
    configuration.log_key = folder.path() / "log_key";
    configuration.certificate = folder.path() / "tls/certificate.pem";
    configuration.private_key = folder.path() / "tls/private_key.pem";
  }
  std::string refusal(SelfSign self_sign = SelfSign::yes) const {
    const auto made = furnish(configuration, self_sign, testing::wall_now());
    return made ? "" : made.error();
  }
  TemporaryFolder folder;
  Configuration configuration;
};

TEST_F(Furnish, MakesWhatTheConfigurationNames) {
  const auto made = furnish(configuration, SelfSign::yes, testing::wall_now());
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_TRUE(made->is_self_signed_now);
  EXPECT_EQ(mode_of(configuration.log_key), 0600U);
  EXPECT_EQ(mode_of(configuration.private_key), 0600U);
  const auto file = folder.path() / "sambandd.toml";
  std::ofstream{file} << configuration_text(configuration);
  EXPECT_THAT(check(file, testing::wall_now()).faults, ElementsAre());
}

TEST_F(Furnish, NeedsACertificate) {
  EXPECT_THAT(refusal(SelfSign::no), HasSubstr("no certificate can be read"));
  EXPECT_FALSE(std::filesystem::exists(configuration.store));
}

TEST_F(Furnish, GoesOnWhereAnInterruptedOneStopped) {
  std::filesystem::create_directories(configuration.store.string() + ".new/left");
  ASSERT_EQ(refusal(), "");
  const Hash fingerprint =
      load_tls(configuration.certificate, configuration.private_key, testing::wall_now())->fingerprint;
  const auto key = copy_of((*read_log_key(configuration.log_key))->public_key().view());
  std::filesystem::remove_all(configuration.store);
  std::filesystem::remove_all(configuration.chunks);
  const auto made = furnish(configuration, SelfSign::yes, testing::wall_now());
  ASSERT_TRUE(made.has_value()) << made.error();
  EXPECT_FALSE(made->is_self_signed_now);
  EXPECT_EQ(made->fingerprint, fingerprint);
  EXPECT_EQ(copy_of((*read_log_key(configuration.log_key))->public_key().view()), key);
}

TEST_F(Furnish, KeepsAStoreThatIsThere) {
  ASSERT_EQ(refusal(), "");
  EXPECT_THAT(refusal(), HasSubstr("already: it is kept"));
  std::filesystem::remove_all(configuration.store);
  EXPECT_THAT(refusal(), HasSubstr("restore the store that they belong to"));
}

TEST_F(NewServerFolder, IsRefusedWhenAKeyCanBeReadByOthers) {
  ::chmod(configuration.private_key.c_str(), 0644);
  const auto tls = load_tls(configuration.certificate, configuration.private_key, testing::wall_now());
  ASSERT_FALSE(tls.has_value());
  EXPECT_THAT(tls.error(), HasSubstr("can be read by others"));
  ::chmod(configuration.log_key.c_str(), 0640);
  EXPECT_THAT(check(file, testing::wall_now()).faults, ElementsAre(HasSubstr("certificate.key"), HasSubstr("log key")));
}

TEST_F(NewServerFolder, IsRefusedWithTheKeyOfAnotherCertificate) {
  const auto other = initialise(folder.path() / "other", "localhost", anywhere, testing::wall_now());
  ASSERT_TRUE(other.has_value());
  const auto tls =
      load_tls(configuration.certificate, folder.path() / "other" / "certificate.key", testing::wall_now());
  ASSERT_FALSE(tls.has_value());
  EXPECT_THAT(tls.error(), HasSubstr("is not the key of the certificate"));
}

TEST_F(NewServerFolder, IsRefusedWithACertificateThatIsExpiredOrNotValidYet) {
  constexpr std::uint64_t day_ms = 24ULL * 3600 * 1000;
  const WallTime late{testing::wall_now().ms + 731 * day_ms};
  const WallTime early{testing::wall_now().ms - day_ms};
  const auto expired = load_tls(configuration.certificate, configuration.private_key, late);
  ASSERT_FALSE(expired.has_value());
  EXPECT_THAT(expired.error(), HasSubstr("has expired"));
  const auto not_yet = load_tls(configuration.certificate, configuration.private_key, early);
  ASSERT_FALSE(not_yet.has_value());
  EXPECT_THAT(not_yet.error(), HasSubstr("not valid yet"));
}

TEST_F(NewServerFolder, IsCheckedWithoutBeingChanged) {
  const auto times = [this] {
    std::vector<std::filesystem::file_time_type> out;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{directory}) {
      out.push_back(entry.last_write_time());
    }
    return out;
  };
  const auto before = times();
  EXPECT_TRUE(check(file, testing::wall_now()).faults.empty());
  EXPECT_EQ(times(), before);
}

TEST_F(NewServerFolder, ChecksFaultsOfItsConfigurationByLine) {
  std::ofstream{file, std::ios::app} << "surprise = 1\n";
  const auto report = check(file, testing::wall_now());
  ASSERT_EQ(report.faults.size(), 1U);
  EXPECT_THAT(report.faults.front(), HasSubstr("unknown setting surprise"));
  EXPECT_THAT(report.faults.front(), HasSubstr(" line "));
}

TEST_F(NewServerFolder, ChecksItsAuditChain) {
  {
    const auto stores = open_stores(*read_configuration(file), StoreUse::serve);
    ASSERT_TRUE(stores.has_value());
    storage::StoreBatch batch;
    batch.put(storage::server_store::meta, storage::server_store::audit_key(0), Bytes{9});
    ASSERT_TRUE(stores->main->write(batch, storage::Durability::synced));
  }
  EXPECT_THAT(check(file, testing::wall_now()).faults, ElementsAre(HasSubstr("audit record 0 can't be read")));
}

TEST(LogKey, IsReadBackFromItsFile) {
  TemporaryFolder folder;
  const Bytes seed(32, 7);
  const auto file = folder.path() / "log.key";
  std::ofstream{file} << samband::text_of(log_key_file(seed).view());
  ::chmod(file.c_str(), 0600);
  const auto key = read_log_key(file);
  ASSERT_TRUE(key.has_value()) << key.error();
  EXPECT_EQ((*key)->public_key(), LogKey{SecretBytes{seed}}.public_key());

  std::ofstream{file} << "not a key";
  EXPECT_FALSE(read_log_key(file).has_value());
}

storage::Entry entry_after(const storage::ChainHead& head) {
  storage::Entry entry;
  entry.channel = head.channel;
  entry.seq = head.next_seq;
  entry.previous = head.last;
  entry.body = Bytes{1};
  return entry;
}

TEST(CheckChains, FindsAnEntryThatWasChangedOrTakenAway) {
  namespace layout = storage::server_store;
  storage::MemoryStore store{layout::layout()};
  storage::ChainHead head;
  for (int i = 0; i < 5; ++i) {
    const storage::Entry entry = entry_after(head);
    storage::StoreBatch batch;
    batch.put(layout::entries, layout::entry_key(entry.channel, entry.seq), encode(entry));
    ASSERT_TRUE(store.write(batch, storage::Durability::synced));
    ASSERT_TRUE(storage::advance(head, entry));
  }
  CheckReport sound;
  check_chains(store, sound);
  EXPECT_TRUE(sound.faults.empty());
  EXPECT_EQ(sound.entries, 5U);
  EXPECT_EQ(sound.channels, 1U);

  storage::StoreBatch change;
  storage::Entry forged;
  forged.seq = 2;
  forged.body = Bytes{2};
  change.put(layout::entries, layout::entry_key({}, 2), encode(forged));
  ASSERT_TRUE(store.write(change, storage::Durability::synced));
  CheckReport changed;
  check_chains(store, changed);
  EXPECT_THAT(changed.faults, ElementsAre(HasSubstr("entry 2")));

  storage::StoreBatch removal;
  removal.remove(layout::entries, layout::entry_key({}, 2));
  ASSERT_TRUE(store.write(removal, storage::Durability::synced));
  CheckReport missing;
  check_chains(store, missing);
  EXPECT_THAT(missing.faults, ElementsAre(HasSubstr("missing")));
}

}  // namespace
}  // namespace samband::server::edge
