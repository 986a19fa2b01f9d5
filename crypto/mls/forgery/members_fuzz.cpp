// The input is a list of things that happen to a live group and to the server that follows it: see scene.h.
#include <memory>

#include "crypto/mls/forgery/scene.h"

namespace {

using namespace samband;
using namespace samband::mls::forgery;

constexpr int acts_max = 12;

// How many forged messages came how far, when SAMBAND_FUZZ_TALLY is set.
struct PrintedTally : Tally {
  ~PrintedTally() {
    if (std::getenv("SAMBAND_FUZZ_TALLY") == nullptr) return;
    std::fprintf(stderr, "forged %zu Commits: %zu got past the signature, %zu were valid for the server, %zu entered\n",
                 commits, commits_signed, commits_valid, commits_entered);
    std::fprintf(stderr, "accepted of forged: proposals %zu/%zu, private messages %zu/%zu, Welcomes %zu/%zu\n",
                 proposals_accepted, proposals, private_messages_accepted, private_messages, welcomes_accepted,
                 welcomes);
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Cast cast;
  static PrintedTally tally;
  fuzzing::Script script{{data, size}};
  Scene scene{cast, cast.openings[script.below(cast.openings.size())], tally};
  for (int acts = 0; acts < acts_max && !script.at_end(); ++acts) scene.act(script);
  scene.finish();
  return 0;
}
