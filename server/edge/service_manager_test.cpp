// What passes between the server and the service manager: sockets in, word of how it fares out.
#include <array>
#include <condition_variable>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "server/edge/commit_thread.h"
#include "server/edge/notify.h"
#include "server/edge/passed_sockets.h"
#include "server/edge/watchdog.h"
#include "storage/memory/memory_store.h"

namespace samband::server::edge {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr int first_descriptor = 400;  // far from the descriptors of the test program itself

// Sockets from `first_descriptor` on, as a service manager leaves them, and the variables that name them.
void pass(int count, const std::string& names, int type = SOCK_STREAM, bool listening = true) {
  for (int index = 0; index < count; ++index) {
    const Descriptor made{::socket(AF_INET, type, 0)};
    if (listening) {
      ASSERT_EQ(::listen(made.get(), 1), 0);
    }
    ASSERT_EQ(::dup2(made.get(), first_descriptor + index), first_descriptor + index);
  }
  ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
  ::setenv("LISTEN_FDS", std::to_string(count).c_str(), 1);
  ::setenv("LISTEN_FDNAMES", names.c_str(), 1);
}

TEST(PassedSockets, AreSortedByNameAndKeptFromChildren) {
  pass(3, "clients:metrics:clients");
  const auto taken = take_passed_sockets(first_descriptor);
  ASSERT_TRUE(taken.has_value()) << taken.error();
  ASSERT_EQ(taken->clients.size(), 2U);
  EXPECT_EQ(taken->clients[0].get(), first_descriptor);
  EXPECT_EQ(taken->clients[1].get(), first_descriptor + 2);
  EXPECT_EQ(taken->metrics.get(), first_descriptor + 1);
  for (int index = 0; index < 3; ++index) EXPECT_EQ(::fcntl(first_descriptor + index, F_GETFD), FD_CLOEXEC);
  for (const char* variable : {"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"}) {
    EXPECT_EQ(std::getenv(variable), nullptr) << variable;
  }
}

TEST(PassedSockets, OfAnotherProcessAreNotTaken) {
  pass(1, "clients");
  ::setenv("LISTEN_PID", "1", 1);
  const auto taken = take_passed_sockets(first_descriptor);
  ASSERT_TRUE(taken.has_value());
  EXPECT_TRUE(taken->clients.empty());
  EXPECT_EQ(std::getenv("LISTEN_FDS"), nullptr);
  ::close(first_descriptor);
}

TEST(PassedSockets, AreRefusedWithoutOneOfTheTwoNames) {
  for (const char* name : {"", "connection", "clients2"}) {
    pass(1, name);
    const auto taken = take_passed_sockets(first_descriptor);
    ASSERT_FALSE(taken.has_value()) << name;
    EXPECT_THAT(taken.error(), HasSubstr("FileDescriptorName=clients")) << name;
  }
  pass(2, "clients");  // the second has no name
  EXPECT_FALSE(take_passed_sockets(first_descriptor).has_value());
}

TEST(PassedSockets, AreRefusedWhereTheyDoNotListenForTcp) {
  pass(1, "clients", SOCK_STREAM, false);
  EXPECT_THAT(take_passed_sockets(first_descriptor).error(), HasSubstr("does not listen for TCP"));
  pass(1, "metrics", SOCK_DGRAM, false);
  EXPECT_THAT(take_passed_sockets(first_descriptor).error(), HasSubstr("does not listen for TCP"));
}

TEST(PassedSockets, AreRefusedWhenMetricsHaveTwo) {
  pass(2, "metrics:metrics");
  EXPECT_THAT(take_passed_sockets(first_descriptor).error(), HasSubstr("two sockets named metrics"));
}

TEST(PassedSockets, AreRefusedWhenTheirNumberCanNotBe) {
  pass(0, "");
  for (const char* wrong : {"", "-1", "1x", "1000"}) {
    ::setenv("LISTEN_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("LISTEN_FDS", wrong, 1);
    EXPECT_FALSE(take_passed_sockets(first_descriptor).has_value()) << wrong;
  }
  pass(0, "");
  ::setenv("LISTEN_FDS", "1", 1);
  EXPECT_THAT(take_passed_sockets(first_descriptor + 50).error(), HasSubstr("is not open"));
}

// A socket where the service manager listens.
class Manager {
 public:
  Manager() : path_{::testing::TempDir() + "samband-notify-" + std::to_string(::getpid())} {
    ::unlink(path_.c_str());
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    socket_ = Descriptor{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)};
    EXPECT_EQ(::bind(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }
  ~Manager() {
    ::unsetenv("NOTIFY_SOCKET");
    ::unlink(path_.c_str());
  }
  Manager(const Manager&) = delete;
  Manager& operator=(const Manager&) = delete;

  // What has been said since the last call.
  std::vector<std::string> heard() {
    std::vector<std::string> out;
    std::array<char, 4096> text{};
    for (ssize_t size = 0; (size = ::recv(socket_.get(), text.data(), text.size(), 0)) > 0;) {
      out.emplace_back(text.data(), static_cast<std::size_t>(size));
    }
    return out;
  }

 private:
  std::string path_;
  Descriptor socket_;
};

TEST(Notify, SaysWhatTheServiceManagerWaitsFor) {
  Manager manager;
  notify_ready("serving");
  notify_reloading();
  notify_stopping();
  const auto heard = manager.heard();
  ASSERT_EQ(heard.size(), 3U);
  EXPECT_EQ(heard[0], "READY=1\nSTATUS=serving");
  EXPECT_THAT(heard[1], HasSubstr("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_THAT(heard[2], HasSubstr("STOPPING=1\n"));
}

TEST(WatchdogInterval, IsThatOfThisProcessAlone) {
  ::unsetenv("WATCHDOG_PID");
  ::setenv("WATCHDOG_USEC", "30000000", 1);
  EXPECT_EQ(watchdog_interval(), 30s);
  ::setenv("WATCHDOG_PID", std::to_string(::getpid()).c_str(), 1);
  EXPECT_EQ(watchdog_interval(), 30s);
  ::setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  for (const char* none : {"0", "", "soon"}) {
    ::setenv("WATCHDOG_USEC", none, 1);
    EXPECT_EQ(watchdog_interval(), std::nullopt) << none;
  }
  ::unsetenv("WATCHDOG_USEC");
  EXPECT_EQ(watchdog_interval(), std::nullopt);
}

// A store on a disk that stops answering, and comes back.
class StuckStore final : public storage::Store {
 public:
  void stick(bool stuck) {
    {
      const std::lock_guard lock{mutex_};
      stuck_ = stuck;
    }
    changed_.notify_all();
  }

  [[nodiscard]] std::expected<std::optional<Bytes>, storage::StoreError> get(storage::Family family,
                                                                             BytesView key) const override {
    return inner_.get(family, key);
  }
  [[nodiscard]] std::expected<std::size_t, storage::StoreError> scan(storage::Family family,
                                                                     const storage::KeyRange& range, std::size_t limit,
                                                                     const storage::Visitor& visitor,
                                                                     storage::Direction direction) const override {
    return inner_.scan(family, range, limit, visitor, direction);
  }
  [[nodiscard]] std::expected<void, storage::StoreError> write(const storage::StoreBatch& batch,
                                                               storage::Durability durability) override {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return !stuck_; });
    return inner_.write(batch, durability);
  }
  [[nodiscard]] std::expected<std::uint64_t, storage::StoreError> free_bytes() const override {
    return inner_.free_bytes();
  }
  [[nodiscard]] std::expected<void, storage::StoreError> verify() const override { return inner_.verify(); }

 private:
  storage::MemoryStore inner_{{.kind = "test", .format = 1, .families = {"all"}}};
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stuck_ = false;
};

Decision any_decision() {
  Decision out;
  out.main.put(storage::Family{0}, Bytes{1}, Bytes{1});
  return out;
}

TEST(Watchdog, IsSilentWhileTheStoreIsStuckAndSpeaksAgainWhenItGoesOn) {
  Manager manager;
  StuckStore main;
  storage::MemoryStore chunks{{.kind = "test", .format = 1, .families = {"all"}}};
  Metrics metrics;
  CommitThread commit{main, chunks, {[](const ReleasedBatch&) {}, [](std::uint64_t) {}, [] {}}, Limits{}, metrics};
  net::io_context context;
  Watchdog watchdog{context, [&] { return std::vector{commit.beat()}; }};
  constexpr auto interval = 800ms;
  watchdog.start(interval);
  context.run_for(4 * interval);
  EXPECT_GE(manager.heard().size(), 5U) << "idle is not stuck";

  main.stick(true);
  commit.submit(any_decision());
  context.run_for(interval / 2);  // what was under way
  manager.heard();
  context.run_for(3 * interval);
  EXPECT_THAT(manager.heard(), ::testing::IsEmpty());

  main.stick(false);
  context.run_for(interval);
  EXPECT_THAT(manager.heard(), Contains("WATCHDOG=1"));
}

TEST(Watchdog, IsSilentWhenOneOfTheThreadsIsStuck) {
  Manager manager;
  std::uint64_t lively = 0;
  net::io_context context;
  Watchdog watchdog{context, [&] { return std::vector<std::uint64_t>{++lively, 7}; }};
  watchdog.start(100ms);
  EXPECT_EQ(manager.heard().size(), 1U);
  context.run_for(500ms);
  EXPECT_THAT(manager.heard(), ::testing::IsEmpty());
}

}  // namespace
}  // namespace samband::server::edge
