// Memory as the allocator counts it.
#pragma once

#include <cstddef>

namespace samband::bench {

// Bytes in use on the heap, with the allocator's own overhead: of one thread's work, the difference of two calls.
[[nodiscard]] std::size_t heap_bytes_in_use();

// The bytes that what `make` returns holds: what `make` needed only for a while is not among them.
template <class Make>
[[nodiscard]] std::size_t heap_bytes_of(Make&& make) {
  const std::size_t before = heap_bytes_in_use();
  const auto made = make();
  const std::size_t after = heap_bytes_in_use();
  return after > before ? after - before : 0;
}

}  // namespace samband::bench
