// A server that lies about who others are, what the log's key has signed, or who it is itself.

#include <gmock/gmock.h>

#include "client/core/lying_server_fixture.h"
#include "crypto/identity/directory_leaf.h"
#include "crypto/identity/invitation.h"
#include "server/protocol/statements.h"

namespace samband::client {
namespace {

using identity::Duty;
using testing::IsEmpty;
using testing::SizeIs;

class LyingDirectoryTest : public LyingServerTest {};

TEST_F(LyingDirectoryTest, AdmitsOthersButNotAKeyPackageThatIsNotTheDevices) {
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  Person& eva = community.colleague(anna, "Eva", {Duty::administrator});
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* reserved = reply != nullptr ? std::get_if<protocol::ReservedKeyPackages>(&reply->body) : nullptr;
    if (&to != &anna || reserved == nullptr) return frame;
    for (auto& one : reserved->key_packages) {
      if (one.device == dag.device()) one.key_package = mls::encode_mls_message(forged_key_package(one.device));
    }
    return protocol::encode_server_frame(*parsed);
  };
  anna.begins(Agent{});
  community.pass(2 * minute_ms);
  anna.forget();
  ASSERT_EQ(anna.asks(ListMembers{channel}), std::nullopt);
  EXPECT_THAT(anna.heard<MemberLine>(), SizeIs(3));
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
  EXPECT_THAT(eva.heard<JoinedChannel>(), SizeIs(1));
}

TEST_F(LyingDirectoryTest, DoesNotEnterATreeThatIsNotTheGroups) {
  Person& dag = community.colleague(anna, "Dag", {Duty::administrator});
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* tree = reply != nullptr ? std::get_if<protocol::TreePart>(&reply->body) : nullptr;
    if (&to != &dag || tree == nullptr) return frame;
    tree->part[tree->part.size() / 2] ^= 1;
    return protocol::encode_server_frame(*parsed);
  };
  ASSERT_EQ(dag.asks(Sync{}), std::nullopt);
  EXPECT_NE(dag.asks(JoinChannel{channel}), std::nullopt);
  EXPECT_THAT(dag.heard<JoinedChannel>(), IsEmpty());
}

// Well-formed, allowed by every rule of the directory, and not what the log's key has signed.
TEST_F(LyingDirectoryTest, StopsWhenTheDirectoryIsNotTheOneThatWasSigned) {
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* page = reply != nullptr ? std::get_if<protocol::DirectoryPage>(&reply->body) : nullptr;
    if (&to != &mallory || page == nullptr) return frame;
    for (Bytes& wire : page->leaves) {
      auto leaf = identity::parse_directory_leaf(wire).value();
      auto* added = std::get_if<identity::PartnerAdded>(&leaf.body);
      if (added != nullptr) added->name = "Averøy";
      wire = identity::encode(leaf);
    }
    return protocol::encode_server_frame(*parsed);
  };
  community.operator_invitation("1547", "Aukra");
  community.settle();
  EXPECT_EQ(mallory.warnings(Warning::server_contradicts_log), 1U);
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_FALSE(mallory.closed->reconnect);
  mallory.forget();
  ASSERT_EQ(mallory.asks(ListPartners{}), std::nullopt);
  EXPECT_THAT(mallory.heard<PartnerLine>(), SizeIs(2));
  EXPECT_EQ(anna.warnings(Warning::server_contradicts_log), 0U);
}

TEST_F(LyingDirectoryTest, StopsAtAHeadThatTheLogKeyDidNotSign) {
  auto head_of_theirs =
      transparency::sign({.log_id = {}, .tree_size = 1'000, .at = community.now, .root = {}}, Bytes(32, 3));
  mallory.is_sent(protocol::DirectoryEvent{transparency::encode(head_of_theirs)});
  EXPECT_EQ(mallory.warnings(Warning::server_contradicts_log), 1U);
}

TEST_F(LyingDirectoryTest, DoesNotSpeakToAServerOfAnotherName) {
  mallory.disconnects();
  community.tamper = [](Person&, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* hello = parsed ? std::get_if<protocol::Hello>(&*parsed) : nullptr;
    if (hello == nullptr) return frame;
    hello->server_name = "another.example";
    return protocol::encode_server_frame(*parsed);
  };
  mallory.connects();
  community.settle();
  EXPECT_FALSE(mallory.client->ready());
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_EQ(mallory.closed->reason.fault, Fault::wrong_server);
}

TEST_F(LyingDirectoryTest, RefusesAnInvitationWhoseChainTheServerExchanged) {
  const std::string code = community.invitation(anna, "Dag", {Duty::coordinator});
  const std::string other = community.invitation(mallory, "Eva", {Duty::coordinator});
  const Hash exchanged{identity::parse_invitation(other)->delegation.bytes};
  Person& dag = community.stranger("Dag");
  std::optional<protocol::DelegationFound> theirs;
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* reply = parsed ? std::get_if<protocol::Reply>(&*parsed) : nullptr;
    auto* found = reply != nullptr ? std::get_if<protocol::DelegationFound>(&reply->body) : nullptr;
    if (found == nullptr) return frame;
    if (&to != &dag) {
      theirs = *found;
      return frame;
    }
    *found = *theirs;
    return protocol::encode_server_frame(*parsed);
  };
  Person& eva = community.stranger("Eva");
  eva.connects();
  ASSERT_EQ(eva.asks(Enrol{other, "Eva", "laptop"}), std::nullopt);
  dag.connects();
  EXPECT_EQ(dag.asks(Enrol{code, "Dag", "laptop"}), Fault::invitation_forged);
  EXPECT_FALSE(dag.client->enrolled());
  EXPECT_FALSE(exchanged.is_zero());
}

TEST_F(LyingDirectoryTest, StopsWhenTheServerHasSeenRequestsThatItDoesNotRemember) {
  mallory.disconnects();
  community.tamper = [&](Person& to, Bytes frame) -> std::optional<Bytes> {
    auto parsed = protocol::parse_server_frame(frame);
    auto* accepted = parsed ? std::get_if<protocol::LoginAccepted>(&*parsed) : nullptr;
    if (&to != &mallory || accepted == nullptr) return frame;
    for (std::uint64_t& counter : accepted->counters) counter += 7;
    return protocol::encode_server_frame(*parsed);
  };
  mallory.connects();
  community.settle();
  EXPECT_EQ(mallory.warnings(Warning::profile_copied), 1U);
  ASSERT_TRUE(mallory.closed.has_value());
  EXPECT_EQ(mallory.closed->reason.fault, Fault::profile_copied);
}

}  // namespace
}  // namespace samband::client
