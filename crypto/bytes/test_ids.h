// Ids that tests tell apart at a glance. Included by tests only.
#pragma once

#include "crypto/bytes/fixed_id.h"

namespace samband {

// The same octet all through.
template <typename Id>
[[nodiscard]] Id id_of(std::uint8_t octet) {
  Id id;
  id.bytes.fill(octet);
  return id;
}

}  // namespace samband
