// The fields are read in an order the input chooses; what was read is written again and must be the same bytes. And
// bytes as text, both ways.
#include "crypto/codec/fuzzing.h"
#include "crypto/codec/hex.h"
#include "crypto/codec/reader.h"
#include "crypto/codec/writer.h"

namespace {

using namespace samband;
using fuzzing::expect;

void check_fields(unsigned order, BytesView wire) {
  Reader in{wire};
  Writer out;
  for (unsigned i = 0; i < 8 && !in.at_end(); ++i) {
    if ((order >> i & 1U) != 0) {
      out.bytes(in.bytes(1U << 20U));
    } else {
      out.u16(in.u16());
    }
  }
  expect(in.failed() || equal(out.view(), in.since(0)));
}

void check_texts(BytesView text) {
  if (const auto bytes = from_base64url(text_of(text))) expect(to_base64url(*bytes) == text_of(text));
  if (const auto bytes = from_hex(text_of(text))) expect(from_hex(to_hex(*bytes)) == bytes);
  expect(from_hex(to_hex(text)) == copy_of(text));
  expect(from_base64url(to_base64url(text)) == copy_of(text));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  check_fields(data[0], {data + 1, size - 1});
  check_texts({data + 1, size - 1});
  return 0;
}
