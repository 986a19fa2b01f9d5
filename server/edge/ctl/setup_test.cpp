#include "server/edge/ctl/setup.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/edge/certificate.h"
#include "server/edge/ctl/process.h"
#include "server/edge/fixture.h"
#include "server/edge/init.h"
#include "server/edge/tls.h"

namespace samband::server::edge::ctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::TemporaryFolder;

constexpr int done = 0;
constexpr int refused = 1;
constexpr int usage = 2;

// A configuration as the packages install it, but in a folder of the test's own.
class SetupTest : public ::testing::Test {
 protected:
  void SetUp() override {
    Configuration configuration = installed_configuration();
    const auto state = folder.path() / "state";
    configuration.store = state / "store";
    configuration.chunks = state / "chunks";
    configuration.log_key = state / "log_key";
    configuration.certificate = state / "tls/certificate.pem";
    configuration.private_key = state / "tls/private_key.pem";
    configuration.admin_socket = folder.path() / "admin.sock";
    write(file, configuration_text(configuration));
    options.user = ::getpwuid(::geteuid())->pw_name;
    options.no_start = true;
  }

  static void write(const std::filesystem::path& path, std::string_view text, mode_t mode = 0640) {
    std::ofstream{path} << text;
    ::chmod(path.c_str(), mode);
  }
  static std::string read(const std::filesystem::path& path) {
    std::ifstream in{path};
    return std::string{std::istreambuf_iterator<char>{in}, {}};
  }
  // A pair in files; `age_ms`: how long ago it began to be valid.
  SetupOptions with_pair(const std::string& stem, std::uint64_t age_ms = 0) const {
    const auto made = make_self_signed("localhost", {testing::wall_now().ms - age_ms});
    SetupOptions out = options;
    out.certificate = folder.path() / (stem + ".pem");
    out.key = folder.path() / (stem + ".key");
    write(out.certificate, made->certificate_pem, 0644);
    write(out.key, samband::text_of(made->private_key_pem.view()), 0600);
    return out;
  }
  // The status, and what was said on standard error.
  std::pair<int, std::string> set_up_with(const SetupOptions& with) const {
    ::testing::internal::CaptureStdout();
    ::testing::internal::CaptureStderr();
    const int status = set_up(Where{.configuration = file, .socket = {}}, with);
    ::testing::internal::GetCapturedStdout();
    return {status, ::testing::internal::GetCapturedStderr()};
  }
  bool has_store() const { return std::filesystem::exists(folder.path() / "state/store/CURRENT"); }

  TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "sambandd.toml";
  SetupOptions options;
};

// The tests run beside the programs.
TEST_F(SetupTest, MakesAServerThatIsNamedAndWhole) {
  SetupOptions with = with_pair("pair");
  with.name = "localhost";
  with.listen = "127.0.0.1:0";
  const auto [status, said] = set_up_with(with);
  ASSERT_EQ(status, done) << said;
  const auto configuration = read_configuration(file);
  ASSERT_TRUE(configuration.has_value());
  EXPECT_EQ(configuration->name, "localhost");
  EXPECT_EQ(configuration->listen.port, 0);
  EXPECT_TRUE(has_store());
  EXPECT_EQ(read(configuration->certificate), read(with.certificate));
  struct stat key{};
  ASSERT_EQ(::stat(configuration->private_key.c_str(), &key), 0);
  EXPECT_EQ(key.st_mode & 0777U, 0600U);
  EXPECT_TRUE(Server::open(*configuration).has_value());
}

TEST_F(SetupTest, ChangesNothingBeforeAllIsKnownAndRight) {
  const std::string before = read(file);
  SetupOptions nameless = with_pair("nameless");
  EXPECT_EQ(set_up_with(nameless).first, usage);
  SetupOptions half = with_pair("half");
  half.name = "localhost";
  half.key = "";
  EXPECT_EQ(set_up_with(half).first, usage);
  SetupOptions both = with_pair("both");
  both.name = "localhost";
  both.self_signed = true;
  EXPECT_EQ(set_up_with(both).first, usage);
  SetupOptions none = options;
  none.name = "localhost";
  EXPECT_EQ(set_up_with(none).first, usage);
  SetupOptions two_words = with_pair("words");
  two_words.name = "two words";
  EXPECT_EQ(set_up_with(two_words).first, usage);
  SetupOptions no_port = with_pair("port");
  no_port.name = "localhost";
  no_port.listen = "8443";
  EXPECT_EQ(set_up_with(no_port).first, usage);
  SetupOptions mixed = with_pair("one");
  mixed.name = "localhost";
  mixed.key = with_pair("other").key;
  const auto [status, said] = set_up_with(mixed);
  EXPECT_EQ(status, refused);
  EXPECT_THAT(said, HasSubstr("is not the key of the certificate"));
  SetupOptions expired = with_pair("expired", 800ULL * 24 * 3600 * 1000);
  expired.name = "localhost";
  EXPECT_THAT(set_up_with(expired).second, HasSubstr("has expired"));

  EXPECT_EQ(read(file), before);
  EXPECT_FALSE(std::filesystem::exists(folder.path() / "state"));
}

TEST_F(SetupTest, KeepsTheStoreAndWhatTheOperatorWrote) {
  SetupOptions first = with_pair("first");
  first.name = "localhost";
  ASSERT_EQ(set_up_with(first).first, done);
  write(file, read(file) + "# a remark\n", 0600);
  const std::string key = read(folder.path() / "state/log_key");

  SetupOptions again = options;
  again.listen = "127.0.0.1:0";
  ASSERT_EQ(set_up_with(again).first, done);
  EXPECT_THAT(read(file), AllOf(HasSubstr("# a remark\n"), HasSubstr("listen = \"127.0.0.1:0\"")));
  struct stat status{};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(read(folder.path() / "state/log_key"), key);
}

TEST_F(SetupTest, TakesARenewedCertificateOnlyWithTheKeyThatClientsKnow) {
  SetupOptions first = with_pair("first");
  first.name = "localhost";
  ASSERT_EQ(set_up_with(first).first, done);
  const auto installed = folder.path() / "state/tls/certificate.pem";

  SetupOptions other = with_pair("other");
  const auto [status, said] = set_up_with(other);
  EXPECT_EQ(status, refused);
  EXPECT_THAT(said, HasSubstr("another key"));
  EXPECT_EQ(read(installed), read(first.certificate));
  other.replace_key = true;
  EXPECT_EQ(set_up_with(other).first, done);
  EXPECT_EQ(read(installed), read(other.certificate));
}

TEST_F(SetupTest, SaysWhatToDoWithoutConfigurationOrUser) {
  options.name = "localhost";
  options.self_signed = true;
  std::filesystem::rename(file, folder.path() / "elsewhere");
  EXPECT_THAT(set_up_with(options).second, HasSubstr("install the package samband-server"));
  std::filesystem::rename(folder.path() / "elsewhere", file);
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files to another user";
  options.user = "nobody-of-that-name";
  EXPECT_THAT(set_up_with(options).second, HasSubstr("there is no user nobody-of-that-name"));
}

TEST(RunProgram, TellsHowItEnded) {
  EXPECT_EQ(run_program({"true"}), 0);
  EXPECT_EQ(run_program({"sh", "-c", "exit 3"}), 3);
  EXPECT_EQ(run_program({"sh", "-c", "kill -9 $$"}), 128 + 9);
  EXPECT_EQ(run_program({"/no/such/program"}), 127);
}

}  // namespace
}  // namespace samband::server::edge::ctl
