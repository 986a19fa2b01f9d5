// The stored form of a group, parsed, encoded, compared.
#include "crypto/codec/fuzzing.h"
#include "crypto/mls/public/public_group.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using samband::mls::PublicGroup;
  samband::fuzzing::expect_one_encoding({data, size}, PublicGroup::parse,
                                        [](const PublicGroup& group) { return group.encode(); });
  return 0;
}
