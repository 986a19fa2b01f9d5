// The stored form of a group, parsed, encoded, compared.
#include <cstdlib>

#include "crypto/mls/public/public_group.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView stored{data, size};
  const auto group = samband::mls::PublicGroup::parse(stored);
  if (group && !samband::equal(group->encode(), stored)) std::abort();
  return 0;
}
