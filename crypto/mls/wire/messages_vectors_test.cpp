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
