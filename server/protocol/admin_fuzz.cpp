// Whatever parses as an admin request or reply encodes to the same bytes.
#include <cstdlib>

#include "server/protocol/admin.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const samband::BytesView wire{data, size};
  const auto request = samband::protocol::parse_admin_request(wire);
  if (request && !samband::equal(samband::protocol::encode_admin_request(*request), wire)) std::abort();
  const auto reply = samband::protocol::parse_admin_reply(wire);
  if (reply && !samband::equal(samband::protocol::encode_admin_reply(*reply), wire)) std::abort();
  return 0;
}
