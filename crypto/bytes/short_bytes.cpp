#include "crypto/bytes/short_bytes.h"

#include "crypto/bytes/check.h"

namespace samband {

ShortBytes::ShortBytes(BytesView bytes) : size_{static_cast<std::uint8_t>(bytes.size())} {
  SAMBAND_CHECK(bytes.size() <= size_max);
  if (!is_inline()) heap_ = new std::uint8_t[bytes.size()];
  std::ranges::copy(bytes, data());
}

void ShortBytes::copy_heap(const ShortBytes& other) {
  heap_ = new std::uint8_t[other.size_];
  std::copy_n(other.heap_, other.size_, heap_);
}

}  // namespace samband
