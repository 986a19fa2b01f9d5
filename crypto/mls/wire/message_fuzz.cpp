// An MLSMessage, parsed, encoded, compared.
#include <cstdlib>

#include "crypto/mls/wire/message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto message = samband::mls::parse_mls_message(wire);
  if (message && !samband::equal(samband::mls::encode(*message), wire)) std::abort();
  return 0;
}
