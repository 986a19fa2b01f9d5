// Whatever parses as a statement, as authenticated data or as an entry's body encodes to the same bytes.
#include "crypto/codec/fuzzing.h"
#include "server/protocol/authenticated_data.h"
#include "server/protocol/entry_bodies.h"
#include "server/protocol/statements.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace samband;
  const BytesView wire{data, size};
  fuzzing::expect_one_encoding(wire, protocol::parse_signed_statement);
  fuzzing::expect_one_encoding(wire, protocol::parse_authenticated_data);
  fuzzing::expect_one_encoding(wire, protocol::parse_created_body);
  fuzzing::expect_one_encoding(wire, protocol::parse_restart_body);
  fuzzing::expect_one_encoding(wire, protocol::parse_release_body);
  return 0;
}
