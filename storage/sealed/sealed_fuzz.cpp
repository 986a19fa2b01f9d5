// What lies on a client's disk: no bytes make a wrapped store key, or a value of a sealed store, open.
#include "crypto/codec/fuzzing.h"
#include "crypto/codec/reader.h"
#include "storage/memory/memory_store.h"
#include "storage/sealed/sealed_store.h"

namespace {

using namespace samband;
using namespace samband::storage;
using fuzzing::expect;

// Costs above the smallest are left out: they would only spend the fuzzer's time in Argon2id.
bool is_cheap(BytesView wrapped) {
  Reader in{wrapped};
  in.u8();  // version
  const std::uint32_t memory_kib = in.u32();
  const std::uint32_t passes = in.u32();
  return in.failed() || (memory_kib <= 0x20ff && passes <= 1);
}

void check_store_key(BytesView wrapped) {
  if (is_cheap(wrapped)) expect(!unwrap_store_key({}, wrapped).has_value());
}

// The value of a place is put aside for the input's bytes.
void check_value(BytesView bytes) {
  static const SecretBytes store_key{BytesView{Bytes(store_key_bytes, 9)}};
  static SeededRandom random{1};
  static const profile_store::Place place = profile_store::named(profile_store::settings, "fuzzed");
  MemoryStore disk{profile_store::layout()};
  SealedStore store{disk, store_key, random};
  SealedBatch first = store.batch();
  first.put(place, Bytes{1});
  expect(store.write(first, Durability::synced).has_value());

  StoreBatch replacing;
  (void)disk.scan(
      place.family, all_keys(), 1,
      [&](BytesView key, BytesView) {
        replacing.put(place.family, copy_of(key), copy_of(bytes));
        return Visit::stop;
      },
      Direction::forward);
  expect(!replacing.empty() && disk.write(replacing, Durability::synced).has_value());
  const auto read = store.get(place);
  expect(!read && read.error().error == SealedError::tampered);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_store_key({data, size});
  check_value({data, size});
  return 0;
}
