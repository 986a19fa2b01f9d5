// Whatever is read as an entry is written again as the same bytes.
#include <cstdlib>

#include "storage/model/entry.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto entry = samband::storage::parse_entry(wire);
  if (entry && !samband::equal(samband::storage::encode(*entry), wire)) std::abort();
  return 0;
}
