// Assertions that stay on in release builds, for what only our own code can do wrong.
// Bytes from a peer never reach one: what the world can do is an error value.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace samband {

// Ends the process; the one line on standard error names the condition and its place, never a value.
[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace samband

// A macro, because the text of the condition and its place are what the reader of a crash needs.
#define SAMBAND_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::samband::check_failed(#condition, __FILE__, __LINE__))
