#include "server/protocol/authenticated_data.h"

#include <algorithm>

#include "server/protocol/fields.h"

namespace samband::protocol {
namespace {

bool strictly_increasing(const std::vector<std::uint64_t>& numbers) {
  return std::ranges::adjacent_find(numbers, std::ranges::greater_equal{}) == numbers.end();
}

}  // namespace

void fields(auto& io, like<AuthenticatedData> auto& data) {
  io.version(1);
  io.vector(data.blobs, authenticated_blobs_max, as_field);
  io.optional(data.archive, as_field);
  io.vector(data.revocations, authenticated_citations_max, as_field);
  io.vector(data.leave_requests, authenticated_citations_max, as_field);
  io.optional(data.guidance, as_field);
  io.require(strictly_increasing(data.revocations) && strictly_increasing(data.leave_requests), ParseError::malformed);
}

std::expected<AuthenticatedData, ParseError> parse_authenticated_data(BytesView wire) {
  return parse_fields<AuthenticatedData>(wire);
}
Bytes encode(const AuthenticatedData& data) {
  return encode_fields(data);
}

}  // namespace samband::protocol
