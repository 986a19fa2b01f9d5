// Whatever parses as a statement, as authenticated data or as an entry's body encodes to the same bytes.
#include <cstdlib>

#include "server/protocol/authenticated_data.h"
#include "server/protocol/entry_bodies.h"
#include "server/protocol/statements.h"

namespace {

void same_bytes(const auto& parsed, samband::BytesView wire) {
  if (parsed && !samband::equal(samband::protocol::encode(*parsed), wire)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  same_bytes(samband::protocol::parse_signed_statement(wire), wire);
  same_bytes(samband::protocol::parse_authenticated_data(wire), wire);
  same_bytes(samband::protocol::parse_created_body(wire), wire);
  same_bytes(samband::protocol::parse_restart_body(wire), wire);
  same_bytes(samband::protocol::parse_release_body(wire), wire);
  return 0;
}
