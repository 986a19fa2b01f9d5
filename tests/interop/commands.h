// The commands of mls-peer: a line in, a line out. The README beside this file lists them.
#pragma once

#include <string>
#include <string_view>

#include "tests/interop/peer.h"

namespace samband::interop {

// `ok …` or `err REASON`, without line ends. `line` may be anything.
[[nodiscard]] std::string answer(Peer& peer, std::string_view line);
[[nodiscard]] std::string answer(CommandError error);

}  // namespace samband::interop
