// A member, or somebody outside, signs whatever Commit the input holds. The group must come to a verdict and stay as it
// was; what it accepts must lead to an epoch that can be entered and stored.
#include <cstdlib>

#include "crypto/mls/public/test_group.h"

namespace samband::mls {
namespace {

void check_verdict(testing::TestGroup& devices, const std::expected<StagedCommit, CommitError>& staged) {
  static const Bytes before = devices.group.encode();
  if (devices.group.encode() != before) std::abort();
  if (!staged) return;
  PublicGroup next = devices.group;
  next.merge(*staged, Bytes(32));
  const auto stored = PublicGroup::parse(next.encode());
  if (!stored || stored->context() != next.context()) std::abort();
}

}  // namespace
}  // namespace samband::mls

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband::mls;
  static samband::mls::testing::TestGroup devices{5};
  if (size < 1) return 0;
  auto commit = parse_commit({data + 1, size - 1});
  if (!commit) return 0;
  const bool is_member = data[0] < 5;
  check_verdict(devices, is_member ? devices.stage(LeafIndex{data[0]}, std::move(*commit))
                                   : devices.stage_external("new", std::move(*commit)));
  return 0;
}
