// The log by the journal's protocol, and the table of its events.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <set>
#include <sstream>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "server/edge/journal.h"
#include "server/edge/log_events.h"

namespace samband::server::edge {
namespace {

// A journal's socket, and a file that stands for the stream to it.
class FakeJournal : public ::testing::Test {
 protected:
  void SetUp() override {
    ::unlink(path.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    socket = Descriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_TRUE(stream.is_open());
  }
  void TearDown() override {
    ::unsetenv("JOURNAL_STREAM");
    ::unlink(path.c_str());
  }
  void name_stream(std::uint64_t inode_more = 0) const {
    struct stat status{};
    ASSERT_EQ(::fstat(stream.get(), &status), 0);
    ::setenv("JOURNAL_STREAM", fmt::format("{}:{}", status.st_dev, status.st_ino + inode_more).c_str(), 1);
  }

  std::string path = ::testing::TempDir() + "samband-journal-" + std::to_string(::getpid());
  Descriptor socket;
  Descriptor stream{::memfd_create("stream", 0)};
};

TEST_F(FakeJournal, IsUsedWhenTheStreamIsItsOwn) {
  name_stream();
  const auto journal = Journal::behind(stream.get(), path);
  ASSERT_TRUE(journal.has_value());
  std::string entry;
  add_field(entry, "MESSAGE", "two\nlines=1");
  add_field(entry, "PRIORITY", "6");
  ASSERT_TRUE(journal->send(entry));
  std::array<char, 512> got{};
  const ssize_t size = ::recv(socket.get(), got.data(), got.size(), 0);
  ASSERT_GT(size, 0);
  EXPECT_EQ(std::string(got.data(), static_cast<std::size_t>(size)), "MESSAGE=two lines=1\nPRIORITY=6\n");
}

TEST_F(FakeJournal, IsNotUsedForAnyOtherStream) {
  EXPECT_FALSE(Journal::behind(stream.get(), path).has_value()) << "JOURNAL_STREAM is not set";
  name_stream(1);
  EXPECT_FALSE(Journal::behind(stream.get(), path).has_value()) << "another file";
  name_stream();
  EXPECT_FALSE(Journal::behind(stream.get(), path + "-none").has_value()) << "no journal";
}

TEST_F(FakeJournal, NeverHoldsTheServerUp) {
  name_stream();
  const auto journal = Journal::behind(stream.get(), path);
  ASSERT_TRUE(journal.has_value());
  const auto begun = std::chrono::steady_clock::now();
  bool taken = true;
  for (int i = 0; i < 10'000 && taken; ++i) taken = journal->send("MESSAGE=x\n");  // nobody reads
  EXPECT_FALSE(taken);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
}

TEST(LogEvents, HaveEachANameAndAnIdOfTheirOwn) {
  std::set<std::string_view> names;
  std::set<std::string_view> ids;
  std::uint8_t place = 0;
  for (const LogEventRow& row : log_event_rows()) {
    EXPECT_EQ(static_cast<std::uint8_t>(row.event), place++) << row.name;
    EXPECT_EQ(&row_of(row.event), &row);
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(ids.insert(row.message_id).second) << row.name;
    EXPECT_THAT(std::string{row.message_id}, ::testing::MatchesRegex("[0-9a-f]{32}")) << row.name;
  }
}

TEST(LogEvents, StandInTheManualOfTheLog) {
  std::ifstream in{std::filesystem::path{__FILE__}.parent_path() / "LOGGING.md"};
  ASSERT_TRUE(in.is_open());
  std::ostringstream text;
  text << in.rdbuf();
  std::size_t rows = 0;
  for (const LogEventRow& row : log_event_rows()) {
    EXPECT_THAT(text.str(), ::testing::HasSubstr(fmt::format("\n| `{}` | `{}` | ", row.name, row.message_id)));
  }
  std::istringstream lines{text.str()};
  for (std::string line; std::getline(lines, line);) {
    const bool has_id = line.starts_with("| `") && line.find("` | `") != std::string::npos;
    rows += has_id ? 1 : 0;
  }
  EXPECT_EQ(rows, log_event_rows().size()) << "an event that is no more";
}

}  // namespace
}  // namespace samband::server::edge
