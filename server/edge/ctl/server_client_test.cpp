// sambandctl's end and the server's end of the admin socket.
#include "server/edge/ctl/server_client.h"

#include <boost/asio/local/stream_protocol.hpp>
#include <gmock/gmock.h>
#include <grp.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "server/edge/fixture.h"
#include "server/edge/tls.h"

namespace samband::server::edge::ctl {
namespace {

using ::testing::HasSubstr;
using testing::RunningServer;

protocol::NewPartner oslo() {
  protocol::NewPartner partner;
  partner.id.bytes[0] = 1;
  partner.kind = identity::PartnerKind::municipality;
  partner.number = "0301";
  partner.name = "Oslo";
  partner.token.bytes[0] = 1;
  partner.expires_at = {testing::wall_now().ms + 1'000'000};
  return partner;
}

TEST(AdminSocket, AnswersFromTheCoreAndFromTheEdge) {
  RunningServer running;
  auto server = ServerClient::connect(running.configuration.admin_socket);
  ASSERT_TRUE(server.has_value()) << server.error().says;

  const auto identity = server->ask_for<protocol::ServerIdentity>(protocol::GetServerIdentity{});
  ASSERT_TRUE(identity.has_value());
  EXPECT_EQ(identity->name, "localhost");
  EXPECT_EQ(identity->port, running.port());
  EXPECT_EQ(
      identity->spki_pin,
      load_tls(running.configuration.certificate, running.configuration.private_key, testing::wall_now())->key_pin);

  const auto added = server->ask_for<protocol::PartnersListed>(protocol::AddPartners{{oslo()}});
  ASSERT_TRUE(added.has_value()) << added.error().says;
  const auto status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->partners, 1U);
  EXPECT_TRUE(status->taking_writes);
  EXPECT_GT(status->started_at.ms, 0U);
  EXPECT_TRUE(server->ask_for<protocol::AdminDone>(protocol::CheckStore{}).has_value());
}

TEST(AdminSocket, SaysWhatTheStatusOfTheEdgeIs) {
  RunningServer running{[](Configuration& c) { c.limits.disk_reserve_bytes = 4096; }};
  auto server = ServerClient::connect(running.configuration.admin_socket);
  const auto status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  ASSERT_TRUE(status.has_value());
  EXPECT_EQ(status->name, "localhost");
  EXPECT_EQ(status->not_ready_because, "");
  EXPECT_GT(status->certificate_expires_at, testing::wall_now());
  EXPECT_GT(status->main_store_bytes, 0U);
  EXPECT_GT(status->chunk_store_bytes, 0U);
  EXPECT_EQ(status->disk_reserve_bytes, 4096U);
}

TEST(AdminSocket, TellsTheCoreWhichUserAsks) {
  RunningServer running;
  auto server = ServerClient::connect(running.configuration.admin_socket);
  ASSERT_TRUE(server->ask_for<protocol::PartnersListed>(protocol::AddPartners{{oslo()}}).has_value());
  const auto audit = server->ask_for<protocol::AuditListed>(protocol::ListAudit{10, {}, {}});
  ASSERT_TRUE(audit.has_value());
  ASSERT_EQ(audit->items.size(), 2U);
  EXPECT_THAT(audit->items[0].who, HasSubstr("(uid " + std::to_string(::geteuid()) + ")"));
  const auto verified = server->ask_for<protocol::AuditVerified>(protocol::VerifyAudit{});
  ASSERT_TRUE(verified.has_value());
  EXPECT_EQ(verified->records, 1U);
  EXPECT_EQ(verified->leaves, 2U);
}

TEST(AdminSocket, EntersReloadsIntoTheAuditChain) {
  RunningServer running;
  ASSERT_TRUE(running.server().reload(running.configuration).has_value());
  auto server = ServerClient::connect(running.configuration.admin_socket);
  for (int tries = 0; tries < 100; ++tries) {
    const auto audit = server->ask_for<protocol::AuditListed>(protocol::ListAudit{10, {}, {}});
    if (!audit->items.empty()) {
      EXPECT_THAT(audit->items[0].what, HasSubstr("configuration read anew"));
      return;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  }
  FAIL() << "nothing of the reload is in the chain";
}

TEST(AdminSocket, ShowsMaintenanceWhereOperatorsLook) {
  RunningServer running;
  auto server = ServerClient::connect(running.configuration.admin_socket);
  ASSERT_TRUE(server->ask_for<protocol::AdminDone>(protocol::SetMaintenance{true, "flytting"}).has_value());
  auto status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  ASSERT_TRUE(status.has_value());
  EXPECT_TRUE(status->maintenance);
  EXPECT_FALSE(status->taking_writes);
  EXPECT_EQ(status->not_ready_because, "maintenance: flytting");
  ASSERT_TRUE(server->ask_for<protocol::AdminDone>(protocol::SetMaintenance{false, {}}).has_value());
  status = server->ask_for<protocol::ServerStatus>(protocol::GetStatus{});
  EXPECT_EQ(status->not_ready_because, "");
  EXPECT_EQ(testing::get(running.http_port(), "/readyz").first, 200U);
}

TEST(AdminSocket, AddsAllRowsOrNone) {
  RunningServer running;
  auto server = ServerClient::connect(running.configuration.admin_socket);
  protocol::NewPartner wrong = oslo();
  wrong.id.bytes[0] = 2;
  wrong.token.bytes[0] = 2;
  wrong.number = "301";
  const auto reply = server->ask(protocol::AddPartners{{oslo(), wrong}});
  ASSERT_TRUE(reply.has_value());
  const auto* refused = std::get_if<protocol::AdminRefused>(&*reply);
  ASSERT_TRUE(refused);
  ASSERT_EQ(refused->rows.size(), 1U);
  EXPECT_EQ(refused->rows.front().row, 1U);
  EXPECT_TRUE(server->ask_for<protocol::PartnersListed>(protocol::ListPartners{})->partners.empty());
}

TEST(AdminSocket, ClosesOnBytesThatAreNoRequestAndGoesOn) {
  RunningServer running;
  for (const Bytes& wrong : {Bytes{0, 0, 0, 1, 9}, Bytes{0xff, 0xff, 0xff, 0xff}, Bytes{0, 0, 0, 2, 2, 1}}) {
    boost::asio::io_context context;
    boost::asio::local::stream_protocol::socket socket{context};
    socket.connect(running.configuration.admin_socket.string());
    boost::asio::write(socket, boost::asio::buffer(wrong));
    std::uint8_t byte = 0;
    boost::system::error_code error;
    socket.read_some(boost::asio::buffer(&byte, 1), error);
    EXPECT_EQ(error, boost::asio::error::eof);
  }
  auto server = ServerClient::connect(running.configuration.admin_socket);
  EXPECT_TRUE(server->ask_for<protocol::ServerStatus>(protocol::GetStatus{}).has_value());
}

TEST(AdminSocket, CanBeOpenedByItsOwnersOnly) {
  RunningServer running;
  struct stat status{};
  ASSERT_EQ(::stat(running.configuration.admin_socket.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0660U);
}

TEST(AdminSocket, TurnsAnotherUserAwayWhateverTheFileAllows) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root, to become somebody else";
  testing::TemporaryFolder open_folder;
  RunningServer running{[&](Configuration& c) { c.admin_socket = open_folder.path() / "ctl.sock"; }};
  ::chmod(open_folder.path().c_str(), 0755);
  ::chmod(running.configuration.admin_socket.c_str(), 0666);
  const pid_t child = ::fork();
  if (child == 0) {
    constexpr uid_t nobody = 65534;
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(9);
    auto server = ServerClient::connect(running.configuration.admin_socket);
    if (!server) ::_exit(8);
    const auto status_reply = server->ask(protocol::GetStatus{});
    ::_exit(status_reply ? 0 : static_cast<int>(status_reply.error().exit));
  }
  int ended = 0;
  ASSERT_EQ(::waitpid(child, &ended, 0), child);
  EXPECT_EQ(WEXITSTATUS(ended), static_cast<int>(Exit::not_permitted));
}

TEST(ServerClient, SaysWhenNobodyAnswers) {
  const auto server = ServerClient::connect("/nonexistent/ctl.sock");
  ASSERT_FALSE(server.has_value());
  EXPECT_EQ(server.error().exit, Exit::not_reachable);
  EXPECT_THAT(server.error().says, HasSubstr("no server answers"));
}

}  // namespace
}  // namespace samband::server::edge::ctl
