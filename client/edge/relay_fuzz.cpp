// The frames between a profile's owner and those who forward to it: what is read is written again as it was.
#include "client/edge/relay_frames.h"
#include "crypto/codec/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, client::parse_invocation);
  if (const auto header = client::parse_relay_header(wire)) {
    const Bytes frame = client::relay_frame(header->kind, Bytes(header->body_bytes));
    fuzzing::expect(equal(BytesView{frame}.first(client::relay_header_bytes), wire));
  }
  return 0;
}
