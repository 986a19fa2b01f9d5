#include <cstdlib>

#include "client/core/content/content.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto content = samband::client::parse_content(wire);
  if (content && !samband::equal(samband::client::encode(*content), wire)) std::abort();
  return 0;
}
