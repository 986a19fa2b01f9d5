// Whatever parses as a document record is written again as the same bytes.
#include <cstdlib>

#include "crypto/document/document_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto record = samband::parse_document_record(wire);
  if (record && !samband::equal(encode(*record), wire)) std::abort();
  return 0;
}
