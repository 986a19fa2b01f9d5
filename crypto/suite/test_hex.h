// Keys and points as tests write them. Included by tests only.
#pragma once

#include "crypto/codec/hex.h"

namespace samband {

// Ends the test when it is no hex.
[[nodiscard]] inline Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace samband
