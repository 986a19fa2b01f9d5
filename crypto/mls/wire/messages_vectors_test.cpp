// messages.json of the official vectors: every structure, parsed and encoded back.
#include <gtest/gtest.h>

#include "crypto/mls/vectors/vectors.h"
#include "crypto/mls/wire/message.h"
#include "crypto/mls/wire/node.h"
#include "crypto/mls/wire/test_errors.h"

namespace samband::mls {
namespace {

using testing::error_of;
using vectors::Json;

template <class T, class Encode>
void expect_round_trip(const Json& message, const char* field, std::expected<T, ParseError> (*parse)(BytesView),
                       Encode encode_back) {
  const Bytes wire = vectors::hex_field(message, field);
  const auto parsed = parse(wire);
  ASSERT_TRUE(parsed) << field << " is refused with " << static_cast<int>(parsed.error());
  EXPECT_EQ(to_hex(encode_back(*parsed)), to_hex(wire)) << field;
}

// The body of a proposal, without its type in front.
template <class T>
void expect_body_round_trip(const Json& message, const char* field, T (*read)(Reader&)) {
  const Bytes wire = vectors::hex_field(message, field);
  const auto parsed = parse_whole(wire, read);
  ASSERT_TRUE(parsed) << field;
  EXPECT_EQ(to_hex(encode(*parsed)), to_hex(wire)) << field;
}

template <class T>
void expect_message_of(const Json& message, const char* field) {
  const auto parsed = parse_mls_message(vectors::hex_field(message, field));
  ASSERT_TRUE(parsed) << field;
  EXPECT_TRUE(std::holds_alternative<T>(*parsed)) << field;
  EXPECT_EQ(encode_mls_message(std::get<T>(*parsed)), vectors::hex_field(message, field)) << field;
}

Bytes encode_message(const MLSMessage& message) {
  return encode(message);
}

TEST(MessagesVectors, MLSMessagesComeBackByteForByte) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "messages.json");
  for (const Json& message : cases) {
    for (const char* field : {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
                              "public_message_proposal", "public_message_commit", "private_message"}) {
      expect_round_trip<MLSMessage>(message, field, parse_mls_message, encode_message);
    }
  }
}

TEST(MessagesVectors, MLSMessagesHoldTheBodyTheirWireFormatNames) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "messages.json");
  for (const Json& message : cases) {
    expect_message_of<Welcome>(message, "mls_welcome");
    expect_message_of<GroupInfo>(message, "mls_group_info");
    expect_message_of<KeyPackage>(message, "mls_key_package");
    expect_message_of<PublicMessage>(message, "public_message_commit");
    expect_message_of<PrivateMessage>(message, "private_message");
  }
}

TEST(MessagesVectors, ProposalsAndCommitsComeBackByteForByte) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "messages.json");
  for (const Json& message : cases) {
    expect_body_round_trip<Add>(message, "add_proposal", read_add);
    expect_body_round_trip<Update>(message, "update_proposal", read_update);
    expect_body_round_trip<Remove>(message, "remove_proposal", read_remove);
    expect_body_round_trip<PreSharedKey>(message, "pre_shared_key_proposal", read_pre_shared_key);
    expect_body_round_trip<ReInit>(message, "re_init_proposal", read_reinit);
    expect_body_round_trip<ExternalInit>(message, "external_init_proposal", read_external_init);
    expect_body_round_trip<GroupContextExtensions>(message, "group_context_extensions_proposal",
                                                   read_group_context_extensions);
    expect_body_round_trip<Commit>(message, "commit", read_commit);
  }
}

TEST(MessagesVectors, GroupSecretsAndTreesComeBackByteForByte) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "messages.json");
  for (const Json& message : cases) {
    expect_round_trip<GroupSecrets>(message, "group_secrets", parse_group_secrets, [](const GroupSecrets& secrets) {
      return copy_of(encode_group_secrets(secrets).view());
    });
    expect_round_trip<RatchetTreeNodes>(message, "ratchet_tree", parse_ratchet_tree, encode_ratchet_tree);
  }
}

TEST(MessagesVectors, NoStructureParsesWithoutItsLastByteOrWithOneMore) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "messages.json");
  for (const char* field : {"mls_welcome", "mls_group_info", "mls_key_package", "public_message_application",
                            "public_message_proposal", "public_message_commit", "private_message"}) {
    Bytes wire = vectors::hex_field(cases.at(0), field);
    wire.push_back(0);
    EXPECT_EQ(error_of(parse_mls_message(wire)), ParseError::trailing_bytes) << field;
    wire.resize(wire.size() - 2);
    EXPECT_EQ(error_of(parse_mls_message(wire)), ParseError::truncated) << field;
  }
}

// A header alone shows the length it was read as: one byte less is too little room, that many are missing.
TEST(DeserializationVectors, VectorLengthsAreReadAsTheVectorsSay) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "deserialization.json");
  for (const Json& test_case : cases) {
    const Bytes header = vectors::hex_field(test_case, "vlbytes_header");
    const auto length = test_case.at("length").get<std::size_t>();
    Reader in{header};
    (void)in.bytes(length);
    EXPECT_EQ(in.finish(), length == 0 ? std::nullopt : std::optional{ParseError::truncated}) << to_hex(header);
    if (length == 0) continue;
    Reader too_small{header};
    (void)too_small.bytes(length - 1);
    EXPECT_EQ(too_small.finish(), ParseError::too_long) << to_hex(header);
  }
}

TEST(DeserializationVectors, VectorLengthsAreWrittenAsTheVectorsSay) {
  SAMBAND_LOAD_VECTORS_OR_SKIP(cases, "deserialization.json");
  for (const Json& test_case : cases) {
    const Bytes header = vectors::hex_field(test_case, "vlbytes_header");
    const auto length = test_case.at("length").get<std::size_t>();
    if (length > structure_bytes_max) continue;  // a gibibyte of zeros: longer than anything written here
    Writer out;
    out.bytes(Bytes(length));
    EXPECT_EQ(to_hex(out.view().first(header.size())), to_hex(header));
  }
}

}  // namespace
}  // namespace samband::mls
