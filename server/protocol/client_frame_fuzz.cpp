// Whatever parses as a frame encodes to the same bytes.
#include <cstdlib>

#include "server/protocol/codec.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto frame = samband::protocol::parse_client_frame(wire);
  if (frame && !samband::equal(samband::protocol::encode_client_frame(*frame), wire)) std::abort();
  return 0;
}
