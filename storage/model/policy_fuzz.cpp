// Whatever is read as a channel's policy is written again as the same bytes, and has somebody to moderate it.
#include <algorithm>
#include <cstdlib>

#include "storage/model/policy.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband::storage;
  const samband::BytesView wire{data, size};
  const auto policy = parse_channel_policy(wire);
  if (!policy) return 0;
  if (!samband::equal(encode(*policy), wire)) std::abort();
  if (std::ranges::find(policy->items, Role::moderator, &RosterItem::role) == policy->items.end()) std::abort();
  return 0;
}
