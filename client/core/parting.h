// How the server's log of a channel stands to the one this device holds, since the server was restored from a backup.
// While they have parted nothing is sent into the channel and nothing taken from it: what this device holds is kept,
// and whatever it said would go another way than what others hold.
#pragma once

#include <cstdint>
#include <expected>

#include "crypto/codec/reader.h"

namespace samband::client {

struct Parting {
  // Never renumber.
  enum class Kind : std::uint8_t {
    comparing = 1,  // not known yet
    behind = 2,     // the server lacks the newest entries
    differs = 3,    // the server has others in their place
  };
  Kind kind = Kind::comparing;
  std::uint64_t server_next = 0;  // the server's next seq; 0 when it does not know this device there
  bool operator==(const Parting&) const = default;
};

[[nodiscard]] Bytes encode(const Parting& parting);
[[nodiscard]] std::expected<Parting, ParseError> parse_parting(BytesView wire);

}  // namespace samband::client
