// Devices with real keys and real MLS, through TLS and the whole server, to the disk and back.
#include <fstream>

#include "crypto/bytes/check.h"
#include "server/core/core_fixture.h"
#include "server/edge/fixture.h"
#include "server/edge/log_key.h"
#include "server/edge/stores.h"
#include "server/edge/tls.h"
#include "storage/memory/contents.h"

namespace samband::server::edge {
namespace {

using testing::Ending;
using ::testing::HasSubstr;
using testing::RawPeer;
using testing::RunningServer;

// A device's connection. Replies come as they are asked for; events that arrive meanwhile are kept.
class Session : public RawPeer {
 public:
  explicit Session(std::uint16_t port, int receive_buffer_bytes = 0) : RawPeer{port, receive_buffer_bytes} {}

  // The frame that answers.
  std::optional<protocol::ServerFrame> log_in(const Device& device) {
    const auto frame = receive();
    if (!frame) return std::nullopt;
    const auto& hello = std::get<protocol::Hello>(*frame);
    return log_in(device, hello, channel_binding(socket().next_layer().native_handle()));
  }
  std::optional<protocol::ServerFrame> log_in(const Device& device, const protocol::Hello& hello,
                                              const Bytes& binding) {
    const Bytes content = protocol::login_content(hello.server_name, device.id, hello.nonce.view(),
                                                  protocol::Binding::tls_exporter, binding);
    send(protocol::Login{device.id, protocol::Binding::tls_exporter,
                         sign_statement(device.key.private_key.view(), "login", content)});
    return receive();
  }

  std::optional<protocol::ReplyBody> ask(protocol::RequestBody body, std::uint64_t counter = 0) {
    if (!send(protocol::Request{++tag_, counter, std::move(body)})) return std::nullopt;
    return reply();
  }
  std::optional<protocol::ReplyBody> reply() {
    while (auto frame = receive()) {
      if (auto* found = std::get_if<protocol::Reply>(&*frame)) return std::move(found->body);
      keep(*frame);
    }
    return std::nullopt;
  }

  // Reads until the entry has come; the sequence numbers of all entries so far.
  const std::vector<std::uint64_t>& entries_until(std::uint64_t seq) {
    while (seqs_.empty() || seqs_.back() < seq) {
      const auto frame = receive();
      if (!frame) break;
      keep(*frame);
    }
    return seqs_;
  }
  const std::vector<std::uint64_t>& seqs() const { return seqs_; }
  // Reads until the server hangs up.
  Ending read_out() {
    Ending ending;
    while (const auto frame = receive()) {
      keep(*frame);
      if (const auto* closing = std::get_if<protocol::Closing>(&*frame)) ending.closing = *closing;
    }
    return ending;
  }

 private:
  void keep(const protocol::ServerFrame& frame) {
    if (const auto* event = std::get_if<protocol::EntryEvent>(&frame)) {
      seqs_.push_back(storage::parse_entry(event->entry)->seq);
    }
  }

  std::uint32_t tag_ = 0;
  std::vector<std::uint64_t> seqs_;
};

std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t n = first; n <= last; ++n) out.push_back(n);
  return out;
}

// Oslo's and Bergen's first devices share a channel; all of it was decided by a core in memory, and is then given to
// a server on disk.
class LiveServer : public CoreTest {
 protected:
  void go_live(const std::function<void(Configuration&)>& change = [](Configuration&) {}) {
    running = std::make_unique<RunningServer>([&](Configuration& configuration) {
      std::filesystem::remove_all(configuration.store);
      std::filesystem::remove_all(configuration.chunks);
      const auto stores = open_stores(configuration, StoreUse::create);
      SAMBAND_CHECK(stores.has_value());
      const auto main = storage::contents_of(server.main, storage::server_store::layout());
      const auto chunks = storage::contents_of(server.chunks, storage::chunk_store::layout());
      SAMBAND_CHECK(stores->main->write(main.value(), storage::Durability::synced).has_value());
      SAMBAND_CHECK(stores->chunks->write(chunks.value(), storage::Durability::synced).has_value());
      std::ofstream{configuration.log_key} << samband::text_of(log_key_file(Bytes(32, 7)).view());
      change(configuration);
    });
  }
  std::unique_ptr<Session> session_of(const Device& device, int receive_buffer_bytes = 0) {
    auto session = std::make_unique<Session>(running->port(), receive_buffer_bytes);
    EXPECT_FALSE(session->open());
    const auto answer = session->log_in(device);
    EXPECT_TRUE(answer && std::holds_alternative<protocol::LoginAccepted>(*answer));
    return session;
  }
  // The next counter of the device in the channel's shard.
  std::uint64_t next_counter(const Device& device, protocol::ShardIndex of) {
    return ++server.counters[{device.id, of}];
  }
  protocol::SendMessage message_of(Device& sender, std::size_t bytes) {
    auto sealed = sender.groups.at(channel).protect(Bytes(bytes, 'x'), protocol::encode(protocol::AuthenticatedData{}),
                                                    16, random);
    SAMBAND_CHECK(sealed.has_value());
    return {channel, std::move(*sealed)};
  }
  // Sends and waits; the message's place.
  std::uint64_t say(Session& session, Device& sender, std::size_t bytes = 10) {
    const auto reply = session.ask(message_of(sender, bytes), next_counter(sender, shard));
    if (!reply || !std::holds_alternative<protocol::Placed>(*reply)) {
      ADD_FAILURE() << "not placed";
      return 0;
    }
    return std::get<protocol::Placed>(*reply).seq;
  }

  Partner oslo = enrolled_partner("0301", "Oslo");
  Partner bergen = enrolled_partner("4601", "Bergen");
  Device& anna = *oslo.first;
  Device& bjorn = *bergen.first;
  ChannelId channel = [this] {
    const ChannelId made =
        created_channel(anna, policy_of({seats(oslo, storage::Role::moderator), seats(bergen, storage::Role::member)}));
    add(anna, made, {&bjorn});
    return made;
  }();
  protocol::ShardIndex shard = protocol::shard_of(channel, server.core().shard_count());
  std::unique_ptr<RunningServer> running;
};

TEST_F(LiveServer, RefusesALoginThatWasSignedForAnotherConnection) {
  go_live();
  Session first{running->port()};
  ASSERT_FALSE(first.open());
  const auto hello = std::get<protocol::Hello>(*first.receive());
  const Bytes binding = channel_binding(first.socket().next_layer().native_handle());
  ASSERT_EQ(binding.size(), 32U);

  Session second{running->port()};
  ASSERT_FALSE(second.open());
  auto own = std::get<protocol::Hello>(*second.receive());
  const auto other_session = second.log_in(anna, own, binding);  // relayed by somebody in the middle
  ASSERT_TRUE(other_session);
  EXPECT_TRUE(std::holds_alternative<protocol::Closing>(*other_session));

  Session third{running->port()};
  ASSERT_FALSE(third.open());
  ASSERT_TRUE(third.receive());
  const auto other_nonce = third.log_in(anna, hello, channel_binding(third.socket().next_layer().native_handle()));
  ASSERT_TRUE(other_nonce);
  EXPECT_TRUE(std::holds_alternative<protocol::Closing>(*other_nonce));
}

TEST_F(LiveServer, DeliversEveryEntryOnceOldAndNewToEverySession) {
  go_live();
  const auto writer = session_of(anna);
  const std::uint64_t last_before = say(*writer, anna);
  const auto phone = session_of(bjorn);
  const auto laptop = session_of(bjorn);
  for (Session* session : {phone.get(), laptop.get()}) {
    const auto subscribed = session->ask(protocol::Subscribe{channel, 2});
    ASSERT_TRUE(subscribed);
    ASSERT_THAT(*subscribed, IsDone());
  }
  std::uint64_t last = last_before;
  for (int i = 0; i < 20; ++i) last = say(*writer, anna);
  EXPECT_EQ(phone->entries_until(last), numbers(2, last));
  EXPECT_EQ(laptop->entries_until(last), numbers(2, last));
}

TEST_F(LiveServer, KeepsWhatItHasAcknowledgedAcrossARestart) {
  go_live();
  std::uint64_t last = 0;
  {
    const auto writer = session_of(anna);
    for (int i = 0; i < 5; ++i) last = say(*writer, anna);
  }
  running->stop();
  running->start();
  const auto reader = session_of(bjorn);
  ASSERT_TRUE(reader->ask(protocol::Subscribe{channel, 2}));
  EXPECT_EQ(reader->entries_until(last), numbers(2, last));
}

TEST_F(LiveServer, ClosesASlowReaderAndLosesItNothing) {
  go_live([](Configuration& configuration) {
    configuration.limits.cursor_lag_entries_max = 16;
    configuration.limits.closing_timeout_ms = 20'000;
  });
  constexpr int small_buffer_bytes = 4096;
  constexpr std::size_t message_bytes = 60'000;
  const auto writer = session_of(anna);
  const auto slow = session_of(bjorn, small_buffer_bytes);
  ASSERT_TRUE(slow->ask(protocol::Subscribe{channel, 2}));
  std::uint64_t last = 0;
  for (int i = 0; i < 200; ++i) last = say(*writer, anna, message_bytes);  // `slow` reads nothing all the while

  const Ending ending = slow->read_out();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::too_slow);
  ASSERT_FALSE(slow->seqs().empty());
  ASSERT_LT(slow->seqs().back(), last);
  EXPECT_EQ(slow->seqs(), numbers(2, slow->seqs().back()));

  const auto again = session_of(bjorn);
  ASSERT_TRUE(again->ask(protocol::Subscribe{channel, slow->seqs().back() + 1}));
  EXPECT_EQ(again->entries_until(last), numbers(slow->seqs().back() + 1, last));
}

TEST_F(LiveServer, CutsTheSessionsOfARevokedDeviceAtOnce) {
  const auto second = enrolled_device(oslo);
  go_live();
  const auto administrator = session_of(anna);
  const auto lost = session_of(*second);
  const auto reply =
      administrator->ask(protocol::Revoke{identity::encode(revocation_of(oslo, second->id))}, next_counter(anna, 0));
  ASSERT_TRUE(reply);
  EXPECT_THAT(*reply, IsLeafPlaced());
  const Ending ending = lost->read_out();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::device_revoked);

  Session back{running->port()};
  ASSERT_FALSE(back.open());
  const auto refused = back.log_in(*second);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(std::holds_alternative<protocol::Closing>(*refused));
}

TEST_F(LiveServer, RefusesWritesBelowTheDiskReserveAndStillReads) {
  go_live([](Configuration& configuration) { configuration.limits.disk_reserve_bytes = 1ULL << 50U; });
  const auto writer = session_of(anna);
  const auto reply = writer->ask(message_of(anna, 10), next_counter(anna, shard));
  ASSERT_TRUE(reply);
  EXPECT_THAT(*reply, IsRefused(protocol::Status::disk_reserve));
  ASSERT_TRUE(writer->ask(protocol::Subscribe{channel, 1}));
  EXPECT_EQ(writer->entries_until(1), numbers(1, 1));
}

TEST_F(LiveServer, HoldsAQuickDeviceToItsRateWithoutRefusingIt) {
  go_live([](Configuration& configuration) {
    configuration.limits.requests_per_second = 20;
    configuration.limits.request_burst = 5;
  });
  const auto quick = session_of(anna);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 15; ++i) {
    const auto reply = quick->ask(protocol::ListChannels{});
    ASSERT_TRUE(reply);
    EXPECT_TRUE(std::holds_alternative<protocol::Channels>(*reply));
  }
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{450});
  EXPECT_THAT(testing::get(running->http_port(), "/metrics").second, HasSubstr("samband_requests_throttled_total"));
}

TEST_F(LiveServer, HoldsThePartnerOfQuickDevicesToItsRate) {
  const auto second = enrolled_device(oslo);
  go_live([](Configuration& configuration) { configuration.limits.partner_requests_per_second = 10; });
  const auto phone = session_of(anna);
  const auto laptop = session_of(*second);
  const auto begun = std::chrono::steady_clock::now();
  for (int i = 0; i < 13; ++i) {
    for (Session* session : {phone.get(), laptop.get()}) {
      const auto reply = session->ask(protocol::ListChannels{});
      ASSERT_TRUE(reply);
      EXPECT_TRUE(std::holds_alternative<protocol::Channels>(*reply));
    }
  }
  // 26 requests: 20 at once, the others at 10 a second.
  EXPECT_GE(std::chrono::steady_clock::now() - begun, std::chrono::milliseconds{450});
}

TEST_F(LiveServer, ClosesWhatIsMoreThanAPartnersConnections) {
  const auto second = enrolled_device(oslo);
  go_live([](Configuration& configuration) { configuration.limits.partner_connections_max = 1; });
  const auto first = session_of(anna);
  Session refused{running->port()};
  ASSERT_FALSE(refused.open());
  const auto answer = refused.log_in(*second);
  ASSERT_TRUE(answer);
  const auto* closing = std::get_if<protocol::Closing>(&*answer);
  ASSERT_TRUE(closing);
  EXPECT_EQ(closing->status, protocol::Status::partner_limit);
  EXPECT_EQ(closing->detail, "partner_connections_max");
  const auto of_another = session_of(bjorn);
  EXPECT_TRUE(of_another->ask(protocol::ListChannels{}));
}

TEST_F(LiveServer, IsInMaintenanceFromItsStartWhenItWasBefore) {
  const auto done = server.administer(protocol::SetMaintenance{true, "flytting"});
  ASSERT_TRUE(std::holds_alternative<protocol::AdminDone>(done));
  go_live();
  const auto [status, body] = testing::get(running->http_port(), "/readyz");
  EXPECT_EQ(status, 503U);
  EXPECT_EQ(body, "not ready: maintenance: flytting\n");
  EXPECT_THAT(testing::get(running->http_port(), "/metrics").second, HasSubstr("samband_maintenance 1"));
  const auto writer = session_of(anna);
  const auto reply = writer->ask(message_of(anna, 10), next_counter(anna, shard));
  ASSERT_TRUE(reply);
  EXPECT_THAT(*reply, IsRefused(protocol::Status::maintenance));
  ASSERT_TRUE(writer->ask(protocol::Subscribe{channel, 1}));
  EXPECT_EQ(writer->entries_until(1), numbers(1, 1));
}

TEST_F(LiveServer, ClosesAClientThatLogsInTwice) {
  go_live();
  const auto session = session_of(anna);
  ASSERT_TRUE(session->send(protocol::Login{anna.id, protocol::Binding::tls_exporter, Bytes(64)}));
  const Ending ending = session->read_out();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::malformed);
}

}  // namespace
}  // namespace samband::server::edge
