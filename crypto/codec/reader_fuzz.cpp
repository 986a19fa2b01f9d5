// The fields are read in an order the input chooses; what was read is written again and must be the same bytes.
#include <cstdlib>

#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const unsigned order = data[0];
  const samband::BytesView wire{data + 1, size - 1};
  samband::Reader in{wire};
  samband::Writer out;
  for (unsigned i = 0; i < 8 && !in.at_end(); ++i) {
    if ((order >> i & 1U) != 0) {
      out.bytes(in.bytes(1U << 20U));
    } else {
      out.u16(in.u16());
    }
  }
  if (!in.failed() && !samband::equal(out.view(), in.since(0))) std::abort();
  return 0;
}
