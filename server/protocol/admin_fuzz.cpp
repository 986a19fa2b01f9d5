// Whatever parses as an admin request or reply encodes to the same bytes.
#include "crypto/codec/fuzzing.h"
#include "server/protocol/admin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, protocol::parse_admin_request, protocol::encode_admin_request);
  fuzzing::expect_one_encoding(wire, protocol::parse_admin_reply, protocol::encode_admin_reply);
  return 0;
}
