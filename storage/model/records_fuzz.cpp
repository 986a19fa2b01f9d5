// The first byte chooses a record; whatever is read as one is written again as the same bytes.
#include <cstdlib>

#include "storage/model/records.h"

namespace {

template <class Parse>
void read_and_write_again(const Parse& parse, samband::BytesView wire) {
  const auto record = parse(wire);
  if (record && !samband::equal(samband::storage::encode(*record), wire)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband::storage;
  if (size < 1) return 0;
  const samband::BytesView wire{data + 1, size - 1};
  switch (data[0] % 8) {
    case 0: read_and_write_again(parse_channel_record, wire); break;
    case 1: read_and_write_again(parse_blob_record, wire); break;
    case 2: read_and_write_again(parse_request_record, wire); break;
    case 3: read_and_write_again(parse_inbox_item, wire); break;
    case 4: read_and_write_again(parse_key_package_record, wire); break;
    case 5: read_and_write_again(parse_staged_part, wire); break;
    case 6: read_and_write_again(parse_store_meta, wire); break;
    case 7: read_and_write_again(parse_shard_position, wire); break;
  }
  return 0;
}
