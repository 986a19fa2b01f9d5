// A device certificate: what parses encodes to the same bytes.
#include <cstdlib>

#include "crypto/identity/device_certificate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  if (const auto parsed = identity::parse_signed_device_certificate(wire)) {
    if (!equal(identity::encode(*parsed), wire)) std::abort();
  }
  return 0;
}
