// An MLSMessage, parsed, encoded, compared.
#include "crypto/codec/fuzzing.h"
#include "crypto/mls/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  samband::fuzzing::expect_one_encoding({data, size}, samband::mls::parse_mls_message);
  return 0;
}
