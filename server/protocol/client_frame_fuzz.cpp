// What the server reads: whatever parses as a frame, or as the body of a staged request, encodes to the same bytes.
#include "crypto/codec/fuzzing.h"
#include "server/protocol/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, protocol::parse_client_frame, protocol::encode_client_frame);
  fuzzing::expect_one_encoding(wire, protocol::parse_request_body, protocol::encode_request_body);
  return 0;
}
