// A whole server in this process, and peers on loopback that keep to no rule but TLS.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <random>

#include "server/edge/fixture.h"

namespace samband::server::edge {
namespace {

using namespace std::chrono_literals;
using testing::Ending;
using ::testing::HasSubstr;
using testing::RawPeer;
using testing::RunningServer;

constexpr std::uint16_t protocol_error = 1002;
constexpr std::uint16_t too_big = 1009;

protocol::Request list_channels() {
  return {.tag = 7, .counter = 0, .body = protocol::ListChannels{}};
}

protocol::Login login_of_nobody() {
  return {.device = {}, .signature = Bytes(64)};
}

// The server still answers a newcomer.
void expect_alive(RunningServer& running) {
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  const auto hello = peer.receive();
  ASSERT_TRUE(hello);
  EXPECT_TRUE(std::holds_alternative<protocol::Hello>(*hello));
}

TEST(Server, GreetsWithItsNameAFreshNonceAndTheTreeHead) {
  RunningServer running;
  RawPeer first{running.port()};
  RawPeer second{running.port()};
  ASSERT_FALSE(first.open());
  ASSERT_FALSE(second.open());
  EXPECT_EQ(first.response()[boost::beast::http::field::sec_websocket_protocol], "samband.v1");
  EXPECT_EQ(first.response()[boost::beast::http::field::sec_websocket_extensions], "");
  const auto a = std::get<protocol::Hello>(*first.receive());
  const auto b = std::get<protocol::Hello>(*second.receive());
  EXPECT_EQ(a.server_name, "localhost");
  EXPECT_EQ(a.shard_count, 4);
  EXPECT_FALSE(a.tree_head.empty());
  EXPECT_NE(a.nonce, b.nonce);
  EXPECT_FALSE(a.nonce.is_zero());
}

TEST(Server, SpeaksNoTlsBelow13) {
  RunningServer running;
  RawPeer peer{running.port()};
  SSL_set_max_proto_version(peer.socket().next_layer().native_handle(), TLS1_2_VERSION);
  EXPECT_TRUE(peer.open());
  expect_alive(running);
}

TEST(Server, WantsItsSubprotocol) {
  RunningServer running;
  for (const char* wrong : {"", "samband.v2", "chat"}) {
    RawPeer peer{running.port()};
    EXPECT_EQ(peer.open("", wrong), boost::beast::websocket::error::upgrade_declined) << wrong;
    EXPECT_EQ(peer.response().result_int(), 400U) << wrong;
  }
}

TEST(Server, TurnsBrowsersAwayThatAreNotOnTheList) {
  RunningServer running{[](Configuration& c) { c.origins = {"https://samband.example.no"}; }};
  RawPeer stranger{running.port()};
  EXPECT_TRUE(stranger.open("https://evil.example"));
  EXPECT_EQ(stranger.response().result_int(), 403U);
  RawPeer known{running.port()};
  EXPECT_FALSE(known.open("https://samband.example.no"));
}

TEST(Server, ClosesOnBytesThatAreNoFrame) {
  RunningServer running;
  for (const Bytes& wrong : {Bytes{}, Bytes{0}, Bytes{9, 1, 2, 3}, Bytes{2, 0, 0}, Bytes(1000, 0xff)}) {
    RawPeer peer{running.port()};
    ASSERT_FALSE(peer.open());
    ASSERT_TRUE(peer.send(wrong));
    const Ending ending = peer.read_to_the_end();
    ASSERT_TRUE(ending.closing) << wrong.size();
    EXPECT_EQ(ending.closing->status, protocol::Status::malformed);
    EXPECT_EQ(ending.close_code, protocol_error);
  }
  expect_alive(running);
}

TEST(Server, ClosesOnEveryTruncationAndOnTrailingBytes) {
  RunningServer running;
  const Bytes whole = protocol::encode_client_frame(login_of_nobody());
  for (std::size_t size = 0; size <= whole.size() + 1; size += 7) {
    Bytes cut = whole;
    cut.resize(size == whole.size() ? size + 1 : size);
    RawPeer peer{running.port()};
    ASSERT_FALSE(peer.open());
    ASSERT_TRUE(peer.send(cut));
    const Ending ending = peer.read_to_the_end();
    ASSERT_TRUE(ending.closing) << size;
    EXPECT_EQ(ending.closing->status, protocol::Status::malformed) << size;
  }
  expect_alive(running);
}

TEST(Server, ClosesOnAFrameOverItsBound) {
  RunningServer running{[](Configuration& c) { c.limits.frame_bytes_max = 64 << 10; }};
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  peer.send(Bytes((64 << 10) + 1));
  EXPECT_EQ(peer.read_to_the_end().close_code, too_big);
  expect_alive(running);
}

TEST(Server, ClosesOnTextWhereBytesBelong) {
  RunningServer running;
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  peer.socket().text(true);
  peer.send(protocol::encode_client_frame(login_of_nobody()));
  EXPECT_EQ(peer.read_to_the_end().close_code, protocol_error);
}

TEST(Server, AnswersARequestBeforeLoginThatItIsNotLoggedIn) {
  RunningServer running;
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  ASSERT_TRUE(std::holds_alternative<protocol::Hello>(*peer.receive()));
  ASSERT_TRUE(peer.send(list_channels()));
  const auto frame = peer.receive();
  ASSERT_TRUE(frame);
  const auto reply = std::get<protocol::Reply>(*frame);
  EXPECT_EQ(reply.tag, 7U);
  EXPECT_EQ(std::get<protocol::Refused>(reply.body).status, protocol::Status::not_logged_in);
}

TEST(Server, ClosesAfterTooManyRequestsBeforeLogin) {
  RunningServer running{[](Configuration& c) { c.limits.enrolment_requests_max = 3; }};
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  for (int i = 0; i < 4; ++i) peer.send(list_channels());
  const Ending ending = peer.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::too_many);
}

TEST(Server, ClosesAfterALoginOfNobody) {
  RunningServer running;
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  ASSERT_TRUE(peer.send(login_of_nobody()));
  const Ending ending = peer.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_NE(ending.closing->status, protocol::Status::malformed);
}

TEST(Server, ClosesWhoDoesNotLogIn) {
  RunningServer running{[](Configuration& c) { c.limits.login_timeout_ms = 100; }};
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  const Ending ending = peer.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::idle);
}

TEST(Server, CutsWhoDoesNotFinishTheHandshake) {
  RunningServer running{[](Configuration& c) { c.limits.handshake_timeout_ms = 100; }};
  boost::asio::io_context context;
  tcp::socket socket{context};
  socket.connect({boost::asio::ip::make_address("127.0.0.1"), running.port()});
  std::uint8_t byte = 0;
  boost::system::error_code error;
  socket.read_some(boost::asio::buffer(&byte, 1), error);
  EXPECT_TRUE(error);
  expect_alive(running);
}

TEST(Server, CutsAHeaderOverItsBound) {
  RunningServer running{[](Configuration& c) { c.limits.header_bytes_max = 512; }};
  RawPeer peer{running.port()};
  EXPECT_TRUE(peer.open("https://" + std::string(1000, 'x')));
  expect_alive(running);
}

TEST(Server, BoundsConnectionsThatHaveNotLoggedIn) {
  RunningServer running{[](Configuration& c) { c.limits.unauthenticated_per_address_max = 1; }};
  auto first = std::make_unique<RawPeer>(running.port());
  ASSERT_FALSE(first->open());
  RawPeer second{running.port()};
  EXPECT_TRUE(second.open());
}

TEST(Server, SurvivesRandomBytesAtEveryLayer) {
  RunningServer running{[](Configuration& c) { c.limits.handshake_timeout_ms = 500; }};
  constexpr unsigned seed = 4711;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random{seed};
  const auto noise = [&](std::size_t bytes_max) {
    Bytes out(random() % bytes_max);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(random());
    return out;
  };
  for (int round = 0; round < 30; ++round) {
    {  // in place of TLS
      boost::asio::io_context context;
      tcp::socket socket{context};
      socket.connect({boost::asio::ip::make_address("127.0.0.1"), running.port()});
      const Bytes bytes = noise(2000);
      boost::system::error_code ignored;
      boost::asio::write(socket, boost::asio::buffer(bytes), ignored);
    }
    {  // in place of HTTP
      RawPeer peer{running.port()};
      peer.socket().next_layer().handshake(boost::asio::ssl::stream_base::client);
      const Bytes bytes = noise(2000);
      boost::system::error_code ignored;
      boost::asio::write(peer.socket().next_layer(), boost::asio::buffer(bytes), ignored);
    }
    {  // in place of WebSocket frames
      RawPeer peer{running.port()};
      ASSERT_FALSE(peer.open());
      const Bytes bytes = noise(2000);
      boost::system::error_code ignored;
      boost::asio::write(peer.socket().next_layer(), boost::asio::buffer(bytes), ignored);
    }
    {  // in place of our frames
      RawPeer peer{running.port()};
      ASSERT_FALSE(peer.open());
      Bytes bytes = noise(2000);
      if (!bytes.empty()) bytes[0] = static_cast<std::uint8_t>(1 + random() % 2);
      peer.send(bytes);
      peer.read_to_the_end();
    }
  }
  expect_alive(running);
}

TEST(Server, AnswersPingsAndClosesPolitely) {
  RunningServer running;
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  int pongs = 0;
  peer.socket().control_callback([&](boost::beast::websocket::frame_type type, auto) {
    if (type == boost::beast::websocket::frame_type::pong) ++pongs;
  });
  ASSERT_TRUE(peer.receive());
  peer.socket().ping("");
  ASSERT_TRUE(peer.send(list_channels()));
  ASSERT_TRUE(peer.receive());
  EXPECT_EQ(pongs, 1);
  boost::system::error_code error;
  peer.socket().close(boost::beast::websocket::close_code::normal, error);
  EXPECT_FALSE(error);
}

TEST(Server, PingsAQuietClientAndClosesADeadOne) {
  RunningServer running{[](Configuration& c) {
    c.limits.ping_interval_ms = 100;
    c.limits.idle_timeout_ms = 600;
    c.limits.login_timeout_ms = 60'000;
  }};
  RawPeer living{running.port()};
  ASSERT_FALSE(living.open());
  RawPeer dead{running.port()};
  ASSERT_FALSE(dead.open());
  ASSERT_TRUE(living.receive());
  std::jthread reader{[&] { living.read_to_the_end(); }};  // answers pings as a side effect of reading
  std::this_thread::sleep_for(1500ms);                     // `dead` reads nothing all the while
  const Ending ending = dead.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::idle);
  running.stop();
}

TEST(Server, TellsItsClientsThatItGoesDown) {
  RunningServer running;
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  ASSERT_TRUE(peer.receive());
  std::jthread stopper{[&] { running.stop(); }};
  const Ending ending = peer.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::shutting_down);
}

TEST(Server, TellsWhetherItIsReady) {
  RunningServer running;
  EXPECT_EQ(testing::get(running.http_port(), "/healthz").first, 200U);
  EXPECT_EQ(testing::get(running.http_port(), "/readyz").first, 200U);
  EXPECT_EQ(testing::get(running.http_port(), "/secrets").first, 404U);
  const auto [status, body] = testing::get(running.http_port(), "/metrics");
  EXPECT_EQ(status, 200U);
  EXPECT_THAT(body, HasSubstr("samband_taking_writes 1"));
  EXPECT_THAT(body, HasSubstr("samband_connections 0"));
}

TEST(Server, IsNotReadyBelowTheDiskReserve) {
  RunningServer running{[](Configuration& c) { c.limits.disk_reserve_bytes = 1ULL << 50U; }};
  const auto [status, body] = testing::get(running.http_port(), "/readyz");
  EXPECT_EQ(status, 503U);
  EXPECT_THAT(body, HasSubstr("disk"));
}

TEST(Server, SaysInOneLineWhyItDoesNotStart) {
  RunningServer running;
  Configuration second = running.configuration;
  const auto same_store = Server::open(second);
  ASSERT_FALSE(same_store.has_value());
  EXPECT_THAT(same_store.error(), HasSubstr("in use"));

  RunningServer other;
  const std::uint16_t taken = running.port();
  other.stop();
  other.configuration.listen.port = taken;
  const auto same_port = Server::open(other.configuration);
  ASSERT_FALSE(same_port.has_value());
  EXPECT_THAT(same_port.error(), HasSubstr("is taken"));
}

TEST(Server, StartsAgainOnWhatItLeft) {
  RunningServer running;
  running.stop();
  running.start();
  expect_alive(running);
}

TEST(Server, TakesNewLimitsWhileItRuns) {
  RunningServer running;
  Configuration fresh = running.configuration;
  fresh.limits.login_timeout_ms = 100;
  ASSERT_TRUE(running.server().reload(fresh).has_value());
  std::this_thread::sleep_for(200ms);
  RawPeer peer{running.port()};
  ASSERT_FALSE(peer.open());
  const Ending ending = peer.read_to_the_end();
  ASSERT_TRUE(ending.closing);
  EXPECT_EQ(ending.closing->status, protocol::Status::idle);
}

TEST(Server, KeepsItsCertificateWhenTheNewOneIsWrong) {
  RunningServer running;
  Configuration fresh = running.configuration;
  fresh.certificate = "/nonexistent.pem";
  EXPECT_FALSE(running.server().reload(fresh).has_value());
  expect_alive(running);
}

}  // namespace
}  // namespace samband::server::edge
