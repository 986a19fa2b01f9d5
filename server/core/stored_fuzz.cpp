// The records that are this folder's own: what is read is written again as it was.
#include "crypto/codec/fuzzing.h"
#include "server/core/channel.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView stored{data, size};
  fuzzing::expect_one_encoding(stored, server::parse_reader);
  fuzzing::expect_one_encoding(stored, server::parse_release);
  return 0;
}
