// The file that says what a store is: what is read is what is written.
#include "crypto/codec/fuzzing.h"
#include "storage/rocks/store_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  fuzzing::expect_one_encoding(
      {data, size}, [](BytesView file) { return storage::parse_description(text_of(file)); },
      [](const storage::StoreDescription& found) {
        return copy_of(view_of(storage::describe({found.kind, found.format, {}})));
      });
  return 0;
}
