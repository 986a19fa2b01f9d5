#include "client/edge/relay.h"

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <csignal>
#include <cstdio>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "client/edge/relay_frames.h"

namespace samband::client {
namespace {

namespace asio = boost::asio;

struct Recorder final : Console {
  void out(std::string_view text) override { output += text; }
  void err(std::string_view text) override { errors += text; }
  std::string output;
  std::string errors;
};

Invocation typed_in_nynorsk(std::vector<std::string> arguments) {
  Invocation invocation;
  invocation.arguments = std::move(arguments);
  invocation.folder = "/somewhere";
  invocation.language = "nn";
  invocation.terminal = true;
  invocation.input = "inn";
  return invocation;
}

TEST(RelayFrames, AnInvocationIsReadBackAsItWasSent) {
  const auto read = parse_invocation(encode(typed_in_nynorsk({"send", "SSU", ""})));
  ASSERT_TRUE(read);
  EXPECT_EQ(read->arguments, (std::vector<std::string>{"send", "SSU", ""}));
  EXPECT_EQ(read->folder, "/somewhere");
  EXPECT_EQ(read->language, "nn");
  EXPECT_TRUE(read->terminal);
  EXPECT_EQ(read->input, "inn");
}

TEST(RelayFrames, WhatDoesNotParseIsNoFrame) {
  Bytes wire = encode(typed_in_nynorsk({"x"}));
  wire.push_back(0);
  EXPECT_FALSE(parse_invocation(wire));
  EXPECT_FALSE(parse_relay_header(Bytes{0, 0, 0, 1, 99}));
  EXPECT_FALSE(parse_relay_header(Bytes{0xff, 0, 0, 1, 1}));
}

// An owner on a thread of its own, which runs what is forwarded by a function of the test.
class Relay : public testing::Test {
 protected:
  void serve(RunInvocation run) {
    path_ = testing::TempDir() + "samband-relay-" + std::to_string(::getpid()) + ".sock";
    auto server = RelayServer::listen(io_, path_, std::move(run));
    ASSERT_TRUE(server);
    server_ = std::move(*server);
    thread_ = std::thread{[this] { io_.run(); }};
  }
  void TearDown() override {
    asio::post(io_, [this] { server_.reset(); });
    work_.reset();
    if (thread_.joinable()) thread_.join();
  }

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::string path_;
  std::unique_ptr<RelayServer> server_;
  std::thread thread_;
};

TEST_F(Relay, StreamsOutputAndGivesTheStatus) {
  serve([](const Invocation& invocation, const std::shared_ptr<Console>& console, const auto& finished) {
    console->out("ut: " + invocation.arguments.at(0) + "\n");
    console->err("feil\n");
    console->out(std::string(3'000'000, 'x'));
    finished(ExitStatus::guarded);
    return std::function<void()>{[] {}};
  });
  Recorder console;
  EXPECT_EQ(forward(path_, typed_in_nynorsk({"whoami"}), console), ExitStatus::guarded);
  EXPECT_EQ(console.output.substr(0, 11), "ut: whoami\n");
  EXPECT_EQ(console.output.size(), 3'000'011U);
  EXPECT_EQ(console.errors, "feil\n");
}

TEST_F(Relay, ItsSocketIsForItsOwnUserOnly) {
  serve([](const Invocation&, const std::shared_ptr<Console>&, const auto&) { return std::function<void()>{}; });
  struct stat status{};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Relay, TurnsAnotherUserAwayWhateverTheFileAllows) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  serve([](const Invocation&, const std::shared_ptr<Console>&, const auto& finished) {
    finished(ExitStatus::done);
    return std::function<void()>{[] {}};
  });
  ASSERT_EQ(::chmod(path_.c_str(), 0666), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(9);
    Recorder console;
    const auto status = forward(path_, typed_in_nynorsk({"whoami"}), console);
    ::_exit(status ? 0 : 10 + static_cast<int>(status.error()));
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  ASSERT_TRUE(WIFEXITED(ended));
  EXPECT_EQ(WEXITSTATUS(ended), 10 + static_cast<int>(RelayError::nobody_listens));
}

TEST_F(Relay, AnInterruptEndsTheRunEarly) {
  serve([](const Invocation&, const std::shared_ptr<Console>& console, const auto& finished) {
    console->out("begun\n");
    return std::function<void()>{[finished] { finished(ExitStatus::done); }};
  });
  struct Interrupting final : Console {
    void out(std::string_view) override { std::raise(SIGINT); }
    void err(std::string_view) override {}
  } console;
  // forward() blocks SIGINT in its own thread and takes it from there.
  EXPECT_EQ(forward(path_, typed_in_nynorsk({"agent"}), console), ExitStatus::done);
}

TEST(RelayClient, SaysWhenNobodyListens) {
  Recorder console;
  EXPECT_EQ(forward(testing::TempDir() + "none.sock", typed_in_nynorsk({}), console).error(),
            RelayError::nobody_listens);
  EXPECT_EQ(forward(std::string(200, 'x'), typed_in_nynorsk({}), console).error(), RelayError::path_too_long);
}

// Hears who comes, says `bytes`, and ends.
void leave_after(const std::string& path, BytesView bytes, const std::function<void()>& meanwhile) {
  asio::io_context io;
  std::remove(path.c_str());
  asio::local::stream_protocol::acceptor acceptor{io, {path}};
  std::thread owner{[&] {
    auto socket = acceptor.accept();
    std::array<std::uint8_t, 4096> heard{};
    socket.read_some(asio::buffer(heard));  // an end with unread bytes would overtake what is written
    asio::write(socket, asio::buffer(bytes.data(), bytes.size()));
  }};
  meanwhile();
  owner.join();
}

// What was taken up may have taken effect; what was not can be tried again.
TEST(RelayClient, TellsAnOwnerThatLeftInTheMiddleFromOneThatDidNotBegin) {
  const std::string path = testing::TempDir() + "samband-leaving.sock";
  Recorder console;
  leave_after(path, relay_frame(RelayFrame::taken, {}),
              [&] { EXPECT_EQ(forward(path, typed_in_nynorsk({"send"}), console).error(), RelayError::lost); });
  leave_after(path, {}, [&] {
    EXPECT_EQ(forward(path, typed_in_nynorsk({"send"}), console).error(), RelayError::nobody_listens);
  });
}

}  // namespace
}  // namespace samband::client
