#include "server/protocol/statements.h"

#include <gtest/gtest.h>

#include "crypto/suite/random.h"
#include "crypto/suite/signing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/entry_bodies.h"

namespace samband::protocol {
namespace {

class Statements : public testing::Test {
 protected:
  Statement statement(StatementBody body) {
    return {random_.id<ChannelId>(), random_.id<DeviceId>(), Bytes(16, 3), 8, std::move(body)};
  }
  SeededRandom random_{11};
  KeyPair key_ = ed25519_key_pair(random_.secret(32).view());
};

TEST_F(Statements, AreGivenBackByteForByteAndVerify) {
  const std::vector<StatementBody> bodies{LeaveRequest{}, Complaint{4, random_.id<Hash>(), "kan ikke lese"},
                                          KeyRequest{2, Bytes(32, 1)},
                                          Restart{Bytes(16, 1), Bytes(32, 2), random_.id<DeviceId>(), Bytes(16, 3)}};
  for (const StatementBody& body : bodies) {
    const SignedStatement made = sign(statement(body), key_.private_key.view());
    const auto parsed = parse_signed_statement(encode(made));
    ASSERT_TRUE(parsed.has_value());
    EXPECT_EQ(*parsed, made);
    EXPECT_TRUE(verify(*parsed, key_.public_key));
  }
}

TEST_F(Statements, DoNotVerifyWhenAnythingInThemChanged) {
  SignedStatement made = sign(statement(LeaveRequest{}), key_.private_key.view());
  made.statement.epoch += 1;
  EXPECT_FALSE(verify(made, key_.public_key));
}

TEST_F(Statements, OfOneKindDoNotPassForAnother) {
  SignedStatement made = sign(statement(LeaveRequest{}), key_.private_key.view());
  made.statement.body = KeyRequest{};
  EXPECT_FALSE(verify(made, key_.public_key));
}

TEST_F(Statements, RefuseAnotherVersion) {
  Bytes wire = encode(sign(statement(LeaveRequest{}), key_.private_key.view()));
  wire[0] = 2;
  EXPECT_EQ(parse_signed_statement(wire).error(), ParseError::unknown_value);
}

TEST(AuthenticatedDataCodec, IsGivenBackByteForByte) {
  const AuthenticatedData data{.blobs = {BlobId{}, BlobId{}},
                               .archive = Hash{},
                               .revocations = {3, 9},
                               .leave_requests = {1},
                               .guidance = GuidanceId{}};
  const auto parsed = parse_authenticated_data(encode(data));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(*parsed, data);
}

TEST(AuthenticatedDataCodec, RefusesCitationsOutOfOrderOrTwice) {
  EXPECT_EQ(parse_authenticated_data(encode(AuthenticatedData{.revocations = {9, 3}})).error(), ParseError::malformed);
  EXPECT_EQ(parse_authenticated_data(encode(AuthenticatedData{.leave_requests = {3, 3}})).error(),
            ParseError::malformed);
}

TEST(AuthenticatedDataCodec, BoundsTheNumberOfBlobs) {
  AuthenticatedData data{.blobs = std::vector<BlobId>(authenticated_blobs_max)};
  EXPECT_TRUE(parse_authenticated_data(encode(data)).has_value());
  data.blobs.emplace_back();
  EXPECT_EQ(parse_authenticated_data(encode(data)).error(), ParseError::too_long);
}

TEST(EntryBodies, AreGivenBackByteForByte) {
  const CreatedBody created{Bytes(20, 1), Bytes(30, 2)};
  EXPECT_EQ(parse_created_body(encode(created)).value(), created);
  const RestartBody restart{Bytes(10, 4), created};
  EXPECT_EQ(parse_restart_body(encode(restart)).value(), restart);
  const ReleaseBody release{GuidanceId{}, WallTime{77}, ReleaseSecret{}};
  EXPECT_EQ(parse_release_body(encode(release)).value(), release);
}

}  // namespace
}  // namespace samband::protocol
