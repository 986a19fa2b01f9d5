// What a client reads: whatever parses as a frame, or as the body of a kept reply, encodes to the same bytes.
#include "crypto/codec/fuzzing.h"
#include "server/protocol/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, protocol::parse_server_frame, protocol::encode_server_frame);
  fuzzing::expect_one_encoding(wire, protocol::parse_reply_body, protocol::encode_reply_body);
  return 0;
}
