// What MLS costs a member and the server, beside the primitives it is made of.
#pragma once

namespace samband::bench {

void run_mls();

}  // namespace samband::bench
