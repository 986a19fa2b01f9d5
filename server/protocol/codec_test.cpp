// One example of each frame, both ways; and what a parser refuses.
#include "server/protocol/codec.h"

#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <iterator>

#include "crypto/codec/hex.h"
#include "server/protocol/examples.h"

namespace samband::protocol {
namespace {

class Codec : public testing::Test, protected Examples {};

TEST_F(Codec, GivesBackEveryRequestByteForByte) {
  const auto requests = every_request();
  ASSERT_EQ(requests.size(), std::variant_size_v<RequestBody>);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    ASSERT_EQ(requests[i].index(), i) << "the list has every alternative in its order";
    const Bytes wire = encode_client_frame(request(requests[i]));
    const auto parsed = parse_client_frame(wire);
    ASSERT_TRUE(parsed.has_value()) << "request " << i;
    EXPECT_EQ(encode_client_frame(*parsed), wire) << "request " << i;
  }
}

TEST_F(Codec, GivesBackEveryServerFrameByteForByte) {
  for (const ServerFrame& frame : every_server_frame()) {
    const Bytes wire = encode_server_frame(frame);
    const auto parsed = parse_server_frame(wire);
    ASSERT_TRUE(parsed.has_value()) << "frame kind " << frame.index() + 1;
    EXPECT_EQ(parsed->index(), frame.index());
    EXPECT_EQ(encode_server_frame(*parsed), wire);
  }
}

// What an earlier version has written: never changed, only added to.
TEST_F(Codec, ReadsAndWritesTheStandingBytes) {
  const auto standing = [](const std::string& kind, std::size_t n) {
    std::ifstream file{std::string{PROTOCOL_FOLDER} + "/seeds/" + kind + "/" + std::to_string(n), std::ios::binary};
    return Bytes{std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{}};
  };
  std::size_t n = 0;
  for (const RequestBody& body : every_request()) {
    EXPECT_EQ(encode_client_frame(request(body)), standing("client_frame", ++n)) << "request " << n;
  }
  n = 0;
  for (const ServerFrame& frame : every_server_frame()) {
    EXPECT_EQ(encode_server_frame(frame), standing("server_frame", ++n)) << "server frame " << n;
  }
}

TEST_F(Codec, GivesBackALogin) {
  const Bytes wire = encode_client_frame(Login{some<DeviceId>(), Binding::tls_exporter, some_bytes(64)});
  const auto parsed = parse_client_frame(wire);
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(encode_client_frame(*parsed), wire);
}

TEST_F(Codec, RefusesEveryCutAndEveryTail) {
  for (const RequestBody& body : every_request()) {
    Bytes wire = encode_client_frame(request(body));
    for (std::size_t size = 0; size < wire.size(); ++size) {
      ASSERT_FALSE(parse_client_frame(BytesView{wire}.first(size)).has_value()) << "request " << body.index();
    }
    wire.push_back(0);
    EXPECT_EQ(parse_client_frame(wire).error(), ParseError::trailing_bytes) << "request " << body.index();
  }
}

TEST_F(Codec, GivesBackARefusalWithEachStatusAndNoOther) {
  constexpr auto first = static_cast<std::uint8_t>(Status::malformed);
  constexpr auto last = static_cast<std::uint8_t>(Status::partner_limit);
  for (unsigned status = 0; status <= 0xff; ++status) {
    const Bytes wire = encode_server_frame(Reply{1, Refused{static_cast<Status>(status), "why"}});
    EXPECT_EQ(parse_server_frame(wire).has_value(), status >= first && status <= last) << status;
  }
}

TEST_F(Codec, RefusesAKindThatDoesNotExist) {
  EXPECT_EQ(parse_client_frame(Bytes{0}).error(), ParseError::unknown_value);
  EXPECT_EQ(parse_client_frame(Bytes{3}).error(), ParseError::unknown_value);
  EXPECT_EQ(parse_server_frame(Bytes{9}).error(), ParseError::unknown_value);
}

TEST_F(Codec, AcceptsAFrameOfTheLargestSizeAndRefusesOneByteMore) {
  const std::size_t overhead = encode_server_frame(EntryEvent{Bytes(std::size_t{1} << 16U)}).size() - (1U << 16U);
  Bytes largest = encode_server_frame(EntryEvent{Bytes(frame_bytes_max - overhead)});
  ASSERT_EQ(largest.size(), frame_bytes_max);
  EXPECT_TRUE(parse_server_frame(largest).has_value());
  EXPECT_EQ(parse_server_frame(encode_server_frame(EntryEvent{Bytes(frame_bytes_max - overhead + 1)})).error(),
            ParseError::too_long);
}

TEST_F(Codec, AcceptsTheLargestMessageAndRefusesOneByteMore) {
  const auto message = [&](std::size_t size) {
    return encode_client_frame(request(SendMessage{ChannelId{}, Bytes(size)}));
  };
  EXPECT_TRUE(parse_client_frame(message(message_bytes_max)).has_value());
  EXPECT_EQ(parse_client_frame(message(message_bytes_max + 1)).error(), ParseError::too_long);
}

TEST_F(Codec, BoundsTheNumberOfItems) {
  const auto reserve = [&](std::size_t count) {
    return encode_client_frame(request(ReserveKeyPackages{ChannelId{}, std::vector<DeviceId>(count)}));
  };
  EXPECT_TRUE(parse_client_frame(reserve(adds_per_commit_max)).has_value());
  EXPECT_EQ(parse_client_frame(reserve(adds_per_commit_max + 1)).error(), ParseError::too_long);
}

TEST_F(Codec, RefusesACounterOnAQueryAndAChangeWithoutOne) {
  EXPECT_EQ(parse_client_frame(encode_client_frame(Request{1, 5, ListChannels{}})).error(), ParseError::malformed);
  EXPECT_EQ(parse_client_frame(encode_client_frame(Request{1, 0, SendMessage{}})).error(), ParseError::malformed);
}

TEST_F(Codec, RefusesAStatementKindThatHasARequestOfItsOwn) {
  EXPECT_FALSE(
      parse_client_frame(encode_client_frame(Request{1, 1, PostStatement{{}, storage::EntryKind::restart, {}}})));
  EXPECT_FALSE(
      parse_client_frame(encode_client_frame(Request{1, 1, PostStatement{{}, storage::EntryKind::message, {}}})));
}

TEST_F(Codec, RefusesControlCharactersInText) {
  EXPECT_EQ(parse_server_frame(encode_server_frame(Closing{Status::idle, "a\nb"})).error(), ParseError::malformed);
}

TEST_F(Codec, BuildsAnEntryEventLikeAnyOtherFrame) {
  const Bytes entry = some_bytes(2000);
  EXPECT_EQ(encode_entry_event(entry), encode_server_frame(EntryEvent{entry}));
}

// The example in PROTOCOL.md.
TEST_F(Codec, AgreesWithTheWorkedExample) {
  ChannelId channel;
  channel.bytes.fill(0xAB);
  EXPECT_EQ(to_hex(encode_client_frame(Request{.tag = 2, .counter = 5, .body = SendMessage{channel, Bytes{1, 2, 3}}})),
            "02"
            "00000002"
            "0000000000000005"
            "0e"
            "abababababababababababababababab"
            "03010203");
}

TEST_F(Codec, FindsTheShardOfARequest) {
  const ShardIndex shards = 4;
  const auto channel = some<ChannelId>();
  EXPECT_EQ(shard_for(SendMessage{channel, {}}, shards), shard_of(channel, shards));
  EXPECT_EQ(shard_for(ReserveKeyPackages{channel, {}}, shards), 0);
  EXPECT_EQ(shard_for(AnnounceGuidance{channel, {}, {}}, shards), 0);
  EXPECT_EQ(shard_for(FetchDirectory{}, shards), 0);
  EXPECT_EQ(shard_for(StagedRequest{3, {}}, shards), 3);
  for (int i = 0; i < 100; ++i) {
    const ShardIndex shard = shard_of(some<ChannelId>(), shards);
    EXPECT_TRUE(shard >= 1 && shard <= shards);
  }
}

TEST_F(Codec, GivesBackAdminRequestsAndReplies) {
  const auto requests = every_admin_request();
  ASSERT_EQ(requests.size(), std::variant_size_v<AdminRequest>);
  for (const AdminRequest& each : requests) {
    const Bytes wire = encode_admin_request(each);
    const auto parsed = parse_admin_request(wire);
    ASSERT_TRUE(parsed.has_value()) << each.index();
    EXPECT_EQ(encode_admin_request(*parsed), wire);
  }
  const auto replies = every_admin_reply();
  ASSERT_EQ(replies.size(), std::variant_size_v<AdminReply>);
  for (const AdminReply& each : replies) {
    const Bytes wire = encode_admin_reply(each);
    const auto parsed = parse_admin_reply(wire);
    ASSERT_TRUE(parsed.has_value()) << each.index();
    EXPECT_EQ(encode_admin_reply(*parsed), wire);
  }
}

}  // namespace
}  // namespace samband::protocol
