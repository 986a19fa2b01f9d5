#include "tests/bench/heap.h"

#include <malloc.h>

namespace samband::bench {

std::size_t heap_bytes_in_use() {
  const auto heap = ::mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

}  // namespace samband::bench
