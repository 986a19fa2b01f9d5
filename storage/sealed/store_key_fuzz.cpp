// No bytes make unwrapping fail in any way but an error. Costs above the smallest are left out: they would only
// spend the fuzzer's time in Argon2id.
#include <cstdlib>

#include "storage/sealed/store_key.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband::storage;
  const samband::BytesView wrapped{data, size};
  // version, memory_kib (4), passes (4)
  const bool cheap = size >= 9 && data[1] == 0 && data[2] == 0 && data[3] <= 0x20 && data[5] == 0 && data[6] == 0 &&
                     data[7] == 0 && data[8] <= 1;
  if (size >= 9 && !cheap) return 0;
  if (unwrap_store_key({}, wrapped)) std::abort();  // a key was found without its passphrase
  return 0;
}
